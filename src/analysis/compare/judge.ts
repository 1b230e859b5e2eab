/** Which of many differences are shown: the one decision that every verdict rests on. */
import { holmAdjusted } from '../statistics/holm.js';
import { cliffsDelta, rankSumTest, smallestP, type RankSum } from '../statistics/rank-sum.js';
import { absentCount, type Sample } from './trial-group.js';

/** The chance, over everything judged together, of even one difference called shown that is none. */
export const SIGNIFICANCE = 0.05;

/** Two samples of one measure. */
export interface SamplePair {
  readonly variant: Sample;
  readonly baseline: Sample;
}

/** What the test of two samples says. */
export interface DifferenceTest extends RankSum {
  /** Cliff's delta of the values that there are: 1 when every one of the variant's is the larger. */
  readonly delta: number;
  /** `p` corrected for all that is judged together; absent when this could not be shown at any rate. */
  readonly adjustedP?: number;
  readonly isShown: boolean;
}

/** The tests of a comparison, and what they were corrected for. */
export interface Judgment {
  /** In the order given; undefined where a side has no value at all. */
  readonly tests: readonly (DifferenceTest | undefined)[];
  /** How many were judged together: those that could have been shown at all. */
  readonly judged: number;
  /** The chance that the next difference would have to stay below to be shown too. */
  readonly nextSignificance: number;
}

/**
 * Tests all pairs together: the rank-sum test of each, corrected by Holm over all of them. A pair whose
 * trials are too few for any difference, or all of whose values are equal, can give no false alarm; so it
 * is not counted among those judged.
 *
 * Trials without a value count against the difference, whatever their values would have been: the
 * variant's lie as far as can be on the one side, the baseline's on the other. What is still shown then does
 * not rest on which trials have a value.
 *
 * Source: Holm (1979); leaving out what cannot be shown: Tarone, A modified Bonferroni method for discrete
 * data (1990).
 */
export function judgeDifferences(pairs: readonly SamplePair[]): Judgment {
  const plain = pairs.map(testOf);
  const judged = plain.flatMap((test, index) => {
    const pair = pairs[index];
    return test !== undefined && pair !== undefined && canBeShown(pair) ? [{ index, test }] : [];
  });
  const adjusted = holmAdjusted(judged.map(({ test }) => test.p));
  const adjustedOf = new Map(judged.map(({ index }, rank) => [index, adjusted[rank] ?? 1]));
  const tests = plain.map((test, index) => withVerdict(test, adjustedOf.get(index)));
  const shown = tests.filter((test) => test?.isShown === true).length;
  // with none that can be judged: as if every one that has values were
  const family = judged.length > 0 ? judged.length : tests.filter(Boolean).length;
  return {
    tests,
    judged: judged.length,
    nextSignificance: SIGNIFICANCE / Math.max(1, family - shown),
  };
}

type PlainTest = RankSum & { readonly delta: number };

function withVerdict(test: PlainTest | undefined, adjustedP?: number): DifferenceTest | undefined {
  if (test === undefined) return undefined;
  if (adjustedP === undefined) return { ...test, isShown: false };
  return { ...test, adjustedP, isShown: adjustedP <= SIGNIFICANCE };
}

function canBeShown({ variant, baseline }: SamplePair): boolean {
  const sizes = [variant, baseline].map((sample) => sample.values.length + absentCount(sample));
  if (smallestP(sizes[0] ?? 0, sizes[1] ?? 0) > SIGNIFICANCE) return false;
  const [first, ...others] = [...variant.values, ...baseline.values];
  return others.some((value) => value !== first);
}

function testOf({ variant, baseline }: SamplePair): PlainTest | undefined {
  if (variant.values.length === 0 || baseline.values.length === 0) return undefined;
  const delta = cliffsDelta(variant.values, baseline.values);
  const [absentHere, absentThere] = [absentCount(variant), absentCount(baseline)];
  if (absentHere + absentThere === 0) {
    return { ...rankSumTest(variant.values, baseline.values), delta };
  }
  const all = [...variant.values, ...baseline.values];
  const below = Math.min(...all) - 1;
  const above = Math.max(...all) + 1;
  const isLarger = delta > 0;
  const first = filled(variant, absentHere, isLarger ? below : above);
  const second = filled(baseline, absentThere, isLarger ? above : below);
  const test = rankSumTest(first, second);
  const isStillSo = Math.sign(cliffsDelta(first, second)) === Math.sign(delta);
  return { ...test, p: isStillSo ? test.p : 1, delta };
}

function filled({ values }: Sample, absent: number, value: number): readonly number[] {
  return [...values, ...Array.from({ length: absent }, () => value)];
}
