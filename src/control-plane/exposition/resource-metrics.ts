/** `/metrics/resource` of a kubelet, which metrics-server reads. */
import { expositionText, type ExpositionFamily } from '../../core/exposition-text.js';
import {
  inSeconds,
  sumOf,
  usageGroups,
  type NodeReadings,
  type UsageGroup,
} from './usage-groups.js';

type ValueOf = (group: UsageGroup) => number | undefined;

const started: ValueOf = ({ usage }) => inSeconds(usage[0]?.startedAtMs);

const memory: ValueOf = (group) => sumOf(group, ({ memoryBytes }) => memoryBytes);

const cpu: ValueOf = (group) => inSeconds(sumOf(group, ({ cpuMs }) => cpuMs));

function about(groups: readonly UsageGroup[], of: ValueOf): ExpositionFamily['samples'] {
  return groups.flatMap((group) => {
    const { container = '', namespace = '', pod = '' } = group.labels;
    const value = of(group);
    return value === undefined ? [] : [{ labels: { container, namespace, pod }, value }];
  });
}

/**
 * CPU and memory of containers, pods and the
 * node (which has nothing but its pods).
 *
 * @see Source: kubernetes `pkg/kubelet/metrics/collectors/resource_metrics.go`.
 */
export function resourceMetrics(readings: NodeReadings): string {
  const groups = usageGroups(readings);
  const pods = groups.filter(({ labels }) => labels['container'] === undefined);
  const containers = groups.filter(({ labels }) => labels['container'] !== undefined);
  const total = (of: ValueOf): ExpositionFamily['samples'] => [
    {
      labels: {},
      value: pods.reduce((before, group) => before + (of(group) ?? 0), 0),
    },
  ];
  const counter = { type: 'counter' } as const;
  const gauge = { type: 'gauge' } as const;
  return expositionText([
    {
      ...counter,
      name: 'container_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed by the container in core-seconds',
      samples: about(containers, cpu),
    },
    {
      ...gauge,
      name: 'container_memory_working_set_bytes',
      help: 'Current working set of the container in bytes',
      samples: about(containers, memory),
    },
    {
      ...gauge,
      name: 'container_start_time_seconds',
      help: 'Start time of the container since unix epoch in seconds',
      samples: about(containers, started),
    },
    {
      ...counter,
      name: 'pod_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed by the pod in core-seconds',
      samples: about(pods, cpu),
    },
    {
      ...gauge,
      name: 'pod_memory_working_set_bytes',
      help: 'Current working set of the pod in bytes',
      samples: about(pods, memory),
    },
    {
      ...gauge,
      name: 'node_memory_working_set_bytes',
      help: 'Current working set of the node in bytes',
      samples: total(memory),
    },
  ]);
}
