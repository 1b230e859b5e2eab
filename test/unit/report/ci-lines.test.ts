import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { thresholdVerdicts } from '../../../src/analysis/threshold-verdicts.js';
import { annotationsOf } from '../../../src/report/annotations.js';
import {
  annotationLine,
  ciSystemOf,
  groupBegin,
  groupEnd,
  type Annotation,
} from '../../../src/report/ci-lines.js';
import { aTimeline, type TimelineScript } from '../../support/a-timeline.js';

const GROUP = { id: 'hpa_lab_run', title: 'spike: the run, 100 %', token: 'a1b2' };
const NOW_MS = 1_700_000_000_999;

describe('the CI system', () => {
  it.each([
    ['github', { GITHUB_ACTIONS: 'true', CI: 'true' }],
    ['gitlab', { GITLAB_CI: 'true', CI: 'true' }],
    ['plain', { CI: 'true' }],
    ['plain', { GITHUB_ACTIONS: '' }],
  ] as const)('is %s by %o', (system, environment) => {
    expect(ciSystemOf(environment)).toBe(system);
  });
});

describe('an annotation', () => {
  const annotation: Annotation = {
    level: 'error',
    title: 'Failed: a, b',
    message: 'errors.rate < 0.1%: was 1 %\r\nsecond line::',
  };

  it('on GitHub is a workflow command in which nothing of it is read as one', () => {
    expect(annotationLine(annotation, 'github')).toBe(
      '::error title=Failed%3A a%2C b::errors.rate < 0.1%25: was 1 %25%0D%0Asecond line::\n',
    );
  });

  it.each(['gitlab', 'plain'] as const)('on %s is one plain line', (system) => {
    expect(annotationLine(annotation, system)).toBe(
      'error: Failed: a, b: errors.rate < 0.1%: was 1 %; second line::\n',
    );
  });
});

describe('a group of lines', () => {
  it('on GitHub stops commands within, so that a log of a pod cannot give any', () => {
    expect(groupBegin(GROUP, 'github', NOW_MS)).toBe(
      '::group::spike: the run, 100 %25\n::stop-commands::a1b2\n',
    );
    expect(groupEnd(GROUP, 'github', NOW_MS)).toBe('::a1b2::\n::endgroup::\n');
  });

  it('on GitLab is a section', () => {
    expect(groupBegin(GROUP, 'gitlab', NOW_MS)).toBe(
      '\u001B[0Ksection_start:1700000000:hpa_lab_run[collapsed=true]\r\u001B[0Kspike: the run, 100 %\n',
    );
    expect(groupEnd(GROUP, 'gitlab', NOW_MS)).toBe(
      '\u001B[0Ksection_end:1700000000:hpa_lab_run\r\u001B[0K\n',
    );
  });

  it('elsewhere is no more than its lines', () => {
    expect(groupBegin(GROUP, 'plain', NOW_MS) + groupEnd(GROUP, 'plain', NOW_MS)).toBe('');
  });
});

describe('what is annotated', () => {
  it.each<{ name: string; script: TimelineScript; annotations: readonly (readonly string[])[] }>([
    {
      name: 'nothing of a run whose thresholds hold',
      script: { thresholds: ['errors.count < 8'] },
      annotations: [],
    },
    {
      name: 'each threshold that failed',
      script: { thresholds: ['errors.count < 5', 'errors.count < 8', 'replicas.peakReady < 3'] },
      annotations: [
        ['error', 'Threshold failed', 'errors.count < 5: was 7'],
        ['error', 'Threshold failed', 'replicas.peakReady < 3: was 10'],
      ],
    },
    {
      name: 'a load generator that fell behind, as a warning',
      script: { isSaturated: true },
      annotations: [
        [
          'warning',
          'Not a result: the load generator fell behind',
          "p99 of the send lag was 160 ms (limit 10 ms). Response times and errors are not the service's.",
        ],
      ],
    },
    {
      name: 'a threshold that could not be judged because of it, as an error',
      script: { isSaturated: true, thresholds: ['errors.count < 5'] },
      annotations: [
        ['warning', 'Not a result: the load generator fell behind', expect.any(String)],
        [
          'error',
          '1 threshold not judged',
          'errors.count < 5: not judged: the load generator fell behind',
        ],
      ],
    },
    {
      name: 'nothing of a run that is not whole: what ended it is told elsewhere',
      script: { outcome: 'failed', stoppedT: 85_000, thresholds: ['errors.count < 5'] },
      annotations: [],
    },
  ])('$name', ({ script, annotations }) => {
    const timeline = aTimeline(script);
    const analysis = analyze(timeline);

    const found = annotationsOf(thresholdVerdicts(timeline, analysis), analysis);

    expect(found.map(({ level, title, message }) => [level, title, message])).toEqual(annotations);
  });
});
