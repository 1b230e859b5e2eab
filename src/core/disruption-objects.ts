/** The Kubernetes objects of `policy/v1` that the lab reads and writes, as they are in JSON. */
import type { Condition, IntOrString, KubeObject, KubeTime, LabelSelector } from './objects.js';

/** How many of which pods must stay, or may be missing: one of the two amounts is there. */
export interface PodDisruptionBudgetSpec {
  readonly minAvailable?: IntOrString;
  /** Absent: no pods; empty: all pods of the namespace. */
  readonly selector?: LabelSelector;
  readonly maxUnavailable?: IntOrString;
  /** `IfHealthyBudget` (also when absent) or `AlwaysAllow`. */
  readonly unhealthyPodEvictionPolicy?: string;
}

/** What the disruption controller last counted. */
export interface PodDisruptionBudgetStatus {
  readonly observedGeneration?: number;
  /** When the eviction of each of these pods was granted; the controller has not seen it go yet. */
  readonly disruptedPods?: Readonly<Record<string, KubeTime>>;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly Condition[];
}

/** `policy/v1` PodDisruptionBudget: how many pods evictions may take at once. */
export interface PodDisruptionBudget extends KubeObject {
  readonly spec: PodDisruptionBudgetSpec;
  readonly status?: PodDisruptionBudgetStatus;
}
