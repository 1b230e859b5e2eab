import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { loadPieces } from '../../../src/analysis/load-changes.js';
import { valueOf } from '../../../src/analysis/measure.js';
import { aroundPeak, requestCounts } from '../../../src/analysis/requests.js';
import { responseTimes } from '../../../src/analysis/response-times.js';
import type { StageSpec } from '../../../src/load/profile-spec.js';
import type { LoadSecond } from '../../../src/load/sender.js';
import type { LoadRecord } from '../../../src/timeline/record.js';
import { aLoadSecond, aTimeline } from '../../support/a-timeline.js';

function second(index: number, of: Parameters<typeof aLoadSecond>[1] = {}): LoadRecord {
  return { t: 1_000 + index * 1_000, kind: 'load', load: aLoadSecond(index, of) };
}

const timesMs = (count: number, ms: number): readonly number[] =>
  Array.from({ length: count }, () => ms);

describe('request counts', () => {
  it('add up what each second tells', () => {
    const told: Partial<LoadSecond> = {
      due: 12,
      dropped: 1,
      unsent: 1,
      sent: 10,
      late: 2,
      answered: { '2xx': 4, '4xx': 1, '5xx': 2 },
      failed: { refused: 1, timeout: 1 },
      unanswered: 1,
    };

    expect(requestCounts([second(0, told), second(1, told)])).toEqual({
      seconds: 2,
      due: 24,
      dropped: 2,
      unsent: 2,
      sent: 20,
      late: 4,
      unanswered: 2,
      answered: { '2xx': 8, '4xx': 2, '5xx': 4 },
      failed: { refused: 2, timeout: 2 },
      failedTotal: 4,
      // 4 failed, 4 answered 5xx, 2 dropped, 2 unsent; a 4xx is an answer
      errors: 12,
      errorShare: { kind: 'measured', value: 0.5 },
    });
  });

  it('of no request have no share of errors', () => {
    expect(requestCounts([second(0)]).errorShare).toEqual({
      kind: 'no-data',
      because: 'no request was due',
    });
  });
});

describe('response times', () => {
  it('are of all answers together: percentiles of seconds are never averaged', () => {
    // 99 fast answers and 1 slow one in unequal seconds: p50 of the whole is fast, its maximum slow.
    const merged = responseTimes([
      second(0, { timesMs: timesMs(1, 900) }),
      second(1, { timesMs: timesMs(99, 10) }),
    ]);

    expect(merged.count).toBe(100);
    expect(valueOf(merged.p50Ms)).toBeCloseTo(10, 1);
    expect(valueOf(merged.p99Ms)).toBeCloseTo(10, 1);
    expect(valueOf(merged.maxMs)).toBeCloseTo(900, 0);
  });

  it('know a percentile only from enough answers', () => {
    const merged = responseTimes([second(0, { timesMs: timesMs(99, 10) })]);

    expect(merged.p90Ms.kind).toBe('measured');
    expect(merged.p99Ms).toEqual({
      kind: 'no-data',
      because: 'needs at least 100 answers, there were 99',
    });
  });

  it('of no answer are absent', () => {
    const { count, p50Ms, maxMs } = responseTimes([second(0, { due: 5, sent: 5 })]);

    expect([count, p50Ms.kind, maxMs.kind]).toEqual([0, 'no-data', 'no-data']);
  });
});

const split = (stages: readonly StageSpec[]) => {
  const pieces = loadPieces({ stages });
  const seconds = Array.from({ length: (pieces.at(-1)?.toMs ?? 0) / 1_000 }, (_, index) =>
    second(index),
  );
  const around = valueOf(aroundPeak(seconds, { pieces, loadStartT: 1_000 }));
  return around && [around.before, around.in, around.after].map((part) => valueOf(part)?.seconds);
};
const constant = (name: string, ratePerSecond: number, seconds: number): StageSpec => {
  return { name, kind: 'constant', ratePerSecond, durationMs: seconds * 1_000 };
};

describe('the load before, in and after its peak', () => {
  it.each<[string, readonly StageSpec[], readonly (number | undefined)[] | undefined]>([
    [
      'a spike of stages',
      [constant('a', 1, 3), constant('b', 9, 2), constant('c', 1, 4)],
      [3, 2, 4],
    ],
    [
      'a spike stage',
      [
        {
          name: 's',
          kind: 'spike',
          basePerSecond: 1,
          peakPerSecond: 9,
          atMs: 2_000,
          lengthMs: 3_000,
          durationMs: 9_000,
        },
      ],
      [2, 3, 4],
    ],
    [
      'a ramp, which is in the peak from its middle on',
      [{ name: 'r', kind: 'ramp', fromPerSecond: 0, toPerSecond: 10, durationMs: 8_000 }],
      [4, 4, undefined],
    ],
    ['one rate only, which has no peak', [constant('a', 5, 3), constant('b', 5, 3)], undefined],
  ])('is found in %s', (_, stages, seconds) => {
    expect(split(stages)).toEqual(seconds);
  });

  it('says which part the run did not come to', () => {
    const { aroundPeak: peak } = analyze(aTimeline({ outcome: 'interrupted', stoppedT: 70_000 }));

    expect(valueOf(peak)?.in.kind).toBe('measured');
    expect(valueOf(peak)?.after).toEqual({
      kind: 'no-data',
      because: 'the run did not come to the part after the peak',
    });
  });
});
