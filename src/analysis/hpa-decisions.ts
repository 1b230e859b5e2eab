/** Every decision of the HPA as data and in words: what reports, explanations and pages show. */
import type { CompiledTarget } from '../autoscaling/hpa/compiled-hpa.js';
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import { explainDecision, explainNext } from '../autoscaling/hpa/explain.js';
import { type NextReplica, nextReplicas } from '../autoscaling/hpa/next-replica.js';
import type {
  FailedMetricStep,
  HpaStep,
  Measurement,
  MetricStep,
  PodGroups,
  PodMetricStep,
  Recount,
  Tolerances,
  ValueMetricStep,
} from '../autoscaling/hpa/steps.js';
import { type HeldBack, heldBack } from './held-back.js';
import type { Timeline } from '../timeline/record.js';
import type { HpaSync, RealDecision } from './hpa-sync.js';
import { hpaSyncs, originMs } from './hpa-syncs.js';
import { mapMeasure, type Measure } from './measure.js';

/** What pods of a group were counted as. */
export type CountedAs =
  | { readonly kind: 'left-out' }
  /** So many thousandths each; 0 is nothing. */
  | { readonly kind: 'milli'; readonly milli: number }
  | { readonly kind: 'percent-of-request'; readonly percent: number };

/** Pods without a usable metric. */
export interface CountedPods {
  readonly pods: readonly string[];
  readonly countedAs: CountedAs;
}

/** How pods entered a metric's proposal. */
export interface ExplainedPods {
  /** Counted with what they use. */
  readonly ready: readonly { readonly name: string; readonly usedMilli: number }[];
  readonly unready: CountedPods;
  readonly missing: CountedPods;
  /** Terminating or failed. */
  readonly ignored: CountedPods;
  /** Metrics of pods that are not there. */
  readonly strangers: number;
}

/** What one metric proposed, and from what. */
export type ExplainedMetric =
  | {
      readonly from: 'pods';
      readonly metric: string;
      /** `cpu`, `memory`; '' for a Pods metric. */
      readonly resource: string;
      readonly target: CompiledTarget;
      readonly tolerance: Tolerances;
      readonly pods: ExplainedPods;
      readonly measured: Measurement;
      /** With the pods counted in that have no usable metric; undefined when there was none. */
      readonly recount: Recount | undefined;
      readonly proposes: number;
      readonly reason: PodMetricStep['reason'];
    }
  | {
      readonly from: 'value';
      readonly metric: string;
      readonly target: CompiledTarget;
      readonly tolerance: Tolerances;
      readonly usedMilli: number;
      readonly ratio: number | undefined;
      readonly podCount: number;
      readonly proposes: number;
      readonly reason: ValueMetricStep['reason'];
    }
  | {
      readonly from: 'failed';
      readonly metric: string;
      /** Upstream's: `FailedGetResourceMetric`. */
      readonly reason: string;
      readonly message: string;
    };

/** A neighbor of the size decided on, with what it would have taken. */
export interface ExplainedNext extends NextReplica {
  /** Undefined when what kept the size there is not in the decision. */
  readonly words: string | undefined;
}

/** One decision of the HPA. */
export interface ExplainedDecision {
  /** ms since the run began. */
  readonly t: number;
  /**
   * `recorded`: what our HPA decided in the run. `reconstructed`: what it decides from what was observed
   * of a cluster whose own HPA tells no steps.
   */
  readonly origin: 'recorded' | 'reconstructed';
  readonly kind: HpaDecision['kind'];
  /** Undefined when the target could not be read. */
  readonly from: number | undefined;
  /** Undefined when nothing could be decided. */
  readonly to: number | undefined;
  /** Upstream's reason, as in the event `SuccessfulRescale`; '' when it gives none. */
  readonly reason: string;
  /** Upstream's error text; undefined when there was none. */
  readonly error: string | undefined;
  readonly metrics: readonly ExplainedMetric[];
  /** What was done with the highest proposal, each with the count after it and upstream's reason. */
  readonly steps: readonly Exclude<HpaStep, MetricStep>[];
  readonly heldBack: readonly HeldBack[];
  /** What would have had to differ; undefined when nothing was decided, or not by metrics. */
  readonly more: ExplainedNext | undefined;
  readonly fewer: ExplainedNext | undefined;
  /** The whole decision in lines of text. */
  readonly words: readonly string[];
  /** Reconstructed decisions alone: what the cluster's own HPA told. */
  readonly real: RealDecision | undefined;
}

/** Every decision of a run, in order of time; absent as {@link hpaSyncs} is. */
export function hpaDecisions(timeline: Timeline): Measure<readonly ExplainedDecision[]> {
  const startMs = originMs(timeline);
  return mapMeasure(hpaSyncs(timeline), ({ syncs }) =>
    syncs.map((sync) => explainedDecision(sync, startMs)),
  );
}

/**
 * A sync of the HPA as data and in words.
 *
 * @param startMs - the instant that times in words count from, ms since the epoch.
 */
export function explainedDecision(
  sync: Pick<HpaSync, 't' | 'decision' | 'real'>,
  startMs: number,
): ExplainedDecision {
  const { t, decision, real } = sync;
  const next = nextReplicas(decision);
  const neighbor = (of: NextReplica | undefined): ExplainedNext | undefined =>
    of === undefined ? undefined : { ...of, words: explainNext(of, decision, { startMs }) };
  return {
    t,
    origin: real === undefined ? 'recorded' : 'reconstructed',
    kind: decision.kind,
    from: decision.fromReplicas,
    to: decision.toReplicas,
    reason: decision.reason,
    error: decision.error,
    metrics: decision.steps.filter((step) => step.kind === 'metric').map(explainedMetric),
    steps: decision.steps.filter((step) => step.kind !== 'metric'),
    heldBack: heldBack(decision),
    more: neighbor(next?.more),
    fewer: neighbor(next?.fewer),
    words: [
      ...explainDecision(decision, { startMs }),
      ...(real === undefined ? [] : realWords(real).map((line) => `  ${line}`)),
    ],
    real,
  };
}

function realWords({ desiredReplicas, said, agrees }: RealDecision): readonly string[] {
  const verdict = agrees ? 'as here' : 'NOT as here';
  return [
    'reconstructed: modelled from what was observed',
    `the real HPA wanted ${desiredReplicas}, ${verdict}${said.length === 0 ? '' : '; it said:'}`,
    ...said.map((sentence) => `  ${sentence}`),
  ];
}

function explainedMetric(step: MetricStep): ExplainedMetric {
  if (step.from === 'failed') return failedMetric(step);
  const { metric, target, tolerance, replicas: proposes } = step;
  if (step.from === 'value') {
    const { usedMilli, ratio, podCount, reason } = step;
    const from = 'value';
    return { from, metric, target, tolerance, usedMilli, ratio, podCount, proposes, reason };
  }
  const { resource, measured, recount, reason } = step;
  const pods = explainedPods(step.pods, recount);
  const of = { metric, resource, target, tolerance, pods, measured, recount };
  return { from: 'pods', ...of, proposes, reason };
}

function failedMetric({ metric, reason, message }: FailedMetricStep): ExplainedMetric {
  return { from: 'failed', metric, reason, message };
}

const LEFT_OUT = { kind: 'left-out' } as const;
const NOTHING = { kind: 'milli', milli: 0 } as const;

function explainedPods(groups: PodGroups, recount: Recount | undefined): ExplainedPods {
  const { ready, readyMilli, unready, missing, ignored, strangers } = groups;
  return {
    ready: ready.map((name, index) => ({ name, usedMilli: readyMilli[index] ?? 0 })),
    unready: { pods: unready, countedAs: recount?.hasUnreadyAsZero === true ? NOTHING : LEFT_OUT },
    missing: { pods: missing, countedAs: recount?.missingAs ?? LEFT_OUT },
    ignored: { pods: ignored, countedAs: LEFT_OUT },
    strangers,
  };
}
