/** `/metrics/cadvisor` of a kubelet: what the containers of a node use. */
import { expositionText, type ExpositionFamily } from '../../core/exposition-text.js';
import type { Node, StringMap } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { amount } from './state-family.js';
import {
  inSeconds,
  sumOf,
  usageGroups,
  type NodeReadings,
  type UsageGroup,
} from './usage-groups.js';

/** @see Source: kubernetes `pkg/kubelet/cm/helpers_linux.go`, `QuotaPeriod`, `SharesPerCPU`, `MinShares`. */
const CFS_PERIOD_US = 100_000;
const SHARES_PER_CPU = 1_024;
const MIN_SHARES = 2;
const SECOND_MS = 1_000;

interface Quantity {
  readonly name: string;
  readonly type: ExpositionFamily['type'];
  readonly help: string;
  /** Undefined: nothing is told of this group. */
  readonly of: (group: UsageGroup, nowMs: EpochMs) => number | undefined;
  readonly labels?: StringMap;
}

const MEMORY_HELP = {
  container_memory_working_set_bytes: 'Current working set in bytes.',
  container_memory_usage_bytes:
    'Current memory usage in bytes, including all memory regardless of when it was accessed',
  container_memory_rss: 'Size of RSS in bytes.',
} as const;

/** @see Source: cadvisor `metrics/prometheus.go`, `NewPrometheusCollector`. */
const QUANTITIES: readonly Quantity[] = [
  {
    name: 'container_cpu_usage_seconds_total',
    type: 'counter',
    help: 'Cumulative cpu time consumed in seconds.',
    labels: { cpu: 'total' },
    of: (group) => inSeconds(sumOf(group, ({ cpuMs }) => cpuMs)),
  },
  {
    name: 'container_cpu_cfs_periods_total',
    type: 'counter',
    help: 'Number of elapsed enforcement period intervals.',
    of: (group) => sumOf(group, ({ throttled }) => throttled?.periods),
  },
  {
    name: 'container_cpu_cfs_throttled_periods_total',
    type: 'counter',
    help: 'Number of throttled period intervals.',
    of: (group) => sumOf(group, ({ throttled }) => throttled?.throttledPeriods),
  },
  {
    name: 'container_cpu_cfs_throttled_seconds_total',
    type: 'counter',
    help: 'Total time duration the container has been throttled.',
    of: (group) => inSeconds(sumOf(group, ({ throttled }) => throttled?.throttledMs)),
  },
  ...(
    [
      'container_memory_working_set_bytes',
      'container_memory_usage_bytes',
      'container_memory_rss',
    ] as const
  ).map(
    (name): Quantity => ({
      name,
      type: 'gauge',
      help: MEMORY_HELP[name],
      of: (group) => sumOf(group, ({ memoryBytes }) => memoryBytes),
    }),
  ),
  {
    name: 'container_last_seen',
    type: 'gauge',
    help: 'Last time a container was seen by the exporter',
    of: (_group, nowMs) => Math.floor(nowMs / SECOND_MS),
  },
  {
    name: 'container_start_time_seconds',
    type: 'gauge',
    help: 'Start time of the container since unix epoch in seconds.',
    of: ({ usage }) => inSeconds(Math.min(...usage.map(({ startedAtMs }) => startedAtMs))),
  },
  {
    name: 'container_spec_cpu_period',
    type: 'gauge',
    help: 'CPU period of the container.',
    of: () => CFS_PERIOD_US,
  },
  {
    name: 'container_spec_cpu_quota',
    type: 'gauge',
    help: 'CPU quota of the container.',
    of: ({ limits: { cpu } }) => (cpu === undefined ? undefined : Math.round(cpu * CFS_PERIOD_US)),
  },
  {
    name: 'container_spec_cpu_shares',
    type: 'gauge',
    help: 'CPU share of the container.',
    of: ({ cpuRequest = 0 }) => Math.max(MIN_SHARES, Math.floor(cpuRequest * SHARES_PER_CPU)),
  },
  {
    name: 'container_spec_memory_limit_bytes',
    type: 'gauge',
    help: 'Memory limit for the container.',
    of: ({ limits: { memory = 0 } }) => memory,
  },
];

/**
 * The use of a node's containers in the Prometheus text format, with cAdvisor's names: a series for each
 * container and, without the label `container`, one for each pod as a whole.
 *
 * Counters are read at the scrape, so samples carry no time of their own; a real cAdvisor tells readings that
 * are up to 20 s old. Memory is what the processes hold (resident), in all three of its names.
 */
export function cadvisorMetrics(readings: NodeReadings): string {
  const { node, nowMs } = readings;
  const groups = usageGroups(readings);
  const families = QUANTITIES.map(({ name, type, help, of, labels: own = {} }) => ({
    name,
    type,
    help,
    samples: groups.flatMap((group) => {
      const value = of(group, nowMs);
      return value === undefined ? [] : [{ labels: { ...group.labels, ...own }, value }];
    }),
  }));
  return expositionText([...families, ...machineFamilies(node)]);
}

function gauge(name: string, help: string, value: number | undefined): ExpositionFamily {
  return {
    name,
    type: 'gauge',
    help,
    samples: value === undefined ? [] : [{ labels: {}, value }],
  };
}

function machineFamilies({ status }: Node): readonly ExpositionFamily[] {
  const { capacity = {} } = status ?? {};
  return [
    gauge('machine_cpu_cores', 'Number of logical CPU cores.', amount(capacity['cpu'])),
    gauge(
      'machine_memory_bytes',
      'Amount of memory installed on the machine.',
      amount(capacity['memory']),
    ),
  ];
}
