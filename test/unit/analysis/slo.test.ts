import { describe, expect, it } from 'vitest';
import { sloSeconds, type SloSecond } from '../../../src/analysis/slo.js';
import { valueOf } from '../../../src/analysis/measure.js';
import type { Experiment } from '../../../src/experiment/experiment.js';
import type { LoadSecond } from '../../../src/load/sender.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aHeader, aLoadSecond, anExperiment } from '../../support/a-timeline.js';

const SLO = { responseTimeMs: 300, objective: 0.9 };

function timelineOf(
  seconds: readonly LoadSecond[],
  experiment: Partial<Experiment> = { slo: SLO },
): Timeline {
  return {
    header: { ...aHeader(), experiment: { ...anExperiment(), ...experiment } },
    records: seconds.map((load) => ({ kind: 'load', t: 5_000 + load.second * 1_000, load })),
  };
}

function times(inTime: number, late: number): readonly number[] {
  return [...Array<number>(inTime).fill(20), ...Array<number>(late).fill(900)];
}

describe('a second of the load, held against the SLO', () => {
  const timesMs = times(9, 1);
  const cases: readonly {
    readonly name: string;
    readonly of: Parameters<typeof aLoadSecond>[1];
    readonly expected: Omit<SloSecond, 't'>;
  }[] = [
    {
      name: 'with just enough good answers is held',
      of: { timesMs },
      expected: { good: 9, goodAtMost: 9, total: 10, isHeld: true },
    },
    {
      name: 'with one late answer too many is not',
      of: { timesMs: times(8, 2) },
      expected: { good: 8, goodAtMost: 8, total: 10, isHeld: false },
    },
    {
      name: 'counts an answer at the limit as good',
      of: { timesMs: [300] },
      expected: { good: 1, goodAtMost: 1, total: 1, isHeld: true },
    },
    {
      name: 'counts 4xx as answers',
      of: { timesMs: times(10, 0), answered: { '2xx': 4, '4xx': 6 } },
      expected: { good: 10, goodAtMost: 10, total: 10, isHeld: true },
    },
    {
      name: 'takes 5xx for answers in time, and tells how good it may have been',
      of: { timesMs, answered: { '2xx': 9, '5xx': 1 } },
      expected: { good: 8, goodAtMost: 9, total: 10, isHeld: false },
    },
    {
      name: 'with nothing but 5xx has nothing good',
      of: { timesMs: times(3, 7), answered: { '5xx': 10 } },
      expected: { good: 0, goodAtMost: 0, total: 10, isHeld: false },
    },
    {
      name: 'counts failed, dropped and unsent as bad',
      of: { timesMs: times(9, 0), due: 12, sent: 10, failed: { reset: 1 }, dropped: 1, unsent: 1 },
      expected: { good: 9, goodAtMost: 9, total: 12, isHeld: false },
    },
    {
      name: 'leaves out requests under way when the run ended',
      of: { timesMs: times(9, 0), due: 12, sent: 12, unanswered: 3 },
      expected: { good: 9, goodAtMost: 9, total: 9, isHeld: true },
    },
    {
      name: 'without requests broke no promise',
      of: {},
      expected: { good: 0, goodAtMost: 0, total: 0, isHeld: true },
    },
  ];

  it.each(cases)('$name', ({ of, expected }) => {
    const told = valueOf(sloSeconds(timelineOf([aLoadSecond(2, of)])));

    expect(told).toEqual([{ t: 7_000, ...expected }]);
  });

  it('is held by 999 of 1,000 where 99.9 % are promised', () => {
    const slo = { responseTimeMs: 300, objective: Number('99.9e-2') };
    const told = sloSeconds(timelineOf([aLoadSecond(0, { timesMs: times(999, 1) })], { slo }));

    expect(valueOf(told)).toMatchObject([{ isHeld: true }]);
  });

  it.each([
    ['the experiment names no SLO', timelineOf([aLoadSecond(0)], {}), /names no slo/],
    ['the load never began', timelineOf([]), /did not come to the load phase/],
    [
      'the header is of an older version',
      { ...timelineOf([aLoadSecond(0)]), header: { ...aHeader(), experiment: {} } },
      /no experiment that this version can read/,
    ],
  ])('is absent when %s', (_, timeline, because) => {
    expect(sloSeconds(timeline)).toMatchObject({
      kind: 'no-data',
      because: expect.stringMatching(because),
    });
  });
});
