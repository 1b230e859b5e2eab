import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import {
  countVerdicts,
  judgeThreshold,
  thresholdVerdicts,
} from '../../../src/analysis/threshold-verdicts.js';
import type { Comparison, Threshold } from '../../../src/experiment/threshold.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aTimeline, anExperiment, without } from '../../support/a-timeline.js';

/** The script's spike has 7 errors and at most 10 ready pods. */
const SPIKE = analyze(aTimeline());

function aThreshold(of: Partial<Threshold> = {}): Threshold {
  return {
    text: 'errors.count < 8',
    measure: 'errors.count',
    comparison: '<',
    limit: 8,
    unit: 'count',
    ...of,
  };
}

describe('a threshold', () => {
  it.each<{ comparison: Comparison; limit: number; verdict: 'pass' | 'fail' }>([
    { comparison: '<', limit: 8, verdict: 'pass' },
    { comparison: '<', limit: 7, verdict: 'fail' },
    { comparison: '<=', limit: 7, verdict: 'pass' },
    { comparison: '<=', limit: 6, verdict: 'fail' },
    { comparison: '>', limit: 6, verdict: 'pass' },
    { comparison: '>', limit: 7, verdict: 'fail' },
    { comparison: '>=', limit: 7, verdict: 'pass' },
    { comparison: '>=', limit: 8, verdict: 'fail' },
    { comparison: '==', limit: 7, verdict: 'pass' },
    { comparison: '==', limit: 0, verdict: 'fail' },
    { comparison: '!=', limit: 0, verdict: 'pass' },
    { comparison: '!=', limit: 7, verdict: 'fail' },
  ])('errors.count (7) $comparison $limit is a $verdict', ({ comparison, limit, verdict }) => {
    const threshold = aThreshold({ comparison, limit });

    expect(judgeThreshold(threshold, SPIKE)).toEqual({ kind: verdict, threshold, value: 7 });
  });

  it('on a figure that is absent fails for that reason', () => {
    const threshold = aThreshold();

    const verdict = judgeThreshold(threshold, analyze(without(aTimeline(), 'load')));

    expect(verdict).toEqual({
      kind: 'absent',
      threshold,
      because: 'no second of the load was told',
    });
  });

  it.each([
    { name: 'a measure that is gone', of: { measure: 'gone.count' }, because: 'no such measure' },
    { name: 'another unit', of: { unit: 'ms' as const }, because: 'read in ms' },
    { name: 'another currency', of: { currency: 'EUR' }, because: 'in EUR, the prices are in USD' },
  ])('of an older experiment on $name is absent', ({ of, because }) => {
    expect(judgeThreshold(aThreshold(of), SPIKE)).toMatchObject({
      kind: 'absent',
      because: expect.stringContaining(because),
    });
  });
});

describe('a run whose load generator fell behind', () => {
  const analysis = analyze(aTimeline({ isSaturated: true }));

  it('is not judged by figures that need it to be punctual', () => {
    expect(judgeThreshold(aThreshold(), analysis)).toMatchObject({
      kind: 'not-judged',
      because: 'the load generator fell behind',
    });
  });

  it('fails where the figure is absent for another reason', () => {
    const threshold = aThreshold({ measure: 'elasticity.speedup', unit: 'ratio' });

    expect(judgeThreshold(threshold, analysis).kind).toBe('absent');
  });

  it('is judged by others', () => {
    const threshold = aThreshold({ measure: 'replicas.peakReady', limit: 11 });

    expect(judgeThreshold(threshold, analysis)).toMatchObject({ kind: 'pass', value: 10 });
  });
});

describe('a run that', () => {
  it('was interrupted is not judged at all', () => {
    const analysis = analyze(aTimeline({ outcome: 'interrupted', stoppedT: 85_000 }));

    const verdict = judgeThreshold(aThreshold({ measure: 'replicas.peakReady' }), analysis);

    expect(verdict).toMatchObject({ kind: 'not-judged', because: 'the run was interrupted' });
  });

  it('never told how punctual its sender was is not judged by what needs it', () => {
    const analysis = analyze(without(aTimeline(), 'load-summary'));

    expect(judgeThreshold(aThreshold(), analysis).kind).toBe('not-judged');
  });
});

function withThresholds(thresholds: unknown): Timeline {
  const timeline = aTimeline();
  const experiment = { ...anExperiment(), thresholds };
  return { ...timeline, header: { ...timeline.header, experiment } };
}

describe('the thresholds of a run', () => {
  it('are judged in the order of the file and counted', () => {
    const timeline = withThresholds([
      aThreshold(),
      aThreshold({ limit: 1 }),
      aThreshold({ measure: 'gone.count' }),
    ]);

    const verdicts = thresholdVerdicts(timeline, SPIKE);

    expect(verdicts.map(({ kind }) => kind)).toEqual(['pass', 'fail', 'absent']);
    expect(countVerdicts(verdicts)).toEqual({ pass: 1, fail: 2, notJudged: 0 });
  });

  it('are none in an experiment that was written before there were any', () => {
    expect(thresholdVerdicts(withThresholds(undefined), SPIKE)).toEqual([]);
  });
});
