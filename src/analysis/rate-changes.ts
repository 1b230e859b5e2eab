/** When the load changed, found from the arrivals of each second: for a run without a planned rate. */
import { spanMs } from '../load/load-span.js';
import type { LoadRecord } from '../timeline/record.js';
import type { LoadChange } from './load-changes.js';

/** Name of the stage of a change that no plan names. */
export const MEASURED_STAGE = 'measured rate';

/** A level must last this long: what is shorter is noise to an autoscaler that looks each 15 s. */
const MIN_LEVEL_SECONDS = 5;
/** Upstream's default tolerance: a smaller change does not make an HPA act. */
const MIN_CHANGE_SHARE = 0.1;
/** What another level must gain in log-likelihood, per ln(seconds). */
const PENALTY = 3;
/** Median of a squared standard normal. */
const MEDIAN_CHI_SQUARE = 0.4549;

/**
 * The changes of a measured arrival rate, in order of time; its beginning (from 0) and its end (to 0) are
 * changes too.
 *
 * The seconds are divided into levels of at least 5 s so that the sum over the levels of the negative
 * Poisson log-likelihood, S - S ln(S / n) for S arrivals in n seconds, and of a penalty for each level
 * is lowest. The penalty is 3 ln(all seconds), times how much more the counts scatter than Poisson's. Of
 * the borders those count at which the rate differs by more than 10 % of the larger from that of the last
 * border that counted. A ramp comes out as stairs. In a closed model the rate also rises when the service
 * answers faster: that too is a change of load.
 *
 * @param seconds - of the load, in order. A second that was not told ends a stretch.
 * @see Source: the division is optimal partitioning with PELT's pruning: R. Killick, P. Fearnhead, I. A.
 *   Eckley, "Optimal Detection of Changepoints With a Linear Computational Cost", JASA 107 (2012).
 */
export function measuredLoadChanges(seconds: readonly LoadRecord[]): readonly LoadChange[] {
  const levels = stretches(seconds).flatMap((stretch) => levelsOf(stretch));
  const changes: LoadChange[] = [];
  let rate = 0;
  const add = (t: number, toPerSecond: number): void => {
    if (!isChange(rate, toPerSecond)) return;
    const direction = toPerSecond > rate ? 'up' : 'down';
    const stage = MEASURED_STAGE;
    changes.push({
      t,
      direction,
      fromPerSecond: rate,
      toPerSecond,
      overMs: 0,
      stage,
      origin: 'measured',
    });
    rate = toPerSecond;
  };
  for (const { t, perSecond } of levels) add(t, perSecond);
  const last = seconds.at(-1);
  if (last !== undefined) add(last.t + spanMs(last.load), 0);
  return changes;
}

interface Level {
  /** When it begins. */
  readonly t: number;
  readonly perSecond: number;
}

function isChange(from: number, to: number): boolean {
  return Math.abs(to - from) > MIN_CHANGE_SHARE * Math.max(from, to);
}

/** Seconds without one missing between them. */
function stretches(seconds: readonly LoadRecord[]): readonly (readonly LoadRecord[])[] {
  const all: LoadRecord[][] = [];
  for (const second of seconds) {
    const current = all.at(-1);
    const before = current?.at(-1);
    if (
      current !== undefined &&
      before !== undefined &&
      second.t - before.t < 1.5 * spanMs(before.load)
    ) {
      current.push(second);
    } else {
      all.push([second]);
    }
  }
  return all;
}

function levelsOf(stretch: readonly LoadRecord[]): readonly Level[] {
  const counts = stretch.map(({ load }) => load.due);
  const lengthS = spanMs(stretch[0]?.load ?? {}) / 1_000;
  const sums = [0];
  for (const count of counts) sums.push((sums.at(-1) ?? 0) + count);
  const penalty = PENALTY * Math.log(counts.length) * scatterOf(counts);
  const borders = [...bordersOf(sums, penalty), counts.length];
  return borders.slice(0, -1).flatMap((from, index) => {
    const to = borders[index + 1] ?? from;
    const t = stretch[from]?.t;
    return t === undefined ? [] : [{ t, perSecond: sumOf(sums, from, to) / (to - from) / lengthS }];
  });
}

/** How much more the counts scatter around their level than Poisson's do; at least 1. */
function scatterOf(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const squares = counts
    .slice(1)
    .map((count, index) => (count - (counts[index] ?? count)) ** 2 / 2)
    .sort((a, b) => a - b);
  const median = squares[Math.floor(squares.length / 2)] ?? 0;
  return mean === 0 ? 1 : Math.max(1, median / MEDIAN_CHI_SQUARE / mean);
}

interface Division {
  /** Lowest cost of the seconds before an end. */
  readonly cost: number;
  /** Where the last level before that end begins. */
  readonly lastFrom: number;
}

/**
 * Where the levels begin, in order, 0 first.
 *
 * @param sums - `sums[k]`: arrivals in the first k seconds.
 */
function bordersOf(sums: readonly number[], penalty: number): readonly number[] {
  const length = sums.length - 1;
  const best: (Division | undefined)[] = [{ cost: -penalty, lastFrom: 0 }];
  let candidates = [0];
  // shorter than one level: it is one
  for (let end = Math.min(MIN_LEVEL_SECONDS, length); end <= length; end++) {
    let lowest: Division = { cost: Infinity, lastFrom: 0 };
    const costs = candidates.map(
      (from) => (best[from]?.cost ?? Infinity) + costOf(sums, from, end),
    );
    candidates.forEach((from, index) => {
      const cost = (costs[index] ?? Infinity) + penalty;
      if (cost < lowest.cost) lowest = { cost, lastFrom: from };
    });
    best[end] = lowest;
    // a begin that is worse than this end by more than the penalty never becomes the best again
    candidates = candidates.filter((_, index) => (costs[index] ?? Infinity) <= lowest.cost);
    const next = end + 1 - MIN_LEVEL_SECONDS;
    if (next > 0 && best[next] !== undefined) candidates.push(next);
  }
  const borders: number[] = [];
  for (let end = length; end > 0; ) {
    const from = best[end]?.lastFrom ?? 0;
    borders.unshift(from);
    end = from;
  }
  return borders;
}

function costOf(sums: readonly number[], from: number, to: number): number {
  const sum = sumOf(sums, from, to);
  return sum === 0 ? 0 : sum - sum * Math.log(sum / (to - from));
}

function sumOf(sums: readonly number[], from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}
