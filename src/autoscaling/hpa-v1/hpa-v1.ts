/** `autoscaling/v1` HorizontalPodAutoscaler, as it is in JSON, and what it keeps in annotations. */
import type { CrossVersionObjectReference } from '../../core/autoscaling-objects.js';
import type { KubeObject, KubeTime, StringMap } from '../../core/objects.js';

/** An HPA in the older version: one CPU target; all else stands in annotations. */
export interface HorizontalPodAutoscalerV1 extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: CrossVersionObjectReference;
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly targetCPUUtilizationPercentage?: number;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastScaleTime?: KubeTime;
    readonly currentReplicas: number;
    readonly desiredReplicas: number;
    readonly currentCPUUtilizationPercentage?: number;
  };
}

/**
 * Annotations in which the older version keeps what it has no field for.
 *
 * @see Source: kubernetes `pkg/apis/autoscaling/annotations.go`.
 */
export const V1_ANNOTATIONS = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const;

/**
 * Annotations without those of the older version: they never come through a conversion, and the newer
 * version drops them from what it is given.
 *
 * @see Source: kubernetes `pkg/apis/autoscaling/helpers.go`,
 *   `DropRoundTripHorizontalPodAutoscalerAnnotations`.
 */
export function withoutV1Annotations(annotations: StringMap): StringMap {
  const own: readonly string[] = Object.values(V1_ANNOTATIONS);
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !own.includes(name)));
}

/** An object's JSON without the fields that are undefined, in the order given. */
export function compact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
