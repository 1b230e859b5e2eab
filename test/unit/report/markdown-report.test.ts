import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { markdownReport } from '../../../src/report/markdown-report.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aTimeline, anExperiment, type TimelineScript } from '../../support/a-timeline.js';

const A_SCREEN = 40;

function linesOf(timeline: Timeline): readonly string[] {
  return markdownReport(timeline, analyze(timeline)).split('\n');
}

describe('a run in Markdown', () => {
  it.each<{ title: string; script: TimelineScript }>([
    { title: '## spike', script: {} },
    {
      title: '## ✅ spike: all 2 thresholds hold',
      script: { thresholds: ['errors.count < 8', 'replicas.peakReady < 11'] },
    },
    {
      title: '## ✅ spike: the threshold holds',
      script: { thresholds: ['errors.count < 8'] },
    },
    {
      title: '## ❌ spike: 1 of 2 thresholds failed',
      script: { thresholds: ['errors.count < 8', 'replicas.peakReady < 3'] },
    },
    { title: '## ⚠️ spike', script: { isSaturated: true } },
    {
      title: '## ⚠️ spike: the threshold could not be judged',
      script: { isSaturated: true, thresholds: ['errors.count < 8'] },
    },
    {
      title: '## ⚠️ spike: none of 2 thresholds failed, but 1 could not be judged',
      script: { isSaturated: true, thresholds: ['errors.count < 8', 'replicas.peakReady < 11'] },
    },
    {
      title: '## ❌ spike: 1 of 2 thresholds failed, 1 could not be judged',
      script: { isSaturated: true, thresholds: ['errors.count < 8', 'replicas.peakReady < 3'] },
    },
  ])('begins with "$title"', ({ title, script }) => {
    expect(linesOf(aTimeline(script))[0]).toBe(title);
  });

  it('tells what failed before what holds', () => {
    const thresholds = ['errors.count < 8', 'replicas.peakReady < 3'];

    expect(linesOf(aTimeline({ thresholds })).filter((line) => line.includes('`'))).toEqual([
      '| ❌ failed | `replicas.peakReady < 3` | was 10 |',
      '| ✅ holds | `errors.count < 8` | was 7 |',
    ]);
  });

  it('is no more than a screen, however many thresholds there are', () => {
    const thresholds = Array.from({ length: 40 }, (_, index) => `errors.count < ${index}`);
    const lines = linesOf(aTimeline({ thresholds }));

    expect(lines.length).toBeLessThanOrEqual(A_SCREEN);
    expect(lines).toContain('| | and 25 ✅ holds | |');
  });

  it('shows text of the run as that text and nothing else', () => {
    const timeline = aTimeline();
    const question = 'Is <b>*this*</b> | `code`\n# a heading, @someone, [a](link)?';
    const experiment = { ...anExperiment(), question };

    const lines = linesOf({ ...timeline, header: { ...timeline.header, experiment } });

    expect(lines[2]).toBe(
      'Is &lt;b&gt;&#42;this&#42;&lt;/b&gt; &#124; &#96;code&#96; &#35; a heading, &#64;someone, &#91;a&#93;(link)?',
    );
  });
});
