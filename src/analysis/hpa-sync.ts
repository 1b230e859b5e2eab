/** One sync of an HPA, and all of a run. */
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import type { HpaSettings } from '../autoscaling/hpa/settings.js';
import type { SyncReading } from '../autoscaling/hpa/sync-reading.js';

/** What the cluster's own HPA told of a sync. */
export interface RealDecision {
  /** `status.desiredReplicas` after the sync. */
  readonly desiredReplicas: number;
  /** Its conditions in its own words, and its event when it rescaled. */
  readonly said: readonly string[];
  /** Whether it wants what was decided here. */
  readonly agrees: boolean;
}

/** One sync. */
export interface HpaSync {
  /** ms since the run began. */
  readonly t: number;
  readonly decision: HpaDecision;
  readonly sync: SyncReading;
  /** Undefined: the decision itself is on record. */
  readonly real: RealDecision | undefined;
}

/** The syncs of a run, in order of time. */
export interface HpaSyncs {
  readonly settings: HpaSettings;
  /** At least one. */
  readonly syncs: readonly HpaSync[];
  /** What a reader must know, in sentences; empty when all is on record. */
  readonly notes: readonly string[];
}
