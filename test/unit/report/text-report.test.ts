import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { textReport } from '../../../src/report/text-report.js';
import { wrappedLines } from '../../../src/report/format.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aTimeline, type TimelineScript } from '../../support/a-timeline.js';

function textOf(script: TimelineScript, isColored = false): string {
  const timeline = aTimeline(script);
  return textReport(timeline, analyze(timeline), { columns: 100, isColored });
}

/** A run that ended because pods never became ready: the reason has their states and logs. */
function neverReady(): Timeline {
  const timeline = aTimeline({ outcome: 'failed', stoppedT: 20_000 });
  const because = [
    'SERVICE_NEVER_READY: expected Deployment app to be ready within 2m 00s',
    '  pod app-1: Running; not Ready: containers with unready status',
    '    | listening on port 8080',
    `    | {"level":"error","message":"cannot reach the database","stack":"${'x'.repeat(120)}"}`,
  ].join('\n');
  const records = timeline.records.map((record) =>
    record.kind === 'end' ? { ...record, because } : record,
  );
  return { ...timeline, records };
}

describe('the text report', () => {
  const thresholds = ['errors.count < 8', 'replicas.peakReady < 3', 'elasticity.speedup > 1'];

  it('tells verdicts before all figures, those that do not hold first', () => {
    const sections = textOf({ thresholds }).split('\n\n');

    expect(sections[1]?.split('\n')).toEqual([
      'Thresholds: 2 of 3 thresholds failed',
      'FAIL        replicas.peakReady < 3  was 10',
      'FAIL        elasticity.speedup > 1  absent: the experiment names no demand curve: `npm run capacity`',
      '                                    finds one',
      'PASS        errors.count < 8        was 7',
    ]);
    expect(sections[2]).toMatch(/^Scaling /);
  });

  it('says what could not be judged, and why', () => {
    expect(textOf({ thresholds: ['errors.count < 8'], isSaturated: true })).toMatch(
      /^NOT JUDGED {2}errors\.count < 8 {2}not judged: the load generator fell behind$/m,
    );
  });

  it('has nothing of thresholds where there are none', () => {
    expect(textOf({})).not.toContain('Threshold');
  });

  it('has colors only where they are wanted, and the same text with them', () => {
    const plain = textOf({ thresholds });
    const colored = textOf({ thresholds }, true);

    expect(plain).not.toContain('\u001B');
    expect(colored).toContain('\u001B[1;31mFAIL');
    expect(colored).toContain('\u001B[1;32mPASS');
    // oxlint-disable-next-line no-control-regex -- the sequences are what is taken away
    expect(colored.replaceAll(/\u001B\[[\d;]*m/g, '')).toBe(plain);
  });

  it('keeps the lines of states and logs of pods that were never ready, within the width', () => {
    const timeline = neverReady();
    const lines = textReport(timeline, analyze(timeline), { columns: 80 }).split('\n');

    expect(lines).toContain(
      '!! FAILED: SERVICE_NEVER_READY: expected Deployment app to be ready within 2m',
    );
    expect(lines).toContain('     pod app-1: Running; not Ready: containers with unready status');
    expect(lines).toContain('       | listening on port 8080');
    expect(lines.filter((line) => line.startsWith('       | x'))).not.toEqual([]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('lists what is not known once a reason, without repeating the names', () => {
    const text = textOf({});
    const list = text.split('\n\n').find((section) => section.startsWith('Not known'));

    expect(list).toMatch(/^Not known \(\d+ of \d+ measures; names as in thresholds\)/);
    expect(list).toContain('elasticity.underProvisioning.accuracy, .pods, .timeshare');
    expect(list?.match(/no demand curve/g)).toHaveLength(1);
  });

  it('says why a time of a scale-down is not known, and what it takes for the peak', () => {
    // nothing of the load falls before the decision at 110 s
    const rescales = [
      { t: 82_000, to: 7 },
      { t: 110_000, to: 6 },
    ];
    const timeline = aTimeline({ rescales });
    const text = textReport(timeline, analyze(timeline), { columns: 100 });

    expect(text).toMatch(
      /7 to 6 +1:\d\d +- +2s\n-: no fall of the load came before usage was that low\n/,
    );
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'the peak: from the first to the last second with more than 27/s planned',
    );
  });

  it('shows three waterfalls at most, the slowest, and all scale-ups in a table', () => {
    const rescales = [4, 5, 6, 7, 8].map((to, index) => ({ t: 60_000 + index * 8_000, to }));

    const text = textOf({ rescales });

    expect(text.match(/^Scale-up from /gm)).toHaveLength(3);
    expect(text).toMatch(/^Scale-up +decided at +after the load rose/m);
    expect(text.match(/^\d to \d +\d:\d\d +\d/gm)).toHaveLength(5);
    expect(text).toMatch(/^Scaling +5 scale-ups: ready /m);
  });
});

describe('lines that are kept', () => {
  it.each([
    ['one\n  two\n\nthree', 20, ['one', '  two', '', 'three']],
    ['  a long line that goes on', 16, ['  a long line', '  that goes on']],
    ['| abcdefgh', 6, ['| abcd', '| efgh']],
    ['', 10, ['']],
  ])('of %j within %d columns', (text, columns, lines) => {
    expect(wrappedLines(text, columns)).toEqual(lines);
  });
});
