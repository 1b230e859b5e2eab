/** How fast a counter grows, as Prometheus has it. */
import type { EpochMs } from '../../time/clock.js';

/** A value at an instant. */
export interface SeriesPoint {
  readonly atMs: EpochMs;
  readonly value: number;
}

/** Samples further apart than so many of their own distances are not extrapolated over. */
const EXTRAPOLATION_THRESHOLD = 1.1;

/**
 * Growth a second over the window before `nowMs`; undefined with fewer than two points in it.
 *
 * A counter that falls was restarted and counts from 0. What the points do not cover of the window is
 * extrapolated: to its ends where they are nearly there, else by half a distance between points, and
 * never to before the counter was 0.
 *
 * @param points - in order of time.
 * @see Source: prometheus 3 `promql/functions.go`, `extrapolatedRate`.
 */
export function counterRate(
  points: readonly SeriesPoint[],
  windowMs: number,
  nowMs: EpochMs,
): number | undefined {
  const startMs = nowMs - windowMs;
  // the window is open on the left
  const inside = points.filter(({ atMs }) => atMs > startMs && atMs <= nowMs);
  const first = inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined || first.atMs === last.atMs) return undefined;
  const increase = increaseOf(inside);
  const coveredMs = last.atMs - first.atMs;
  const distanceMs = coveredMs / (inside.length - 1);
  const ends = { distanceMs, thresholdMs: distanceMs * EXTRAPOLATION_THRESHOLD };
  let beforeMs = extrapolated(first.atMs - startMs, ends);
  if (increase > 0 && first.value >= 0) {
    beforeMs = Math.min(beforeMs, coveredMs * (first.value / increase));
  }
  const afterMs = extrapolated(nowMs - last.atMs, ends);
  const factor = (coveredMs + beforeMs + afterMs) / coveredMs;
  return (increase * factor * 1_000) / windowMs;
}

function increaseOf(points: readonly SeriesPoint[]): number {
  let increase = 0;
  let before: number | undefined;
  for (const { value } of points) {
    if (before !== undefined) increase += value < before ? value : value - before;
    before = value;
  }
  return increase;
}

function extrapolated(
  gapMs: number,
  { distanceMs, thresholdMs }: { readonly distanceMs: number; readonly thresholdMs: number },
): number {
  return gapMs >= thresholdMs ? distanceMs / 2 : gapMs;
}
