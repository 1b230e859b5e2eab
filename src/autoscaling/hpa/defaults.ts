/** What the API server fills in where an HPA says nothing. */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  ScalingRules,
} from '../../core/autoscaling-objects.js';

/**
 * The target when an HPA has no metrics.
 *
 * @see Source: kubernetes `pkg/apis/autoscaling/types.go`, `DefaultCPUUtilization`.
 */
export const DEFAULT_CPU_UTILIZATION = 80;

/** CPU at {@link DEFAULT_CPU_UTILIZATION} percent. */
export const DEFAULT_METRIC: MetricSpec = {
  type: 'Resource',
  resource: {
    name: 'cpu',
    target: { type: 'Utilization', averageUtilization: DEFAULT_CPU_UTILIZATION },
  },
};

const SCALE_UP: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

/** The window is the controller's own: it stays open here. */
const SCALE_DOWN: ScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/**
 * An HPA with the API server's defaults: at least 1 replica, CPU at 80 % when there are no metrics,
 * and, only where it has a `behavior` at all, the rules of both directions. Without `behavior` none is
 * made: the controller then takes its older path.
 *
 * @see Source: kubernetes 1.36 `pkg/apis/autoscaling/v2/defaults.go`.
 */
export function defaultHpa(hpa: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { spec } = hpa;
  const metrics = spec.metrics ?? [];
  const { behavior } = spec;
  return {
    ...hpa,
    spec: {
      ...spec,
      minReplicas: spec.minReplicas ?? 1,
      metrics: metrics.length === 0 ? [DEFAULT_METRIC] : metrics,
      ...(behavior === undefined || behavior === null
        ? {}
        : {
            behavior: {
              ...behavior,
              scaleUp: withRules(SCALE_UP, behavior.scaleUp),
              scaleDown: withRules(SCALE_DOWN, behavior.scaleDown),
            },
          }),
    },
  };
}

/** An empty list of policies is not absent: validation refuses it. */
function withRules(defaults: ScalingRules, rules: ScalingRules | undefined): ScalingRules {
  const given = Object.entries(rules ?? {}).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return { ...defaults, ...Object.fromEntries(given) };
}
