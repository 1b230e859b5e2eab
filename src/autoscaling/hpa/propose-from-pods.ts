/** Proposals from metrics of pods: Resource, ContainerResource and Pods. */
import { toInt32 } from './go-numbers.js';
import {
  type GroupedPods,
  type GroupPodsOptions,
  groupPods,
  IGNORED,
  MISSING,
  READY,
  UNREADY,
} from './group-pods.js';
import { requestOf } from './pod-requests.js';
import type { PodMetricSnapshot, PodSnapshot } from './snapshots.js';
import type { Measurement, PodGroups, ProposalReason, Recount, Tolerances } from './steps.js';
import { isWithinTolerance, measure, type PodTarget, type UsageTotals } from './usage-ratio.js';

/** What a proposal from pods is made from. */
export interface PodProposalInput extends GroupPodsOptions {
  readonly pods: readonly PodSnapshot[];
  readonly items: readonly PodMetricSnapshot[];
  readonly target: PodTarget;
  readonly tolerance: Tolerances;
  /** `spec.replicas` of the scale. */
  readonly currentReplicas: number;
}

/** A count, or upstream's words for why there is none. */
export type PodProposal =
  | {
      readonly kind: 'proposed';
      readonly replicas: number;
      readonly reason: ProposalReason;
      readonly pods: PodGroups;
      readonly measured: Measurement;
      readonly recount?: Recount;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly pods?: PodGroups };

interface Requests {
  /** Thousandths by group code. */
  readonly byGroup: readonly number[];
  /** What all missing pods use if each uses the fallback percentage of its request. */
  readonly missingFallbackMilli: number;
}

const NO_REQUESTS: Requests = { byGroup: [0, 0, 0, 0], missingFallbackMilli: 0 };

/**
 * The size that the metrics of pods ask for.
 *
 * @see Source: kubernetes `replica_calculator.go`, `GetResourceReplicas` and `calcPlainMetricReplicas`.
 */
export function proposeFromPods(input: PodProposalInput): PodProposal {
  const { pods, items, target } = input;
  if (pods.length === 0) {
    return failed('no pods returned by selector while calculating replica count');
  }
  const grouped = groupPods(pods, items, input);
  const groups = namesOf(grouped);
  if (grouped.ready.length + grouped.strangers === 0) {
    return failed('did not receive metrics for targeted pods (pods might be unready)', groups);
  }
  const requests = target.kind === 'utilization' ? sumRequests(input, grouped) : NO_REQUESTS;
  if (typeof requests === 'string') return failed(requests, groups);
  const totals = readyTotals(grouped, requests);
  const measured = measure(totals, target);
  if (measured === undefined) {
    return failed('no metrics returned matched known pods', groups);
  }
  const { ratio } = measured;
  const scalesUpWithUnready = grouped.unready.length > 0 && ratio > 1;
  if (scalesUpWithUnready || grouped.missing.length > 0) {
    return recounted(input, { grouped, groups, requests, totals, measured, scalesUpWithUnready });
  }
  const base = { kind: 'proposed', pods: groups, measured } as const;
  if (isWithinTolerance(ratio, input.tolerance)) {
    return { ...base, replicas: input.currentReplicas, reason: 'within-tolerance' };
  }
  const replicas = toInt32(Math.ceil(ratio * grouped.ready.length));
  return { ...base, replicas, reason: 'usage-ratio' };
}

function failed(message: string, pods?: PodGroups): PodProposal {
  return { kind: 'failed', message, ...(pods === undefined ? {} : { pods }) };
}

function namesOf(grouped: GroupedPods): PodGroups {
  const { ready, readyMilli, unready, missing, ignored, strangers } = grouped;
  return { ready, readyMilli, unready, missing, ignored, strangers };
}

function readyTotals(grouped: GroupedPods, { byGroup }: Requests): UsageTotals {
  return {
    usedMilli: grouped.readyTotal + grouped.strangersTotal,
    metricCount: grouped.ready.length + grouped.strangers,
    knownUsedMilli: grouped.readyTotal,
    requestedMilli: byGroup[READY] ?? 0,
    knownCount: grouped.ready.length,
  };
}

/** Every pod must have a request, also those that are not counted; a text is the first fault. */
function sumRequests(input: PodProposalInput, { codes }: GroupedPods): Requests | string {
  const { pods, resource, container, target } = input;
  const fallbackPercent = fallbackPercentOf(target);
  const byGroup = [0, 0, 0, 0];
  let missingFallbackMilli = 0;
  for (let index = 0; index < pods.length; index++) {
    const pod = pods[index];
    if (pod === undefined) continue;
    const request = requestOf(pod, resource, container);
    if (typeof request === 'string') return request;
    const code = codes[index] ?? IGNORED;
    byGroup[code] = (byGroup[code] ?? 0) + request;
    if (code === MISSING) missingFallbackMilli += Math.trunc((request * fallbackPercent) / 100);
  }
  return { byGroup, missingFallbackMilli };
}

/** On the way down a missing pod counts as using its whole request, or the target if that is more. */
function fallbackPercentOf(target: PodTarget): number {
  return target.kind === 'utilization' ? Math.max(100, target.percent) : 0;
}

interface FirstCount {
  readonly grouped: GroupedPods;
  readonly groups: PodGroups;
  readonly requests: Requests;
  readonly totals: UsageTotals;
  readonly measured: Measurement;
  readonly scalesUpWithUnready: boolean;
}

/**
 * Takes the ratio again with missing and unready pods counted in, against the direction of the first
 * ratio, so that what is not known never makes a change bigger.
 */
function recounted(input: PodProposalInput, first: FirstCount): PodProposal {
  const { groups, measured } = first;
  const { currentReplicas, target, tolerance } = input;
  const { ratio } = measured;
  const totals = recountedTotals(first, target);
  const again = measure(totals, target);
  if (again === undefined) return failed('no metrics returned matched known pods', groups);
  const recount: Recount = {
    ...again,
    ...missingAs(first, target),
    hasUnreadyAsZero: first.scalesUpWithUnready,
  };
  const stay = (reason: ProposalReason): PodProposal => ({
    kind: 'proposed',
    replicas: currentReplicas,
    reason,
    pods: groups,
    measured,
    recount,
  });
  if (isWithinTolerance(again.ratio, tolerance)) return stay('within-tolerance-after-recount');
  const isTurned = (ratio < 1 && again.ratio > 1) || (ratio > 1 && again.ratio < 1);
  if (isTurned) return stay('recount-turned-direction');
  const replicas = toInt32(Math.ceil(again.ratio * totals.metricCount));
  const isAgainst =
    (again.ratio < 1 && replicas > currentReplicas) ||
    (again.ratio > 1 && replicas < currentReplicas);
  if (isAgainst) return stay('count-against-direction');
  return { kind: 'proposed', replicas, reason: 'usage-ratio', pods: groups, measured, recount };
}

function recountedTotals(first: FirstCount, target: PodTarget): UsageTotals {
  const { grouped, requests, totals, measured } = first;
  let { usedMilli, metricCount, knownUsedMilli, requestedMilli, knownCount } = totals;
  // at a ratio of exactly 1 missing pods are left out
  if (measured.ratio !== 1) {
    const count = grouped.missing.length;
    const milli = measured.ratio < 1 ? missingMilli(first, target) : 0;
    usedMilli += milli;
    knownUsedMilli += milli;
    requestedMilli += requests.byGroup[MISSING] ?? 0;
    metricCount += count;
    knownCount += count;
  }
  if (first.scalesUpWithUnready) {
    requestedMilli += requests.byGroup[UNREADY] ?? 0;
    metricCount += grouped.unready.length;
    knownCount += grouped.unready.length;
  }
  return { usedMilli, metricCount, knownUsedMilli, requestedMilli, knownCount };
}

function missingMilli({ grouped, requests }: FirstCount, target: PodTarget): number {
  if (target.kind === 'utilization') return requests.missingFallbackMilli;
  return grouped.missing.length * target.milli;
}

function missingAs(
  { grouped, measured }: FirstCount,
  target: PodTarget,
): Pick<Recount, 'missingAs'> {
  if (grouped.missing.length === 0 || measured.ratio === 1) return {};
  if (measured.ratio > 1) return { missingAs: { kind: 'milli', milli: 0 } };
  if (target.kind === 'average-value') {
    return { missingAs: { kind: 'milli', milli: target.milli } };
  }
  return { missingAs: { kind: 'percent-of-request', percent: fallbackPercentOf(target) } };
}
