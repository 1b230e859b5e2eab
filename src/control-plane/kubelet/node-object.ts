/** The Node that a kubelet registers, and its heartbeat. */
import { kubeTime } from '../../core/kube-time.js';
import type {
  Condition,
  KubeTime,
  Node,
  NodeStatus,
  StringMap,
  Taint,
} from '../../core/objects.js';
import { formatQuantity } from '../../core/quantity.js';
import type { EpochMs } from '../../time/clock.js';

/** What a node has, in Kubernetes CPUs. */
interface NodeCapacity {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

/** What a node is. */
export interface NodeDescription {
  readonly name: string;
  readonly capacity: NodeCapacity;
  /** What pods may ask for; absent: all of the capacity. */
  readonly allocatable?: NodeCapacity;
  readonly address: string;
  /** Beside the well-known ones. */
  readonly labels?: StringMap;
  /** Absent or empty: none. */
  readonly taints?: readonly Taint[];
  /** `linux`, `darwin`; `amd64`, `arm64`. */
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly kubeletVersion: string;
  /** More of `status.nodeInfo`. */
  readonly info?: StringMap;
}

function resourceList(capacity: NodeCapacity): StringMap {
  const cpu = BigInt(Math.round(capacity.cpuMillicores)) * 1_000_000n;
  const kib = BigInt(Math.floor(capacity.memoryBytes / 1024)) * 1024n * 1_000_000_000n;
  return {
    cpu: formatQuantity({ nano: cpu, format: 'DecimalSI' }),
    memory: formatQuantity({ nano: kib, format: 'BinarySI' }),
    pods: String(capacity.pods),
  };
}

/** The Node as it is created. */
export function nodeObject(description: NodeDescription, nowMs: EpochMs): Node {
  const { name, operatingSystem, architecture, taints = [] } = description;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': operatingSystem,
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': operatingSystem,
        ...description.labels,
      },
    },
    spec: taints.length === 0 ? {} : { taints },
    status: nodeStatus(description, undefined, nowMs),
  };
}

/** The status at a heartbeat; `before` keeps the times of what did not change. */
export function nodeStatus(
  description: NodeDescription,
  before: NodeStatus | undefined,
  nowMs: EpochMs,
): NodeStatus {
  return {
    ...before,
    capacity: resourceList(description.capacity),
    allocatable: resourceList(description.allocatable ?? description.capacity),
    conditions: nodeConditions(before?.conditions ?? [], nowMs),
    addresses: [
      { type: 'InternalIP', address: description.address },
      { type: 'Hostname', address: description.name },
    ],
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '',
      osImage: '',
      containerRuntimeVersion: '',
      kubeletVersion: description.kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: description.operatingSystem,
      architecture: description.architecture,
      ...description.info,
    },
  };
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/nodestatus/setters.go`. */
const CONDITIONS: readonly Condition[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  },
];

/** What a kubelet tells when a condition becomes what it is here. */
const CONDITION_EVENTS: Readonly<Record<string, string>> = {
  MemoryPressure: 'NodeHasSufficientMemory',
  DiskPressure: 'NodeHasNoDiskPressure',
  PIDPressure: 'NodeHasSufficientPID',
  Ready: 'NodeReady',
};

/**
 * Reasons of the events by which a kubelet tells that conditions changed; none of a node without any.
 *
 * @param before - the status as it was; absent: a node that is new, all of whose conditions are.
 * @see Source: kubernetes 1.36 `pkg/kubelet/nodestatus/setters.go`, `ReadyCondition`, `MemoryPressureCondition`.
 */
export function conditionEvents(before: NodeStatus | undefined): readonly string[] {
  const isNew = before === undefined;
  return CONDITIONS.filter(({ type, status }) => {
    const old = before?.conditions?.find((condition) => condition.type === type);
    return isNew || (old !== undefined && old.status !== status);
  }).flatMap(({ type }) => CONDITION_EVENTS[type] ?? []);
}

type NodeCondition = NonNullable<NodeStatus['conditions']>[number];

function nodeConditions(
  before: readonly NodeCondition[],
  nowMs: EpochMs,
): readonly NodeCondition[] {
  return CONDITIONS.map((condition) => heartbeat(condition, before, kubeTime(nowMs)));
}

function heartbeat(
  condition: Condition,
  before: readonly NodeCondition[],
  now: KubeTime,
): NodeCondition {
  const old = before.find((candidate) => candidate.type === condition.type);
  const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
  return { ...condition, lastHeartbeatTime: now, lastTransitionTime: since ?? now };
}
