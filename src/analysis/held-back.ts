/** What kept the HPA from a size that its metrics asked for. */
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import type {
  HighestStep,
  HpaStep,
  LimitStep,
  MetricStep,
  PodMetricStep,
  StabilizeStep,
} from '../autoscaling/hpa/steps.js';

/** One thing that held the HPA back. `asked` is the size without it, `replicas` the one with it. */
export type HeldBack =
  /** The usage ratio is too close to 1 to count. */
  | { readonly by: 'tolerance'; readonly asked: number; readonly replicas: number }
  /** Pods without a usable metric, counted in, took the reason to change away. */
  | { readonly by: 'pods-without-metric'; readonly pods: number; readonly replicas: number }
  /** With failed metrics nothing is scaled down; with all of them failed nothing is done. */
  | { readonly by: 'failed-metrics'; readonly failed: number; readonly of: number }
  /** A recommendation within the stabilization window. */
  | {
      readonly by: 'stabilization';
      readonly asked: number;
      readonly replicas: number;
      /** Upstream's: `ScaleDownStabilized`. */
      readonly reason: string;
      readonly windowSeconds: number;
    }
  /** How fast policies (or the older fixed rate) let the size change. */
  | {
      readonly by: 'rate';
      readonly asked: number;
      readonly replicas: number;
      readonly reason: string;
    }
  /** `minReplicas` or `maxReplicas`. */
  | {
      readonly by: 'bounds';
      readonly asked: number;
      readonly replicas: number;
      readonly reason: string;
    }
  /** The size was set to 0 by hand. */
  | { readonly by: 'scaling-disabled' };

/** Everything that held a decision back, in the order of its steps; empty when nothing did. */
export function heldBack({ steps, fromReplicas = 0 }: HpaDecision): readonly HeldBack[] {
  const found: HeldBack[] = [];
  const highest = steps.find((step) => step.kind === 'highest');
  for (const step of steps) {
    const held = heldBy(step, { steps, highest, fromReplicas });
    if (held !== undefined) found.push(held);
  }
  return found;
}

interface Around {
  readonly steps: readonly HpaStep[];
  readonly highest: HighestStep | undefined;
  readonly fromReplicas: number;
}

function heldBy(step: HpaStep, around: Around): HeldBack | undefined {
  switch (step.kind) {
    case 'metric':
      return heldByMetric(step, around);
    case 'highest':
      return step.replicas === undefined
        ? { by: 'failed-metrics', failed: step.failed, of: step.of }
        : undefined;
    case 'stabilize':
      return heldByRecommendation(step, around);
    case 'limit':
      return heldByLimit(step, around);
    case 'bound':
      return step.reason === 'ScalingDisabled' ? { by: 'scaling-disabled' } : undefined;
    default:
      return step satisfies never;
  }
}

/** Of several metrics only the one whose proposal was taken held anything back. */
function heldByMetric(step: MetricStep, { highest, fromReplicas }: Around): HeldBack | undefined {
  if (step.from === 'failed' || highest?.replicas !== step.replicas) return undefined;
  if (step.reason === 'within-tolerance') {
    const asked = Math.ceil(ratioOf(step) * countOf(step));
    return asked === step.replicas
      ? undefined
      : { by: 'tolerance', asked, replicas: step.replicas };
  }
  const isRecounted =
    step.reason === 'within-tolerance-after-recount' ||
    step.reason === 'recount-turned-direction' ||
    step.reason === 'count-against-direction';
  if (step.from !== 'pods' || !isRecounted || isWithin(step)) return undefined;
  const pods = step.pods.missing.length + step.pods.unready.length;
  return { by: 'pods-without-metric', pods, replicas: fromReplicas };
}

/** Whether the pods that have a metric asked for no change themselves. */
function isWithin({ measured: { ratio }, tolerance }: PodMetricStep): boolean {
  return ratio >= 1 - tolerance.down && ratio <= 1 + tolerance.up;
}

function ratioOf(step: Extract<MetricStep, { readonly from: 'pods' | 'value' }>): number {
  return step.from === 'pods' ? step.measured.ratio : (step.ratio ?? 1);
}

function countOf(step: Extract<MetricStep, { readonly from: 'pods' | 'value' }>): number {
  return step.from === 'pods' ? step.pods.ready.length : step.podCount;
}

function heldByRecommendation(
  { reason, replicas, up, down }: StabilizeStep,
  { highest }: Around,
): HeldBack | undefined {
  const asked = highest?.replicas;
  if (reason === 'ReadyForNewScale' || asked === undefined || asked === replicas) return undefined;
  const windowSeconds = (reason === 'ScaleUpStabilized' ? (up ?? down) : down).windowSeconds;
  return { by: 'stabilization', asked, replicas, reason, windowSeconds };
}

function heldByLimit({ reason, replicas }: LimitStep, { steps }: Around): HeldBack | undefined {
  const asked = steps.find((step) => step.kind === 'stabilize')?.replicas;
  if (reason === 'DesiredWithinRange' || asked === undefined || asked === replicas)
    return undefined;
  const isRate = reason === 'ScaleUpLimit' || reason === 'ScaleDownLimit';
  return { by: isRate ? 'rate' : 'bounds', asked, replicas, reason };
}
