import { describe, expect, it } from 'vitest';
import { measuredLoadChanges } from '../../../src/analysis/rate-changes.js';
import { seededRandom } from '../../../src/core/random.js';
import type { LoadRecord } from '../../../src/timeline/record.js';
import { aLoadSecond } from '../../support/a-timeline.js';

function load(counts: readonly (number | undefined)[], fromT = 0): readonly LoadRecord[] {
  return counts.flatMap((due, second) =>
    due === undefined
      ? []
      : [
          {
            t: fromT + second * 1_000,
            kind: 'load',
            load: aLoadSecond(second, { due, sent: due }),
          },
        ],
  );
}

/** So many seconds of a rate. */
function level(seconds: number, rate: number): readonly number[] {
  return Array.from({ length: seconds }, () => rate);
}

/** Arrivals with exponential distances: what a random open model and real users send. */
function poisson(seconds: number, rate: number, seed: number): readonly number[] {
  const random = seededRandom(seed);
  const counts: number[] = Array.from({ length: seconds }, () => 0);
  for (let at = -Math.log(1 - random.next()) / rate; at < seconds; ) {
    const second = Math.floor(at);
    counts[second] = (counts[second] ?? 0) + 1;
    at -= Math.log(1 - random.next()) / rate;
  }
  return counts;
}

function changes(counts: readonly (number | undefined)[], fromT = 0) {
  return measuredLoadChanges(load(counts, fromT)).map(({ t, direction, toPerSecond }) => [
    t,
    direction,
    Math.round(toPerSecond * 10) / 10,
  ]);
}

describe('changes of a measured rate', () => {
  it.each([
    {
      name: 'of one level are its begin and its end',
      counts: level(30, 20),
      expected: [
        [0, 'up', 20],
        [30_000, 'down', 0],
      ],
    },
    {
      name: 'are found to the second in a step up and down',
      counts: [...level(25, 9), ...level(65, 45), ...level(80, 9)],
      expected: [
        [0, 'up', 9],
        [25_000, 'up', 45],
        [90_000, 'down', 9],
        [170_000, 'down', 0],
      ],
    },
    {
      name: 'find a peak of 8 s in ten minutes',
      counts: [...level(300, 20), ...level(8, 60), ...level(292, 20)],
      expected: [
        [0, 'up', 20],
        [300_000, 'up', 60],
        [308_000, 'down', 20],
        [600_000, 'down', 0],
      ],
    },
    {
      name: 'find a level without any arrival',
      counts: [...level(20, 10), ...level(20, 0), ...level(20, 10)],
      expected: [
        [0, 'up', 10],
        [20_000, 'down', 0],
        [40_000, 'up', 10],
        [60_000, 'down', 0],
      ],
    },
    { name: 'of no second are none', counts: [], expected: [] },
    {
      name: 'of one second are its begin and its end',
      counts: [5],
      expected: [
        [0, 'up', 5],
        [1_000, 'down', 0],
      ],
    },
    { name: 'of a load without arrivals are none', counts: level(30, 0), expected: [] },
    {
      name: 'ignore what is less than an HPA tolerates',
      counts: [...level(300, 1_000), ...level(300, 1_080)],
      expected: [
        [0, 'up', 1_000],
        [600_000, 'down', 0],
      ],
    },
    {
      name: 'do not take seconds that were not told for a pause',
      counts: [...level(20, 10), ...level(20, 0).map(() => undefined), ...level(20, 10)],
      expected: [
        [0, 'up', 10],
        [60_000, 'down', 0],
      ],
    },
  ])('$name', ({ counts, expected }) => {
    expect(changes(counts)).toEqual(expected);
  });

  it('of an hour of random arrivals are found too', () => {
    const hour = [...poisson(1_800, 50, 1), ...poisson(1_800, 80, 2)];

    expect(changes(hour)).toHaveLength(3);
  });

  it('are later by as much as the load is', () => {
    const counts = [...level(25, 9), ...level(30, 45)];

    expect(changes(counts, 7_000).map(([t]) => Number(t) - 7_000)).toEqual(
      changes(counts).map(([t]) => t),
    );
  });

  it('are told as measured, of no stage of a plan', () => {
    const [first] = measuredLoadChanges(load(level(10, 5)));

    expect(first).toMatchObject({ origin: 'measured', stage: 'measured rate', fromPerSecond: 0 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'finds nothing in ten minutes of random arrivals at one rate (seed %d)',
    (seed) => {
      const found = changes(poisson(600, 20, seed));

      expect(found.map(([, direction]) => direction)).toEqual(['up', 'down']);
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'finds a doubling of random arrivals within two seconds (seed %d)',
    (seed) => {
      const found = changes([...poisson(120, 20, seed), ...poisson(120, 40, seed + 100)]);

      expect(found).toHaveLength(3);
      expect(Math.abs(Number(found[1]?.[0]) - 120_000)).toBeLessThanOrEqual(2_000);
    },
  );

  it('finds nothing in arrivals that scatter four times as much as random ones', () => {
    const counts = poisson(600, 20, 3).map((count) => Math.max(0, 20 + 2 * (count - 20)));

    expect(changes(counts)).toHaveLength(2);
  });
});
