/** Columns of Deployments, ReplicaSets and autoscalers. */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../../core/autoscaling-objects.js';
import type { Deployment, ReplicaSet } from '../../../core/objects.js';
import type { TableColumn } from '../kind.js';
import {
  AGE_COLUMN,
  NAME_COLUMN,
  column,
  integerColumn,
  templateColumns,
} from './common-columns.js';

/** @see Source: kubernetes `pkg/printers/internalversion/printers.go`, `printDeployment`. */
export const DEPLOYMENT_COLUMNS: readonly TableColumn<Deployment>[] = [
  NAME_COLUMN,
  column(
    'Ready',
    'Number of the pod with ready state',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`,
  ),
  column(
    'Up-to-date',
    'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
    ({ status }) => status?.updatedReplicas ?? 0,
  ),
  column(
    'Available',
    'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
    ({ status }) => status?.availableReplicas ?? 0,
  ),
  AGE_COLUMN,
  ...templateColumns<Deployment>(
    "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
  ),
];

/** @see Source: `printers.go`, `printReplicaSet`. */
export const REPLICA_SET_COLUMNS: readonly TableColumn<ReplicaSet>[] = [
  NAME_COLUMN,
  integerColumn(
    'Desired',
    'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    ({ spec }) => spec.replicas ?? 1,
  ),
  integerColumn(
    'Current',
    'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    ({ status }) => status?.replicas ?? 0,
  ),
  integerColumn(
    'Ready',
    'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.',
    ({ status }) => status?.readyReplicas ?? 0,
  ),
  AGE_COLUMN,
  ...templateColumns<ReplicaSet>(
    "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
  ),
];

/** @see Source: `printers.go`, `printHorizontalPodAutoscaler`. */
export const HPA_COLUMNS: readonly TableColumn<HorizontalPodAutoscaler>[] = [
  NAME_COLUMN,
  column(
    'Reference',
    'scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count.',
    ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
  ),
  column(
    'Targets',
    'metrics contains the specifications for which to use to calculate the desired replica count (the maximum replica count across all metrics will be used).  The desired replica count is calculated multiplying the ratio between the target value and the current value by the current number of pods.  Ergo, metrics used must decrease as the pod count is increased, and vice-versa.  See the individual metric source types for more information about how each type of metric must respond. If not set, the default metric will be set to 80% average CPU utilization.',
    ({ spec, status }) => metricsText(spec.metrics ?? [], status?.currentMetrics ?? []),
  ),
  column(
    'MinPods',
    'minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down.  It defaults to 1 pod.  minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled and at least one Object or External metric is configured.  Scaling is active as long as at least one metric value is available.',
    ({ spec }) => (spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas)),
  ),
  column(
    'MaxPods',
    'maxReplicas is the upper limit for the number of replicas to which the autoscaler can scale up. It cannot be less that minReplicas.',
    ({ spec }) => spec.maxReplicas,
  ),
  column(
    'Replicas',
    'currentReplicas is current number of replicas of pods managed by this autoscaler, as last seen by the autoscaler.',
    ({ status }) => status?.currentReplicas ?? 0,
  ),
  AGE_COLUMN,
];

/** At most two metrics; the rest is counted. */
const SHOWN_METRICS = 2;

/** @see Source: `printers.go`, `formatHPAMetrics`. */
function metricsText(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return '<none>';
  const shown = specs
    .slice(0, SHOWN_METRICS)
    .map((spec, index) => metricText(spec, statuses[index]))
    .join(', ');
  const more = specs.length - SHOWN_METRICS;
  return more > 0 ? `${shown} + ${more} more...` : shown;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'Resource':
      return `${spec.resource?.name ?? ''}: ${resourceText(spec.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name ?? ''}: ${resourceText(spec.containerResource?.target, status?.containerResource?.current)}`;
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${spec.pods?.target.averageValue ?? ''}`;
    case 'Object':
      return valueText(spec.object?.target, status?.object?.current);
    case 'External':
      return valueText(spec.external?.target, status?.external?.current);
    default:
      return '<unknown type>';
  }
}

const UNKNOWN = '<unknown>';

function resourceText(
  target: MetricTarget | undefined,
  current: MetricValueStatus | undefined,
): string {
  if (target?.averageValue !== undefined) {
    return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  }
  const use =
    current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
  const goal =
    target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
  return `${use}/${goal}`;
}

function valueText(
  target: MetricTarget | undefined,
  current: MetricValueStatus | undefined,
): string {
  if (target?.averageValue !== undefined) {
    return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  }
  return `${current?.value ?? UNKNOWN}/${target?.value ?? ''}`;
}
