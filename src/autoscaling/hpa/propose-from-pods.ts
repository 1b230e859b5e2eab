/** Proposals from metrics of pods: Resource, ContainerResource and Pods. */
import { toInt32 } from './go-numbers.js';
import { type GroupedPods, groupPods } from './group-pods.js';
import type { HpaSettings } from './settings.js';
import type { PodMetricSnapshot, PodSnapshot } from './snapshots.js';
import type {
  GroupRequests,
  Measurement,
  PodGroups,
  ProposalReason,
  Recount,
  Tolerances,
} from './steps.js';
import { isWithinTolerance, measure, type PodTarget, type UsageTotals } from './usage-ratio.js';

/** What a proposal from pods is made from. */
export interface PodProposalInput {
  readonly pods: readonly PodSnapshot[];
  readonly items: readonly PodMetricSnapshot[];
  readonly resource: string;
  /** Undefined: whole pods. */
  readonly container: string | undefined;
  readonly target: PodTarget;
  readonly tolerance: Tolerances;
  /** `spec.replicas` of the scale. */
  readonly currentReplicas: number;
  readonly settings: HpaSettings;
  readonly nowMs: number;
}

/** A count, or upstream's words for why there is none. */
export type PodProposal =
  | {
      readonly kind: 'proposed';
      readonly replicas: number;
      readonly reason: ProposalReason;
      readonly pods: PodGroups;
      readonly requests: GroupRequests;
      readonly measured: Measurement;
      readonly recount: Recount | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Undefined when it failed before the pods were looked at. */
      readonly pods: PodGroups | undefined;
    };

/**
 * The size that the metrics of pods ask for.
 *
 * @see Source: kubernetes `replica_calculator.go`, `GetResourceReplicas` and `calcPlainMetricReplicas`.
 */
export function proposeFromPods(input: PodProposalInput): PodProposal {
  const { pods, items, resource, container, target, settings, nowMs } = input;
  if (pods.length === 0) {
    return failed('no pods returned by selector while calculating replica count', undefined);
  }
  const fallbackPercent = fallbackPercentOf(target);
  const grouped = groupPods({
    pods,
    items,
    resource,
    container,
    fallbackPercent,
    settings,
    nowMs,
  });
  const { groups, requestFault } = grouped;
  if (groups.ready.length + groups.strangers === 0) {
    return failed('did not receive metrics for targeted pods (pods might be unready)', groups);
  }
  if (requestFault !== undefined) return failed(requestFault, groups);
  return proposeFromGroups(grouped, input);
}

/** Pods in groups with what they use and request: all that a proposal depends on. */
export type GroupTotals = Pick<GroupedPods, 'groups' | 'readyTotal' | 'requests'>;

/** What pods in groups are held against. */
export type ProposalBasis = Pick<PodProposalInput, 'target' | 'tolerance' | 'currentReplicas'>;

/** The size that pods in groups ask for; of `groups` only the numbers of pods count. */
export function proposeFromGroups(grouped: GroupTotals, basis: ProposalBasis): PodProposal {
  const { groups, requests } = grouped;
  const totals = readyTotals(grouped);
  const measured = measure(totals, basis.target);
  if (measured === undefined) return failed('no metrics returned matched known pods', groups);
  const scalesUpWithUnready = groups.unready.length > 0 && measured.ratio > 1;
  if (scalesUpWithUnready || groups.missing.length > 0) {
    return recounted(basis, { grouped, totals, measured, scalesUpWithUnready });
  }
  const isWithin = isWithinTolerance(measured.ratio, basis.tolerance);
  return {
    kind: 'proposed',
    replicas: isWithin
      ? basis.currentReplicas
      : toInt32(Math.ceil(measured.ratio * groups.ready.length)),
    reason: isWithin ? 'within-tolerance' : 'usage-ratio',
    pods: groups,
    requests,
    measured,
    recount: undefined,
  };
}

function failed(message: string, pods: PodGroups | undefined): PodProposal {
  return { kind: 'failed', message, pods };
}

function readyTotals({ groups, readyTotal, requests }: GroupTotals): UsageTotals {
  return {
    usedMilli: readyTotal + groups.strangersMilli,
    metricCount: groups.ready.length + groups.strangers,
    knownUsedMilli: readyTotal,
    requestedMilli: requests.ready,
    knownCount: groups.ready.length,
  };
}

/** On the way down a missing pod counts as using its whole request, or the target if that is more. */
function fallbackPercentOf(target: PodTarget): number | undefined {
  return target.kind === 'utilization' ? Math.max(100, target.percent) : undefined;
}

interface FirstCount {
  readonly grouped: GroupTotals;
  readonly totals: UsageTotals;
  readonly measured: Measurement;
  readonly scalesUpWithUnready: boolean;
}

/**
 * Takes the ratio again with missing and unready pods counted in, against the direction of the first
 * ratio, so that what is not known never makes a change bigger.
 */
function recounted(basis: ProposalBasis, first: FirstCount): PodProposal {
  const { grouped, measured } = first;
  const { currentReplicas, target } = basis;
  const { groups: pods, requests } = grouped;
  const totals = recountedTotals(first, target);
  const again = measure(totals, target);
  if (again === undefined) return failed('no metrics returned matched known pods', pods);
  const replicas = toInt32(Math.ceil(again.ratio * totals.metricCount));
  const reason = recountReason(basis, {
    before: measured.ratio,
    after: again.ratio,
    replicas,
  });
  return {
    kind: 'proposed',
    replicas: reason === 'usage-ratio' ? replicas : currentReplicas,
    reason,
    pods,
    requests,
    measured,
    recount: {
      ...again,
      missingAs: missingAs(first, target),
      hasUnreadyAsZero: first.scalesUpWithUnready,
    },
  };
}

function recountReason(
  { currentReplicas, tolerance }: ProposalBasis,
  {
    before,
    after,
    replicas,
  }: { readonly before: number; readonly after: number; readonly replicas: number },
): ProposalReason {
  if (isWithinTolerance(after, tolerance)) return 'within-tolerance-after-recount';
  if ((before < 1 && after > 1) || (before > 1 && after < 1)) return 'recount-turned-direction';
  const isAgainst =
    (after < 1 && replicas > currentReplicas) || (after > 1 && replicas < currentReplicas);
  return isAgainst ? 'count-against-direction' : 'usage-ratio';
}

function recountedTotals(first: FirstCount, target: PodTarget): UsageTotals {
  const { grouped, totals, measured } = first;
  const { groups, requests } = grouped;
  let { usedMilli, metricCount, knownUsedMilli, requestedMilli, knownCount } = totals;
  // at a ratio of exactly 1 missing pods are left out
  if (measured.ratio !== 1) {
    const count = groups.missing.length;
    const milli = measured.ratio < 1 ? missingMilli(grouped, target) : 0;
    usedMilli += milli;
    knownUsedMilli += milli;
    requestedMilli += requests.missing;
    metricCount += count;
    knownCount += count;
  }
  if (first.scalesUpWithUnready) {
    requestedMilli += requests.unready;
    metricCount += groups.unready.length;
    knownCount += groups.unready.length;
  }
  return { usedMilli, metricCount, knownUsedMilli, requestedMilli, knownCount };
}

function missingMilli({ groups, requests }: GroupTotals, target: PodTarget): number {
  if (target.kind === 'utilization') return requests.missingFallback;
  return groups.missing.length * target.milli;
}

function missingAs({ grouped, measured }: FirstCount, target: PodTarget): Recount['missingAs'] {
  if (grouped.groups.missing.length === 0 || measured.ratio === 1) return undefined;
  if (measured.ratio > 1) return { kind: 'milli', milli: 0 };
  if (target.kind === 'average-value') return { kind: 'milli', milli: target.milli };
  return { kind: 'percent-of-request', percent: Math.max(100, target.percent) };
}
