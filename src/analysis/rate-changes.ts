/** When the load changed, found from the arrivals of each second: for a run without a planned rate. */
import type { LoadRecord } from '../timeline/record.js';
import type { LoadChange } from './load-changes.js';

/** The load is told by the second. */
export const RESOLUTION_MS = 1_000;

/** Name of the stage of a change that no plan names. */
export const MEASURED_STAGE = 'measured rate';

/** A level must last this long: what is shorter is noise to an autoscaler that looks each 15 s. */
const MIN_LEVEL_SECONDS = 5;
/** Upstream's default tolerance: a smaller change does not make an HPA act. */
const MIN_CHANGE_SHARE = 0.1;
/** How much better two levels must explain the counts than one, in log-likelihood, per ln(seconds). */
const PENALTY = 3;
/** Median of a squared standard normal. */
const MEDIAN_CHI_SQUARE = 0.4549;

/**
 * The changes of a measured arrival rate, in order of time; its beginning (from 0) and its end (to 0) are
 * changes too.
 *
 * Binary segmentation: the counts of a stretch are split where two Poisson rates explain them best, as
 * long as the log-likelihood ratio S1 ln(S1/n1) + S2 ln(S2/n2) - S ln(S/n), divided by how much more
 * the counts scatter than Poisson's, is above 3 ln(n of all), both sides last 5 s and the rates differ by
 * 10 % of the larger. Then neighbors that differ by less are joined. A ramp comes out as stairs.
 * In a closed model the rate also rises when the service answers faster: that too is a change of load.
 *
 * @param seconds - of the load, in order. A second that was not told ends a stretch.
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
  if (last !== undefined) add(last.t + RESOLUTION_MS, 0);
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
      second.t - before.t < 1.5 * RESOLUTION_MS
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
  const sums = [0];
  for (const count of counts) sums.push((sums.at(-1) ?? 0) + count);
  const segmentation = {
    sums,
    scatter: scatterOf(counts),
    threshold: PENALTY * Math.log(counts.length),
  };
  const borders = [0, ...splits(segmentation, 0, counts.length), counts.length];
  return borders.slice(0, -1).flatMap((from, index) => {
    const to = borders[index + 1] ?? from;
    const t = stretch[from]?.t;
    return t === undefined ? [] : [{ t, perSecond: sumOf(sums, from, to) / (to - from) }];
  });
}

interface Segmentation {
  /** `sums[k]`: arrivals in the first k seconds. */
  readonly sums: readonly number[];
  readonly scatter: number;
  readonly threshold: number;
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

/** Where to split the seconds [from, to), in order. */
function splits(of: Segmentation, from: number, to: number): readonly number[] {
  let best = { at: -1, gain: of.threshold * of.scatter };
  for (let at = from + MIN_LEVEL_SECONDS; at <= to - MIN_LEVEL_SECONDS; at++) {
    const gain = likelihood(of, from, at) + likelihood(of, at, to) - likelihood(of, from, to);
    if (gain > best.gain) best = { at, gain };
  }
  if (best.at < 0) return [];
  const before = sumOf(of.sums, from, best.at) / (best.at - from);
  const after = sumOf(of.sums, best.at, to) / (to - best.at);
  const inner = [...splits(of, from, best.at), best.at, ...splits(of, best.at, to)];
  return inner.length > 1 || isChange(before, after) ? inner : [];
}

function likelihood({ sums }: Segmentation, from: number, to: number): number {
  const sum = sumOf(sums, from, to);
  return sum === 0 ? 0 : sum * Math.log(sum / (to - from));
}

function sumOf(sums: readonly number[], from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}
