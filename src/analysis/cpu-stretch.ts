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
  const within = smoothed(usage.filter(({ t }) => t <= byT)).filter(({ totalMillicores, t }) =>
    holds(totalMillicores, t),
  );
  const last = within.at(-1);
  if (last === undefined || last.t < byT - METRIC_AGE_MS) return undefined;
  return within.findLast(({ fromT }, index) => {
    const before = within[index - 1];
    return before === undefined || fromT - before.t > NOISE_MS;
  })?.t;
}

/** Each reading with the mean over the last {@link NOISE_MS}. O(n) times the readings in that time. */
function smoothed(usage: readonly CpuUsage[]): readonly CpuUsage[] {
  return usage.map((reading, index) => {
    let usedMs = 0;
    let overMs = 0;
    for (let back = index; back >= 0; back--) {
      const { fromT, t, totalMillicores } = usage[back] ?? reading;
      if (fromT < reading.t - NOISE_MS && back < index) break;
      usedMs += totalMillicores * (t - fromT);
      overMs += t - fromT;
    }
    const { fromT, t, pods } = reading;
    return { fromT, t, pods, totalMillicores: usedMs / overMs };
  });
}
