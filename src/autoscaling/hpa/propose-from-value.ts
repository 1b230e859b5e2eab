/** Proposals from one value for the whole target: Object and External. */
import { toInt32, toInt64 } from './go-numbers.js';
import type { PodSnapshot } from './snapshots.js';
import type { Tolerances } from './steps.js';
import { isWithinTolerance } from './usage-ratio.js';

/** What a proposal from a value is made from. */
export interface ValueProposalInput {
  /** Thousandths: the value, and what is wanted. */
  readonly usedMilli: number;
  readonly targetMilli: number;
  readonly tolerance: Tolerances;
}

/** A count with what it is from, or upstream's words for why there is none. */
export type ValueProposal =
  | {
      readonly kind: 'proposed';
      readonly replicas: number;
      readonly reason: 'usage-ratio' | 'within-tolerance' | 'from-zero';
      /** Thousandths for the status: the value, or its share for each replica. */
      readonly currentMilli: number;
      readonly ratio: number | undefined;
      readonly podCount: number;
    }
  | { readonly kind: 'failed'; readonly message: string };

const INT32_MAX = 2 ** 31 - 1;

/**
 * The size that keeps the value at the target: the ratio times the ready pods. At 0 replicas there is
 * no tolerance and the ratio itself is the size.
 *
 * @see Source: kubernetes `replica_calculator.go`, `getUsageRatioReplicaCount`.
 */
export function proposeForValue(
  { usedMilli, targetMilli, tolerance }: ValueProposalInput,
  currentReplicas: number,
  pods: PodCount,
): ValueProposal {
  const ratio = usedMilli / targetMilli;
  const base = { kind: 'proposed', currentMilli: usedMilli, ratio } as const;
  if (currentReplicas === 0) {
    return { ...base, replicas: toInt32(Math.ceil(ratio)), reason: 'from-zero', podCount: 0 };
  }
  const podCount = pods.ready;
  if (isWithinTolerance(ratio, tolerance)) {
    return { ...base, replicas: currentReplicas, reason: 'within-tolerance', podCount };
  }
  if (pods.found === 0) {
    const message =
      'unable to calculate ready pods: no pods returned by selector while calculating replica count';
    return { kind: 'failed', message };
  }
  const wanted = ratio * podCount;
  const replicas = wanted > INT32_MAX ? INT32_MAX : toInt32(Math.ceil(wanted));
  return { ...base, replicas, reason: 'usage-ratio', podCount };
}

/**
 * The size at which each replica's share is the target. `statusReplicas` may be 0; the share is then
 * what Go makes of a division by zero.
 *
 * @param isExternal - an External metric; an Object metric has no guard against counts beyond int32.
 * @see Source: kubernetes `replica_calculator.go`, `GetObjectPerPodMetricReplicas` and
 *   `GetExternalPerPodMetricReplicas`.
 */
export function proposeForAverage(
  { usedMilli, targetMilli, tolerance }: ValueProposalInput,
  statusReplicas: number,
  isExternal: boolean,
): ValueProposal {
  const ratio = usedMilli / (targetMilli * statusReplicas);
  const isWithin = isWithinTolerance(ratio, tolerance);
  const wanted = Math.ceil(usedMilli / targetMilli);
  const replicas = isExternal && wanted > INT32_MAX ? INT32_MAX : toInt32(wanted);
  const isOverflow = isExternal && usedMilli >= 2 ** 63;
  return {
    kind: 'proposed',
    replicas: isWithin ? statusReplicas : replicas,
    reason: isWithin ? 'within-tolerance' : 'usage-ratio',
    currentMilli: isOverflow ? usedMilli : toInt64(Math.ceil(usedMilli / statusReplicas)),
    ratio: Number.isFinite(ratio) ? ratio : undefined,
    podCount: statusReplicas,
  };
}

/** The sum of int64 values, held at the highest int64. */
export function sumValues(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return Math.min(sum, 2 ** 63);
}

/** How many pods a value is held against. */
export interface PodCount {
  readonly found: number;
  /** Running and ready. */
  readonly ready: number;
}

/**
 * Counts the pods of a target.
 *
 * @see Source: kubernetes `replica_calculator.go`, `getReadyPodsCount`.
 */
export function countPods(pods: readonly PodSnapshot[]): PodCount {
  let count = 0;
  for (const { phase, ready } of pods) {
    if (phase === 'Running' && ready?.status === 'True') count++;
  }
  return { found: pods.length, ready: count };
}
