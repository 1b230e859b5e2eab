/** Whether two handfuls of values come from one and the same source, without asking what it looks like. */

/** What the test of Mann and Whitney says of two samples. */
export interface RankSum {
  /** Pairs in which the first sample's value is the larger; ties count half. */
  readonly u: number;
  /**
   * Chance of a difference at least as large, in either direction, if the two were from one source.
   */
  readonly p: number;
  /** `exact`: over every way to deal the values to the two; `normal`: by the normal distribution. */
  readonly method: 'exact' | 'normal';
}

/** Up to so many values altogether every way to deal them is counted. */
const EXACT_UP_TO = 60;

/**
 * The two-sided rank-sum test of Mann and Whitney (Wilcoxon).
 *
 * Few values: the exact distribution over all ways to deal the pooled values to two samples of these sizes,
 * which holds with ties too (the permutation test on midranks). Many: the normal approximation, corrected
 * for ties and continuity.
 *
 * Source: Mann and Whitney (1947); Hollander and Wolfe, Nonparametric Statistical Methods, 4.1.
 *
 * @param first - at least one value, none of them NaN.
 * @param second - likewise.
 */
export function rankSumTest(first: readonly number[], second: readonly number[]): RankSum {
  const { doubledRanks, tieTerm } = midranks([...first, ...second]);
  const doubledSum = doubledRanks.slice(0, first.length).reduce((sum, rank) => sum + rank, 0);
  const u = doubledSum / 2 - (first.length * (first.length + 1)) / 2;
  if (doubledRanks.length <= EXACT_UP_TO) {
    const p = exactP(doubledRanks, first.length, doubledSum);
    return { u, p, method: 'exact' };
  }
  return {
    u,
    p: normalP(u, { first: first.length, second: second.length, tieTerm }),
    method: 'normal',
  };
}

/**
 * How often a value of `first` is larger than one of `second`, less how often it is smaller, of all pairs:
 * from -1 (every one is smaller) over 0 to 1.
 *
 * Source: Cliff, Dominance statistics (1993). |d| < 0.147 is called negligible, < 0.33 small, < 0.474 medium
 * (Romano and others, 2006).
 */
export function cliffsDelta(first: readonly number[], second: readonly number[]): number {
  let dominance = 0;
  for (const a of first) {
    for (const b of second) dominance += Math.sign(a - b);
  }
  return dominance / (first.length * second.length);
}

/**
 * The smallest p that samples of these sizes can give, however far apart they lie: what no number of
 * differences gets below.
 */
export function smallestP(first: number, second: number): number {
  let ways = 1;
  for (let index = 1; index <= first; index++) ways = (ways * (second + index)) / index;
  return Math.min(1, 2 / ways);
}

interface Ranked {
  /** Twice the midrank of each value, a whole number, in the order of the values. */
  readonly doubledRanks: readonly number[];
  /** Sum of t^3 - t over groups of t equal values. */
  readonly tieTerm: number;
}

function midranks(values: readonly number[]): Ranked {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const doubledRanks = values.map(() => 0);
  let tieTerm = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (const index of order.slice(from, to)) doubledRanks[index] = from + 1 + to;
    tieTerm += (to - from) ** 3 - (to - from);
    from = to;
  }
  return { doubledRanks, tieTerm };
}

/** Share of all ways to choose `size` of the ranks whose sum is as far from the middle as `sum`, or farther. */
function exactP(doubledRanks: readonly number[], size: number, sum: number): number {
  const total = doubledRanks.reduce((all, rank) => all + rank, 0);
  // ways[k][s]: how many choices of k ranks have the sum s
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  const first = ways[0];
  if (first !== undefined) first[0] = 1;
  let reached = 0;
  for (const rank of doubledRanks) {
    reached += rank;
    for (let count = size; count >= 1; count--) {
      const to = ways[count];
      const from = ways[count - 1];
      if (to === undefined || from === undefined) continue;
      for (let at = reached; at >= rank; at--) to[at] = (to[at] ?? 0) + (from[at - rank] ?? 0);
    }
  }
  const chosen = ways[size] ?? new Float64Array();
  const middle = (size * total) / doubledRanks.length;
  const distance = Math.abs(sum - middle) - 1e-9;
  let all = 0;
  let asFar = 0;
  for (let at = 0; at < chosen.length; at++) {
    const count = chosen[at] ?? 0;
    all += count;
    if (Math.abs(at - middle) >= distance) asFar += count;
  }
  return Math.min(1, asFar / all);
}

function normalP(
  u: number,
  of: { readonly first: number; readonly second: number; readonly tieTerm: number },
): number {
  const { first, second, tieTerm } = of;
  const all = first + second;
  const variance = ((first * second) / 12) * (all + 1 - tieTerm / (all * (all - 1)));
  if (variance === 0) return 1; // all values are equal
  const distance = Math.max(0, Math.abs(u - (first * second) / 2) - 0.5);
  return Math.min(1, 2 * upperTail(distance / Math.sqrt(variance)));
}

/**
 * Chance that a standard normal variable exceeds z.
 *
 * Source: the continued fraction of the complementary error function (Abramowitz and Stegun 26.2.14) from 3
 * upwards, the power series (26.2.11) below; both to about 1e-10.
 */
function upperTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
  return density / fraction;
}
