/** What a decision is, apart from how it is made. */
import type {
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from '../../core/autoscaling-objects.js';
import type { Condition } from '../../core/objects.js';
import type { HpaMemory } from './memory.js';
import type { HpaStep } from './steps.js';

/**
 * One decision with its steps, as plain JSON: the record that reports and explanations print.
 * `cannot-decide`: the target could not be read or no metric could be used; `error` says why.
 */
export interface HpaDecision {
  readonly kind: 'rescale' | 'hold' | 'cannot-decide';
  /** Instant of the decision, ms since the epoch. */
  readonly atMs: number;
  /** `spec.replicas` of the target; undefined when it could not be read. */
  readonly fromReplicas: number | undefined;
  /** What it is to be; without a rescale the same; undefined when that cannot be decided. */
  readonly toReplicas: number | undefined;
  /** Upstream's reason, as in the event `SuccessfulRescale`; '' when it gives none. */
  readonly reason: string;
  readonly steps: readonly HpaStep[];
  /**
   * Upstream's error text; with `rescale` and `hold`, some metrics failed and others decided. Undefined
   * when there was none.
   */
  readonly error: string | undefined;
}

/** An event about the HPA. */
export interface HpaEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** A decision, and what the status is to be made of once the scale was written, or not. */
export interface Verdict {
  readonly decision: HpaDecision;
  readonly conditions: readonly Condition[];
  readonly events: readonly HpaEvent[];
  readonly currentMetrics: readonly MetricStatus[] | null;
}

/** What became of writing the scale. */
export type ScaleWrite =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly message: string };

/** Everything a reconciliation brings forth. */
export interface HpaOutcome {
  readonly decision: HpaDecision;
  /** Replicas to write to the scale subresource; undefined: none. */
  readonly scaleTo: number | undefined;
  /** The status to write; undefined: it did not change. */
  readonly status: HorizontalPodAutoscalerStatus | undefined;
  /** In order. */
  readonly events: readonly HpaEvent[];
  /** The error that the reconciliation returns; undefined when none. */
  readonly error: string | undefined;
  readonly memory: HpaMemory;
}
