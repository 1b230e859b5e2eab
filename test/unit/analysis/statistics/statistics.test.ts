import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differenceInterval,
  medianInterval,
  medianStandardError,
} from '../../../../src/analysis/statistics/bootstrap.js';
import {
  fewestTrials,
  smallestDetectable,
} from '../../../../src/analysis/statistics/detectable.js';
import { holmAdjusted } from '../../../../src/analysis/statistics/holm.js';
import { median } from '../../../../src/analysis/statistics/median.js';
import {
  cliffsDelta,
  rankSumTest,
  smallestP,
} from '../../../../src/analysis/statistics/rank-sum.js';
import { seededRandom } from '../../../../src/core/random.js';

/** Efron and Tibshirani (1993), table 2.1: survival of mice in days. */
const TREATED = [94, 197, 16, 38, 99, 141, 23];
const CONTROL = [52, 104, 146, 10, 50, 31, 40, 27, 46];

describe('the median', () => {
  it.each([
    { of: 'an odd number is the middle one', values: [9, 1, 5], median: 5 },
    { of: 'an even number is between the middle ones', values: [4, 1, 3, 2], median: 2.5 },
    { of: 'one is that one', values: [7], median: 7 },
    { of: 'numbers of several digits is by value, not by text', values: [100, 9, 20], median: 20 },
  ])('of $of', ({ values, median: expected }) => {
    expect(median(values)).toBe(expected);
  });
});

describe('the bootstrap', () => {
  it.each([
    { of: 'the treated mice', values: TREATED, published: 37.83 },
    { of: 'the control mice', values: CONTROL, published: 13.08 },
  ])('gives the published standard error of the median of $of', ({ values, published }) => {
    const error = medianStandardError(values, { random: seededRandom(1), resamples: 20_000 });
    expect(Math.abs(error - published) / published).toBeLessThan(0.02);
  });

  it('draws no interval of two values', () => {
    expect(medianInterval([1, 2], { random: seededRandom(1) })).toBeUndefined();
    expect(differenceInterval([1, 2], CONTROL, { random: seededRandom(1) })).toBeUndefined();
  });

  it('draws the same interval from the same seed', () => {
    expect(medianInterval(TREATED, { random: seededRandom(7) })).toEqual(
      medianInterval(TREATED, { random: seededRandom(7) }),
    );
  });

  it('has the median inside its interval, and the interval inside the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 30 }),
        (values) => {
          const interval = medianInterval(values, { random: seededRandom(3), resamples: 200 });
          if (interval === undefined) return false;
          const middle = median(values);
          return (
            Math.min(...values) <= interval.low &&
            interval.low <= middle &&
            middle <= interval.high &&
            interval.high <= Math.max(...values)
          );
        },
      ),
    );
  });

  it('covers the true median of ten normal values about as often as it says', () => {
    const random = seededRandom(11);
    const rounds = 600;
    let covered = 0;
    for (let round = 0; round < rounds; round++) {
      const interval = medianInterval(normals(random, 10), { random, resamples: 400 });
      if (interval !== undefined && interval.low <= 0 && interval.high >= 0) covered++;
    }
    expect(covered / rounds).toBeGreaterThan(0.91);
    expect(covered / rounds).toBeLessThan(0.99);
  });
});

describe('the rank-sum test', () => {
  it.each([
    {
      of: 'Hollander and Wolfe, permeability of the chorioamnion',
      first: [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
      second: [1.15, 0.88, 0.9, 0.74, 1.21],
      u: 35,
      p: 0.2544,
    },
    {
      of: 'ages of onset, scipy.stats.mannwhitneyu',
      first: [19, 22, 16, 29, 24],
      second: [20, 11, 17, 12],
      u: 17,
      p: 0.1111,
    },
    { of: 'three against three, apart', first: [4, 5, 6], second: [1, 2, 3], u: 9, p: 0.1 },
    { of: 'equal values only', first: [2, 2, 2], second: [2, 2], u: 3, p: 1 },
  ])('gives the published chance: $of', ({ first, second, u, p }) => {
    const test = rankSumTest(first, second);
    expect(test).toMatchObject({ u, method: 'exact' });
    expect(test.p).toBeCloseTo(p, 4);
  });

  it('is exact with ties: all 10 ways to deal 1 2 2 3 4 counted by hand', () => {
    // midranks 1 2.5 2.5 4 5; {4, 5} sums to 9 of a middle 6; as far: 1+2.5 twice (3.5), 4+5, none else
    expect(rankSumTest([3, 4], [1, 2, 2]).p).toBeCloseTo(0.1 + 0, 10);
  });

  it('by the normal distribution is near to the exact one where both can be had', () => {
    const random = seededRandom(5);
    for (const shift of [0, 0.4, 0.8]) {
      const first = normals(random, 30).map((value) => value + shift);
      const second = normals(random, 30);
      const exact = rankSumTest(first, second);
      // one value more of each, beyond both ends, makes it the normal one
      const normal = rankSumTest([...first, -99, 99], [...second, -100, 100]);
      expect(exact.method).toBe('exact');
      expect(normal.method).toBe('normal');
      expect(Math.abs(exact.p - normal.p)).toBeLessThan(0.05);
    }
  });

  it('far out has the tail of the normal distribution', () => {
    const first = Array.from({ length: 60 }, (_, index) => index + 1_000);
    const second = Array.from({ length: 60 }, (_, index) => index);
    // z = (1800 - 0.5) / sqrt(3600 x 121 / 12) = 9.4449: 2 x 1.78e-21
    expect(rankSumTest(first, second).p / 3.55e-21).toBeCloseTo(1, 1);
  });

  it('does not depend on which sample is named first', () => {
    fc.assert(
      fc.property(samples(), samples(), (first, second) => {
        const there = rankSumTest(first, second);
        const back = rankSumTest(second, first);
        return (
          Math.abs(there.p - back.p) < 1e-9 && there.u + back.u === first.length * second.length
        );
      }),
    );
  });

  it("goes with Cliff's delta", () => {
    fc.assert(
      fc.property(samples(), samples(), (first, second) => {
        const { u } = rankSumTest(first, second);
        const delta = (2 * u) / (first.length * second.length) - 1;
        return Math.abs(delta - cliffsDelta(first, second)) < 1e-9;
      }),
    );
  });

  it.each([
    { each: 3, p: 0.1 },
    { each: 4, p: 2 / 70 },
    { each: 5, p: 2 / 252 },
  ])('of $each against $each can give no less than $p', ({ each, p }) => {
    const low = Array.from({ length: each }, (_, index) => index);
    expect(smallestP(each, each)).toBeCloseTo(p, 12);
    expect(
      rankSumTest(
        low,
        low.map((value) => value + 100),
      ).p,
    ).toBeCloseTo(p, 12);
  });

  it('calls about 5 % of 1,000 comparisons of like with like different, and 80 % of those that are', () => {
    const random = seededRandom(2026);
    const rounds = 1_000;
    const alarms = (shift: number): number => {
      let count = 0;
      for (let round = 0; round < rounds; round++) {
        const first = normals(random, 10).map((value) => value + shift);
        if (rankSumTest(first, normals(random, 10)).p <= 0.05) count++;
      }
      return count / rounds;
    };
    expect(alarms(0)).toBeGreaterThan(0.03);
    expect(alarms(0)).toBeLessThan(0.065);
    // Lehmann: 10 against 10, 1.3 standard deviations apart: power about 0.77
    expect(alarms(1.3)).toBeGreaterThan(0.7);
    expect(alarms(1.3)).toBeLessThan(0.86);
  });
});

describe('the correction of Holm', () => {
  it.each([
    { of: 'four', chances: [0.01, 0.04, 0.03, 0.005], adjusted: [0.03, 0.06, 0.06, 0.02] },
    { of: 'one, which stays', chances: [0.04], adjusted: [0.04] },
    { of: 'large ones, never above 1', chances: [0.6, 0.7], adjusted: [1, 1] },
    { of: 'none', chances: [], adjusted: [] },
  ])('of $of', ({ chances, adjusted }) => {
    const found = holmAdjusted(chances);
    expect(found).toHaveLength(adjusted.length);
    for (const [index, each] of adjusted.entries()) expect(found[index]).toBeCloseTo(each, 12);
  });
});

describe('what could have been shown', () => {
  it('is nothing with three trials each, and four are needed', () => {
    expect(smallestDetectable([1, 2, 3], [1, 2, 3], 0.05)).toEqual({
      kind: 'none',
      trialsNeeded: 4,
    });
    expect(fewestTrials(0.05 / 8)).toBe(6);
  });

  it('is what the test itself calls shown, and hardly less is not', () => {
    const first = [10, 12, 11, 15, 9, 13];
    const second = [20, 24, 21, 19, 22, 23];
    const found = smallestDetectable(first, second, 0.05);
    if (found.kind !== 'difference') throw new Error('expected a difference');
    const apart = (by: number): number =>
      rankSumTest(
        first.map((value) => value - median(first) + by),
        second.map((value) => value - median(second)),
      ).p;
    expect(apart(found.value + 1e-6)).toBeLessThanOrEqual(0.05);
    expect(Math.min(apart(found.value - 0.6), apart(-found.value + 0.6))).toBeLessThanOrEqual(1);
    expect(Math.max(apart(found.value * 0.5), apart(-found.value * 0.5))).toBeGreaterThan(0.05);
  });

  it('is any difference where nothing scatters', () => {
    expect(smallestDetectable([5, 5, 5, 5], [5, 5, 5, 5], 0.05)).toEqual({
      kind: 'difference',
      value: 0,
    });
  });
});

/** Standard normal values, by Box and Muller. */
function normals(random: { next(): number }, count: number): number[] {
  return Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return radius * Math.cos(2 * Math.PI * random.next());
  });
}

/** Small samples with many ties. */
function samples(): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 });
}
