/**
 * The steps of a decision: what a user reads to understand it. They are plain JSON (a field that is
 * undefined is absent there), each has the replica count after it and upstream's own reason.
 */
import type { ScalingPolicy } from '../../core/autoscaling-objects.js';
import type { CompiledTarget } from './compiled-hpa.js';

/** How pods entered a proposal, by name. */
export interface PodGroups {
  /** Counted with what they use. */
  readonly ready: readonly string[];
  /** Thousandths used by each of `ready`, in the same order. */
  readonly readyMilli: readonly number[];
  /** Pending, or (CPU) not ready or not for a whole metric window: their metric is not looked at. */
  readonly unready: readonly string[];
  /** Without a metric. */
  readonly missing: readonly string[];
  /** Terminating or failed: they are as if they were not there. */
  readonly ignored: readonly string[];
  /** Metrics of pods that the selector did not find, and thousandths in them; a target average counts them. */
  readonly strangers: number;
  readonly strangersMilli: number;
}

/** Thousandths requested by group; 0 with a target average. */
export interface GroupRequests {
  readonly ready: number;
  readonly unready: number;
  readonly missing: number;
  /** What the missing pods use if each uses the fallback percentage of its request. */
  readonly missingFallback: number;
}

/** Sums from which a usage ratio comes. */
export interface Measurement {
  /** Thousandths used in all. */
  readonly usedMilli: number;
  /** Thousandths requested by the pods counted; only with a target utilization. */
  readonly requestedMilli: number | undefined;
  /** Over so many pods. */
  readonly podCount: number;
  /** Whole percent of the request, cut; only with a target utilization. */
  readonly percent: number | undefined;
  /** Thousandths a pod, cut. */
  readonly averageMilli: number;
  /** What is used over what is wanted. */
  readonly ratio: number;
}

/** Why a metric proposes what it proposes. */
export type ProposalReason =
  /** ceil(ratio x pods). */
  | 'usage-ratio'
  /** The ratio is too close to 1: the present size stays. */
  | 'within-tolerance'
  /** With missing and unready pods counted in, the ratio is too close to 1. */
  | 'within-tolerance-after-recount'
  /** With missing and unready pods counted in, the ratio points the other way. */
  | 'recount-turned-direction'
  /** The recounted ratio times the pods counted would move against the ratio. */
  | 'count-against-direction';

/** How pods without a usable metric were counted in when the ratio was taken again. */
export interface Recount extends Measurement {
  /** What each missing pod was counted as; undefined when none was counted in. */
  readonly missingAs:
    | { readonly kind: 'percent-of-request'; readonly percent: number }
    | { readonly kind: 'milli'; readonly milli: number }
    | undefined;
  /** Unready pods were counted as using nothing (only on the way up). */
  readonly hasUnreadyAsZero: boolean;
}

interface MetricStepBase {
  readonly kind: 'metric';
  /** Place in `spec.metrics`. */
  readonly index: number;
  /** Upstream's name of the metric. */
  readonly metric: string;
  readonly target: CompiledTarget;
  readonly tolerance: Tolerances;
}

/** By how much a ratio may be off before it counts, by direction. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

/** A proposal from the metrics of pods. */
export interface PodMetricStep extends MetricStepBase {
  readonly from: 'pods';
  /** `cpu`, `memory`; '' for a Pods metric. */
  readonly resource: string;
  readonly pods: PodGroups;
  readonly requests: GroupRequests;
  readonly measured: Measurement;
  /** Undefined when every pod had a usable metric. */
  readonly recount: Recount | undefined;
  readonly replicas: number;
  readonly reason: ProposalReason;
}

/** A proposal from one value for the whole target (Object, External). */
export interface ValueMetricStep extends MetricStepBase {
  readonly from: 'value';
  readonly usedMilli: number;
  /** Undefined where a target at 0 replicas makes it no number. */
  readonly ratio: number | undefined;
  /** Pods that the value is held against: ready ones for a target value, all for a target average. */
  readonly podCount: number;
  readonly replicas: number;
  readonly reason: 'usage-ratio' | 'within-tolerance' | 'from-zero';
}

/** A metric that could not be had or computed. */
export interface FailedMetricStep {
  readonly kind: 'metric';
  readonly from: 'failed';
  readonly index: number;
  readonly metric: string;
  /** Upstream's condition reason: `FailedGetResourceMetric`. */
  readonly reason: string;
  readonly message: string;
  /** Undefined when it failed before pods were looked at. */
  readonly pods: PodGroups | undefined;
}

/** What one metric proposes. */
export type MetricStep = PodMetricStep | ValueMetricStep | FailedMetricStep;

/** The highest proposal is taken; with failed metrics only if it does not scale down. */
export interface HighestStep {
  readonly kind: 'highest';
  /** Undefined: no count could be had from the metrics. */
  readonly replicas: number | undefined;
  /** Name of the metric; '' when all propose 0. */
  readonly metric: string;
  readonly failed: number;
  readonly of: number;
}

/** An extreme of the recommendations within a window. */
export interface WindowExtreme {
  readonly windowSeconds: number;
  readonly replicas: number;
  /** When it was recommended; the present recommendation: now. */
  readonly atMs: number;
}

/** Recent recommendations hold the count back. */
export interface StabilizeStep {
  readonly kind: 'stabilize';
  readonly replicas: number;
  readonly reason: 'ReadyForNewScale' | 'ScaleUpStabilized' | 'ScaleDownStabilized';
  /** The lowest recommendation of the scale-up window; undefined on the older path. */
  readonly up: WindowExtreme | undefined;
  /** The highest recommendation of the scale-down window. */
  readonly down: WindowExtreme;
}

/** How far one policy lets the size go. */
export interface PolicyUse extends ScalingPolicy {
  /** Replicas when the period began, worked out from the changes in it. */
  readonly periodStartReplicas: number;
  /** The size it allows. */
  readonly limit: number;
}

/** Policies, or the older fixed rate, and the HPA's bounds. */
export interface LimitStep {
  readonly kind: 'limit';
  readonly replicas: number;
  readonly reason:
    | 'DesiredWithinRange'
    | 'ScaleUpLimit'
    | 'TooManyReplicas'
    | 'ScaleDownLimit'
    | 'TooFewReplicas';
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** How far the rate lets the size go in the wanted direction; undefined when it was not asked. */
  readonly rateLimit: number | undefined;
  /** Undefined on the older path, and when no change is wanted. */
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled' | undefined;
  readonly policies: readonly PolicyUse[] | undefined;
}

/** The metrics were not looked at, or the lower bound came after everything else. */
export interface BoundStep {
  readonly kind: 'bound';
  readonly replicas: number;
  readonly reason: 'AboveMaxReplicas' | 'BelowMinReplicas' | 'ScalingDisabled';
}

/** One step. */
export type HpaStep = MetricStep | HighestStep | StabilizeStep | LimitStep | BoundStep;
