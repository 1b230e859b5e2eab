/** The status of an HPA after a reconciliation. */
import type {
  HorizontalPodAutoscalerStatus,
  MetricStatus,
  MetricValueStatus,
} from '../../core/autoscaling-objects.js';
import { kubeTime, kubeTimeMs } from '../../core/kube-time.js';
import type { Condition, KubeTime } from '../../core/objects.js';
import { compareQuantities } from '../../core/quantity.js';

/** What a new status is made of. */
export interface StatusParts {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  /** Null: no metric was looked at. */
  readonly currentMetrics: readonly MetricStatus[] | null;
  readonly conditions: readonly Condition[];
  /** Milliseconds; undefined: the time of the last change stays. */
  readonly scaledAtMs: number | undefined;
}

/**
 * A status as the API server gives it back: counts of 0 but the desired one are left out, times are
 * whole seconds.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `setStatus`.
 */
export function makeStatus(
  previous: HorizontalPodAutoscalerStatus | undefined,
  parts: StatusParts,
): HorizontalPodAutoscalerStatus {
  const { currentReplicas, desiredReplicas, currentMetrics, conditions, scaledAtMs } = parts;
  const lastScaleTime = scaledAtMs === undefined ? previous?.lastScaleTime : kubeTime(scaledAtMs);
  if (lastScaleTime === undefined) {
    return currentReplicas === 0
      ? { desiredReplicas, currentMetrics, conditions }
      : { currentReplicas, desiredReplicas, currentMetrics, conditions };
  }
  return currentReplicas === 0
    ? { lastScaleTime, desiredReplicas, currentMetrics, conditions }
    : { lastScaleTime, currentReplicas, desiredReplicas, currentMetrics, conditions };
}

/**
 * Whether two statuses say the same, so that nothing need be written. Quantities count by value.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `updateStatusIfNeeded`.
 */
export function isSameStatus(
  a: HorizontalPodAutoscalerStatus | undefined,
  b: HorizontalPodAutoscalerStatus,
): boolean {
  return (
    (a?.currentReplicas ?? 0) === (b.currentReplicas ?? 0) &&
    (a?.desiredReplicas ?? 0) === b.desiredReplicas &&
    (a?.observedGeneration ?? undefined) === (b.observedGeneration ?? undefined) &&
    isSameTime(a?.lastScaleTime, b.lastScaleTime) &&
    isSameList(a?.conditions ?? [], b.conditions ?? [], isSameCondition) &&
    isSameList(a?.currentMetrics ?? [], b.currentMetrics ?? [], isSameMetric)
  );
}

function isSameTime(a: KubeTime | undefined, b: KubeTime | undefined): boolean {
  return a === b || kubeTimeMs(a) === kubeTimeMs(b);
}

function isSameList<T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  return a.every((each, index) => {
    const other = b[index];
    return other !== undefined && (each === other || isSame(each, other));
  });
}

function isSameCondition(a: Condition, b: Condition): boolean {
  return (
    a.type === b.type &&
    a.status === b.status &&
    (a.reason ?? '') === (b.reason ?? '') &&
    (a.message ?? '') === (b.message ?? '') &&
    isSameTime(a.lastTransitionTime, b.lastTransitionTime)
  );
}

/** Whether two entries of `currentMetrics` are of the same metric and say the same. */
export function isSameMetric(a: MetricStatus, b: MetricStatus): boolean {
  const [bodyA, bodyB] = [metricBody(a), metricBody(b)];
  if (a.type !== b.type || (bodyA === undefined) !== (bodyB === undefined)) return false;
  if (bodyA === undefined || bodyB === undefined) return true;
  if (!isSameValue(bodyA.current, bodyB.current)) return false;
  const { current: _valueA, ...whatA } = bodyA;
  const { current: _valueB, ...whatB } = bodyB;
  return isSameJson(whatA, whatB);
}

type MetricBody = NonNullable<
  | MetricStatus['resource']
  | MetricStatus['containerResource']
  | MetricStatus['pods']
  | MetricStatus['object']
  | MetricStatus['external']
>;

function metricBody(status: MetricStatus): MetricBody | undefined {
  const { resource, containerResource, pods, object, external } = status;
  return resource ?? containerResource ?? pods ?? object ?? external;
}

function isSameValue(a: MetricValueStatus, b: MetricValueStatus): boolean {
  return (
    a.averageUtilization === b.averageUtilization &&
    isSameQuantity(a.averageValue, b.averageValue) &&
    isSameQuantity(a.value, b.value)
  );
}

function isSameQuantity(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && compareQuantities(a, b) === 0;
}

/** Equal as JSON, whatever the order of the fields; absent and undefined are the same. */
function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...names].every((name) => isSameJson(left.get(name), right.get(name)));
}
