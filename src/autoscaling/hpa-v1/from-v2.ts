/** An HPA of `autoscaling/v2` as the older version shows it. */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  ScalingRules,
} from '../../core/autoscaling-objects.js';
import type { Condition, StringMap } from '../../core/objects.js';
import {
  compact,
  type HorizontalPodAutoscalerV1,
  V1_ANNOTATIONS,
  withoutV1Annotations,
} from './hpa-v1.js';

/**
 * The `autoscaling/v1` form: the first CPU utilization target in its field, every other metric,
 * behavior, conditions and current metrics as JSON in annotations, spelled as upstream spells them.
 *
 * @see Source: kubernetes 1.36 `pkg/apis/autoscaling/v1/conversion.go`.
 */
export function hpaV1FromV2(hpa: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { kind, spec, status, metadata } = hpa;
  const { scaleTargetRef, minReplicas, maxReplicas } = spec;
  const cpu = (spec.metrics ?? []).find(isCpuUtilization)?.resource?.target.averageUtilization;
  const { annotations: _annotations, ...rest } = metadata;
  const annotations = annotationsOf(hpa);
  return {
    apiVersion: 'autoscaling/v1',
    kind,
    metadata: Object.keys(annotations).length === 0 ? rest : { ...rest, annotations },
    spec: {
      scaleTargetRef,
      ...(minReplicas === undefined ? {} : { minReplicas }),
      maxReplicas,
      ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu }),
    },
    ...(status === undefined ? {} : { status: statusOf(status) }),
  };
}

function isCpuUtilization({ type, resource }: MetricSpec): boolean {
  return (
    type === 'Resource' &&
    resource?.name === 'cpu' &&
    resource.target.averageUtilization !== undefined
  );
}

function statusOf(
  status: NonNullable<HorizontalPodAutoscaler['status']>,
): NonNullable<HorizontalPodAutoscalerV1['status']> {
  const { observedGeneration, lastScaleTime, currentReplicas = 0, desiredReplicas } = status;
  // the last one wins here, unlike in the spec
  const cpu = (status.currentMetrics ?? [])
    .filter(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu')
    .map(({ resource }) => resource?.current.averageUtilization)
    .findLast((percent) => percent !== undefined);
  return {
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    currentReplicas,
    desiredReplicas,
    ...(cpu === undefined ? {} : { currentCPUUtilizationPercentage: cpu }),
  };
}

function annotationsOf({ metadata, spec, status }: HorizontalPodAutoscaler): StringMap {
  const kept = withoutV1Annotations(metadata.annotations ?? {});
  const others = (spec.metrics ?? []).filter((metric) => !isCpuUtilization(metric));
  const currentMetrics = status?.currentMetrics ?? [];
  const conditions = status?.conditions ?? [];
  const added: [string, unknown][] = [];
  if (others.length > 0) added.push([V1_ANNOTATIONS.metrics, others.map(metricOf)]);
  if (currentMetrics.length > 0) {
    added.push([V1_ANNOTATIONS.currentMetrics, currentMetrics.map(metricStatusOf)]);
  }
  if (spec.behavior !== undefined) {
    const { scaleUp, scaleDown } = spec.behavior;
    const rules = { ScaleUp: rulesOf(scaleUp), ScaleDown: rulesOf(scaleDown) };
    added.push([V1_ANNOTATIONS.behavior, rules]);
  }
  if (conditions.length > 0) added.push([V1_ANNOTATIONS.conditions, conditions.map(conditionOf)]);
  const encoded = added.map(([name, value]) => [name, JSON.stringify(value)] as const);
  return { ...kept, ...Object.fromEntries(encoded) };
}

/** Fields of the metric in the order in which Go writes them. */
function metricOf(metric: MetricSpec): Record<string, unknown> {
  const { type, object, pods, resource, containerResource, external } = metric;
  return compact({
    type,
    object:
      object &&
      compact({
        target: referenceOf(object.describedObject),
        metricName: object.metric.name,
        // a quantity that cannot be absent
        targetValue: object.target.value ?? '0',
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      }),
    pods:
      pods &&
      compact({
        metricName: pods.metric.name,
        targetAverageValue: pods.target.averageValue ?? '0',
        selector: pods.metric.selector,
      }),
    resource: resource && resourceOf(resource),
    containerResource:
      containerResource &&
      compact({ ...resourceOf(containerResource), container: containerResource.container }),
    external:
      external &&
      compact({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
  });
}

function resourceOf({
  name,
  target,
}: NonNullable<MetricSpec['resource']>): Record<string, unknown> {
  return compact({
    name,
    targetAverageUtilization: target.averageUtilization,
    targetAverageValue: target.averageValue,
  });
}

function metricStatusOf(metric: MetricStatus): Record<string, unknown> {
  const { type, object, pods, resource, containerResource, external } = metric;
  return compact({
    type,
    object:
      object &&
      compact({
        target: referenceOf(object.describedObject),
        metricName: object.metric.name,
        currentValue: object.current.value ?? '0',
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    pods:
      pods &&
      compact({
        metricName: pods.metric.name,
        currentAverageValue: pods.current.averageValue ?? '0',
        selector: pods.metric.selector,
      }),
    resource: resource && resourceStatusOf(resource),
    containerResource:
      containerResource &&
      compact({ ...resourceStatusOf(containerResource), container: containerResource.container }),
    external:
      external &&
      compact({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: external.current.value ?? '0',
        currentAverageValue: external.current.averageValue,
      }),
  });
}

function resourceStatusOf({
  name,
  current,
}: NonNullable<MetricStatus['resource']>): Record<string, unknown> {
  return compact({
    name,
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: current.averageValue ?? '0',
  });
}

function referenceOf({
  kind,
  name,
  apiVersion,
}: NonNullable<MetricSpec['object']>['describedObject']): Record<string, unknown> {
  return compact({ kind, name, apiVersion });
}

function conditionOf(condition: Condition): Record<string, unknown> {
  const { type, status, lastTransitionTime = null, reason, message } = condition;
  return compact({ type, status, lastTransitionTime, reason, message });
}

/** Upstream writes an internal type here: field names begin with a capital, nothing is left out. */
function rulesOf(rules: ScalingRules | undefined): Record<string, unknown> | null {
  if (rules === undefined) return null;
  return {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies:
      rules.policies?.map(({ type, value, periodSeconds }) => ({
        Type: type,
        Value: value,
        PeriodSeconds: periodSeconds,
      })) ?? null,
    Tolerance: rules.tolerance ?? null,
  };
}
