/** The Kubernetes objects of `batch/v1` that the lab reads and writes, as they are in JSON. */
import type { Condition, KubeObject, KubeTime, LabelSelector, PodTemplateSpec } from './objects.js';

/** Which failed pods a rule of a pod failure policy is about; exactly one of the two is there. */
export interface PodFailurePolicyRule {
  readonly action: string;
  readonly onExitCodes?: {
    readonly containerName?: string;
    readonly operator: string;
    /** Never null once it is stored. */
    readonly values: readonly number[] | null;
  };
  readonly onPodConditions?: readonly { readonly type: string; readonly status: string }[];
}

/** Success of an indexed Job: these indexes, or so many of them. */
export interface SuccessPolicyRule {
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

/** How many pods of which template have to succeed, how many at once, and what failures mean. */
export interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly activeDeadlineSeconds?: number;
  readonly podFailurePolicy?: { readonly rules: readonly PodFailurePolicyRule[] | null };
  readonly successPolicy?: { readonly rules: readonly SuccessPolicyRule[] | null };
  readonly backoffLimit?: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly selector: LabelSelector;
  readonly manualSelector?: boolean;
  readonly template: PodTemplateSpec;
  readonly ttlSecondsAfterFinished?: number;
  readonly completionMode?: string;
  readonly suspend?: boolean;
  readonly podReplacementPolicy?: string;
  readonly managedBy?: string;
}

/** UIDs of pods that ended and are not counted yet, because they still have their finalizer. */
export interface UncountedTerminatedPods {
  readonly succeeded?: readonly string[];
  readonly failed?: readonly string[];
}

/** What the Job controller last counted; absent counts are 0, except `ready` and `terminating`. */
export interface JobStatus {
  readonly conditions?: readonly Condition[];
  readonly startTime?: KubeTime;
  readonly completionTime?: KubeTime;
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly terminating?: number;
  readonly completedIndexes?: string;
  readonly failedIndexes?: string;
  readonly uncountedTerminatedPods?: UncountedTerminatedPods;
  readonly ready?: number;
}

/** `batch/v1` Job: runs pods until enough of them succeeded. */
export interface Job extends KubeObject {
  readonly spec: JobSpec;
  readonly status?: JobStatus;
}
