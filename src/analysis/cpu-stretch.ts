/** Stretches in which the CPU usage of all pods was of a kind, without being misled by noise. */
import type { CpuUsage } from './cpu-usage.js';

/**
 * What lasts shorter than this is noise (a single request, a collection of garbage), not load: usage is
 * smoothed over it, and a stretch over target may be interrupted for it.
 */
export const NOISE_MS = 5_000;
/**
 * A metric is at most this old when it is used: a window of 15 s read up to 28 s later, and a sync of
 * 15 s after that.
 */
export const METRIC_AGE_MS = 60_000;

/**
 * When the stretch began that lasts up to a decision and in which usage, smoothed, was of a kind, ms since
 * the run began; undefined when it was not so shortly before the decision.
 *
 * @param byT - instant of the decision.
 * @param holds - whether a usage, millicores of all pods, is of that kind at an instant.
 */
export function stretchStart(
  usage: readonly CpuUsage[],
  byT: number,
  holds: (totalMillicores: number, t: number) => boolean,
): number | undefined {
  let first: CpuUsage | undefined;
  for (let index = usage.findLastIndex(({ t }) => t <= byT); index >= 0; index--) {
    const reading = usage[index];
    if (reading === undefined) break;
    if (first === undefined && reading.t < byT - METRIC_AGE_MS) return undefined;
    if (first !== undefined && first.fromT - reading.t > NOISE_MS) break;
    if (holds(smoothed(usage, index), reading.t)) first = reading;
  }
  return first?.t;
}

/** The mean over the last {@link NOISE_MS} before the end of a reading, millicores. */
function smoothed(usage: readonly CpuUsage[], index: number): number {
  const endT = usage[index]?.t ?? 0;
  let usedMs = 0;
  let overMs = 0;
  for (let back = index; back >= 0; back--) {
    const reading = usage[back];
    if (reading === undefined || (reading.fromT < endT - NOISE_MS && back < index)) break;
    usedMs += reading.totalMillicores * (reading.t - reading.fromT);
    overMs += reading.t - reading.fromT;
  }
  return usedMs / overMs;
}
