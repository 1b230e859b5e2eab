/** What is used over what is wanted. */
import type { CompiledTarget } from './compiled-hpa.js';
import { divideInt, scaleInt, wrapInt32 } from './go-numbers.js';
import type { Measurement, Tolerances } from './steps.js';

/** Sums over the pods that are counted. */
export interface UsageTotals {
  readonly usedMilli: number;
  /** Pods with a metric. */
  readonly metricCount: number;
  /** Of the pods that are among the target's: what they use, request, and how many they are. */
  readonly knownUsedMilli: number;
  readonly requestedMilli: number;
  readonly knownCount: number;
}

/** A target that pods are held against. */
export type PodTarget = Extract<CompiledTarget, { readonly kind: 'utilization' | 'average-value' }>;

/**
 * The usage ratio of some pods; undefined when nothing is requested, so that there is no utilization.
 * Utilization is cut to whole percent before the ratio is taken.
 *
 * @see Source: kubernetes `podautoscaler/metrics/utilization.go`, `GetResourceUtilizationRatio` and
 *   `GetMetricUsageRatio`.
 */
export function measure(totals: UsageTotals, target: PodTarget): Measurement | undefined {
  if (target.kind === 'average-value') {
    const averageMilli = divideInt(totals.usedMilli, totals.metricCount);
    return {
      usedMilli: totals.usedMilli,
      requestedMilli: undefined,
      podCount: totals.metricCount,
      percent: undefined,
      averageMilli,
      ratio: averageMilli / target.milli,
    };
  }
  const { knownUsedMilli, requestedMilli, knownCount } = totals;
  if (requestedMilli === 0) return undefined;
  const percent = wrapInt32(scaleInt(knownUsedMilli, 100, requestedMilli));
  return {
    usedMilli: knownUsedMilli,
    requestedMilli,
    podCount: knownCount,
    percent,
    averageMilli: divideInt(knownUsedMilli, knownCount),
    ratio: percent / target.percent,
  };
}

/**
 * Whether a ratio is so close to 1 that nothing changes; the edges belong to it.
 *
 * @see Source: kubernetes `replica_calculator.go`, `Tolerances.isWithin`.
 */
export function isWithinTolerance(ratio: number, { down, up }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}
