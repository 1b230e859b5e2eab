/** True CPU usage of all pods together, from the kernel's counters. */
import type { CpuRecord, Timeline } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import { recordsOf } from './run-facts.js';

/** Usage between two readings. */
export interface CpuUsage {
  /** The earlier reading. */
  readonly fromT: number;
  /** The later reading: usage is known from here. */
  readonly t: number;
  /** Of all pods, Kubernetes millicores: mean over the time between. */
  readonly totalMillicores: number;
  /** Pods read at `t`. */
  readonly pods: number;
}

/** Readings further apart than this are a gap, not a mean. */
const GAP_MS = 5_000;

/**
 * Usage between successive readings: 1000 x (sum of CPU ms used) / (ms between). Empty without readings.
 *
 * A pod that was not in the earlier reading is new: all it has used since its start counts.
 */
export function cpuUsage(timeline: Timeline): readonly CpuUsage[] {
  const known = KNOWN.get(timeline);
  if (known !== undefined) return known;
  const usages = usageBetween(recordsOf(timeline, 'cpu'));
  KNOWN.set(timeline, usages);
  return usages;
}

// Several measures and pictures are made of it; a timeline never changes, so it is computed once.
const KNOWN = new WeakMap<Timeline, readonly CpuUsage[]>();

function usageBetween(records: readonly CpuRecord[]): readonly CpuUsage[] {
  const usages: CpuUsage[] = [];
  let before: CpuRecord | undefined;
  let earlier: ReadonlyMap<string, number> = new Map();
  for (const record of records) {
    const now = new Map<string, number>();
    for (const { uid, cpuMs } of record.pods) now.set(uid, cpuMs);
    if (before !== undefined && record.t > before.t && record.t - before.t <= GAP_MS) {
      const elapsedMs = record.t - before.t;
      usages.push({
        fromT: before.t,
        t: record.t,
        totalMillicores: (usedMs(earlier, record) * 1_000) / elapsedMs,
        pods: record.pods.length,
      });
    }
    before = record;
    earlier = now;
  }
  return usages;
}

function usedMs(earlier: ReadonlyMap<string, number>, after: CpuRecord): number {
  return after.pods.reduce((sum, { uid, cpuMs }) => {
    const atFirst = earlier.get(uid) ?? 0;
    // A counter that fell began anew with a new process.
    return sum + (cpuMs >= atFirst ? cpuMs - atFirst : cpuMs);
  }, 0);
}

/**
 * Usage as a series for plots: each mean holds over the time it was measured in; between readings that
 * are too far apart is a gap.
 *
 * @param valueOf - what of it, such as percent of the request.
 */
export function cpuSeries(
  usages: readonly CpuUsage[],
  valueOf: (usage: CpuUsage) => number | undefined,
): StepSeries {
  return usages.flatMap((usage, index) => {
    const next = usages[index + 1];
    const point = { t: usage.fromT, value: valueOf(usage) };
    return next !== undefined && next.fromT === usage.t
      ? [point]
      : [point, { t: usage.t, value: undefined }];
  });
}
