/** The virtual nodes of an embedded cluster: a kubelet for each, all on this machine. */
import {
  availableParallelism,
  release as osRelease,
  totalmem,
  version as osVersion,
} from 'node:os';
import type { KubeApi } from '../../control-plane/api.js';
import { NodeKubelets } from '../../control-plane/kubelet/node-kubelets.js';
import type { NodeDescription } from '../../control-plane/kubelet/node-object.js';
import type { PodRuntime } from '../../control-plane/pod-runtime.js';
import type { EmbeddedSettings, NodeSettings } from '../../experiment/experiment.js';
import type { Clock } from '../../time/clock.js';
import { kubeletSettings } from '../../control-plane/kubelet/kubelet-settings.js';

/** Version that nodes tell: the Kubernetes whose behavior is followed. */
const KUBERNETES_VERSION = 'v1.36.0';
const DEFAULT_NODE: NodeSettings = { name: 'hpa-lab', pods: 110, labels: {}, taints: [] };

/** What this machine has, in Kubernetes CPUs. */
export interface MachineCapacity {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/** What the machine has at a scale (real cores that one Kubernetes CPU is). */
export function machineCapacity(cpuScale: number): MachineCapacity {
  return {
    cpuMillicores: Math.floor((1_000 * availableParallelism()) / cpuScale),
    memoryBytes: totalmem(),
  };
}

/** What nodes need. */
export interface EmbeddedNodesOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly runtime: PodRuntime;
  readonly settings: Pick<EmbeddedSettings, 'nodes' | 'delays' | 'crashLoopBackOff'>;
  readonly machine: MachineCapacity;
  /** Nodes that are not there at first: see `NodeKubelets`. */
  readonly lateNodes: ReadonlyMap<string, number>;
}

/** The nodes that settings ask for, each with its kubelet, from `start` to `stop`. */
export class EmbeddedNodes extends NodeKubelets {
  /** What the nodes are. */
  readonly descriptions: readonly NodeDescription[];

  constructor({ api, clock, runtime, settings, machine, lateNodes }: EmbeddedNodesOptions) {
    const address = runtime.hostIP;
    const descriptions = nodeDescriptions(settings.nodes, { machine, address });
    super({
      api,
      clock,
      places: descriptions.map((node) => ({ node, runtime })),
      settings: kubeletSettings(settings),
      lateNodes,
    });
    this.descriptions = descriptions;
  }
}

/** The nodes that settings ask for; one of the machine's size when they ask for none. */
export function nodeDescriptions(
  nodes: readonly NodeSettings[] = [DEFAULT_NODE],
  at: { readonly machine: MachineCapacity; readonly address: string },
): readonly NodeDescription[] {
  const { machine, address } = at;
  const share = {
    cpuMillicores: Math.floor(machine.cpuMillicores / nodes.length),
    memoryBytes: Math.floor(machine.memoryBytes / nodes.length),
  };
  return nodes.map(({ name, labels, taints, pods, cpuMillicores, memoryBytes }) => ({
    name,
    labels,
    taints,
    capacity: {
      cpuMillicores: cpuMillicores ?? share.cpuMillicores,
      memoryBytes: memoryBytes ?? share.memoryBytes,
      pods,
    },
    address,
    operatingSystem: process.platform,
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    kubeletVersion: KUBERNETES_VERSION,
    info: {
      osImage: osVersion(),
      kernelVersion: osRelease(),
      containerRuntimeVersion: `process://${process.versions.node}`,
    },
  }));
}

/** What nodes promise beyond what the machine has, in sentences. */
export function overbooked(
  descriptions: readonly NodeDescription[],
  machine: MachineCapacity,
): readonly string[] {
  const cpu = descriptions.reduce((sum, { capacity }) => sum + capacity.cpuMillicores, 0);
  const memory = descriptions.reduce((sum, { capacity }) => sum + capacity.memoryBytes, 0);
  return [
    ...(cpu > machine.cpuMillicores
      ? [
          `the nodes have ${cpu}m of CPU together, but this machine has ${machine.cpuMillicores}m: pods may get less than they ask for`,
        ]
      : []),
    ...(memory > machine.memoryBytes
      ? ['the nodes have more memory together than this machine has']
      : []),
  ];
}
