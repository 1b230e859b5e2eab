/** HorizontalPodAutoscalers as kube-state-metrics tells them. */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../core/autoscaling-objects.js';
import type { ExpositionFamily, ExpositionSample } from '../../core/exposition-text.js';
import {
  amount,
  conditionSamples,
  info,
  lifeFamilies,
  single,
  stateFamilies,
  type StateFamily,
} from './state-family.js';

const PREFIX = 'kube_horizontalpodautoscaler';

/** @see Source: kube-state-metrics `internal/store/horizontalpodautoscaler.go`. */
const FAMILIES: readonly StateFamily<HorizontalPodAutoscaler>[] = [
  {
    name: `${PREFIX}_info`,
    help: 'Information about this autoscaler.',
    of: ({ spec: { scaleTargetRef } }) => [
      info({
        scaletargetref_api_version: scaleTargetRef.apiVersion ?? '',
        scaletargetref_kind: scaleTargetRef.kind,
        scaletargetref_name: scaleTargetRef.name,
      }),
    ],
  },
  ...lifeFamilies<HorizontalPodAutoscaler>(PREFIX),
  {
    name: `${PREFIX}_metadata_generation`,
    help: 'The generation observed by the HorizontalPodAutoscaler controller.',
    of: ({ metadata }) => single(metadata.generation),
  },
  {
    name: `${PREFIX}_spec_max_replicas`,
    help: 'Upper limit for the number of pods that can be set by the autoscaler; cannot be smaller than MinReplicas.',
    of: ({ spec }) => single(spec.maxReplicas),
  },
  {
    name: `${PREFIX}_spec_min_replicas`,
    help: 'Lower limit for the number of pods that can be set by the autoscaler, default 1.',
    of: ({ spec }) => single(spec.minReplicas),
  },
  {
    name: `${PREFIX}_spec_target_metric`,
    help: 'The metric specifications used by this autoscaler when calculating the desired replica count.',
    of: ({ spec }) =>
      (spec.metrics ?? []).flatMap((metric) => valueSamples(nameOf(metric), targetOf(metric))),
  },
  {
    name: `${PREFIX}_status_target_metric`,
    help: 'The current metric status used by this autoscaler when calculating the desired replica count.',
    of: ({ status }) =>
      (status?.currentMetrics ?? []).flatMap((metric) =>
        valueSamples(nameOf(metric), currentOf(metric)),
      ),
  },
  {
    name: `${PREFIX}_status_current_replicas`,
    help: 'Current number of replicas of pods managed by this autoscaler.',
    of: ({ status }) => single(status?.currentReplicas ?? 0),
  },
  {
    name: `${PREFIX}_status_desired_replicas`,
    help: 'Desired number of replicas of pods managed by this autoscaler.',
    of: ({ status }) => single(status?.desiredReplicas ?? 0),
  },
  {
    name: `${PREFIX}_status_condition`,
    help: 'The condition of this autoscaler.',
    of: ({ status }) =>
      (status?.conditions ?? []).flatMap((condition) =>
        conditionSamples(condition, (is) => ({ condition: condition.type, status: is })),
      ),
  },
  ...(['Up', 'Down'] as const).map((direction) => ({
    name: `${PREFIX}_spec_behavior_scale_${direction.toLowerCase()}_tolerance`,
    help: `The tolerance on the ratio between the current and desired metric value below which no scale ${direction.toLowerCase()} occurs.`,
    of: ({ spec }: HorizontalPodAutoscaler) =>
      single(amount(spec.behavior?.[`scale${direction}`]?.tolerance)),
  })),
];

interface MetricName {
  readonly name: string;
  readonly container: string;
}

function nameOf(metric: MetricSpec | MetricStatus): MetricName | undefined {
  const { resource, containerResource, pods, object, external } = metric;
  const name =
    resource?.name ??
    containerResource?.name ??
    pods?.metric.name ??
    object?.metric.name ??
    external?.metric.name;
  return name === undefined ? undefined : { name, container: containerResource?.container ?? '' };
}

function targetOf({
  resource,
  containerResource,
  pods,
  object,
  external,
}: MetricSpec): MetricTarget | undefined {
  return (resource ?? containerResource ?? pods ?? object ?? external)?.target;
}

function currentOf({
  resource,
  containerResource,
  pods,
  object,
  external,
}: MetricStatus): MetricValueStatus | undefined {
  return (resource ?? containerResource ?? pods ?? object ?? external)?.current;
}

function valueSamples(
  name: MetricName | undefined,
  values: MetricValueStatus | undefined,
): readonly ExpositionSample[] {
  if (name === undefined || values === undefined) return [];
  const all = [
    ['value', amount(values.value)],
    ['average', amount(values.averageValue)],
    ['utilization', values.averageUtilization],
  ] as const;
  return all.flatMap(([type, value]) =>
    value === undefined
      ? []
      : [
          {
            labels: {
              metric_name: name.name,
              metric_target_type: type,
              container: name.container,
            },
            value,
          },
        ],
  );
}

/** Every family about autoscalers. */
export function hpaState(hpas: readonly HorizontalPodAutoscaler[]): readonly ExpositionFamily[] {
  return stateFamilies(FAMILIES, hpas, ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    horizontalpodautoscaler: metadata.name,
  }));
}
