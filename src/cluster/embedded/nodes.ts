/** The virtual nodes of an embedded cluster: a kubelet for each, all on this machine. */
import {
  availableParallelism,
  release as osRelease,
  totalmem,
  version as osVersion,
} from 'node:os';
import type { KubeApi } from '../../control-plane/api.js';
import { Kubelet } from '../../control-plane/kubelet/kubelet.js';
import type { NodeDescription } from '../../control-plane/kubelet/node-object.js';
import type { KubeletSettings } from '../../control-plane/kubelet/settings.js';
import type { PodRuntime } from '../../control-plane/pod-runtime.js';
import { NODES } from '../../control-plane/resources.js';
import type { EmbeddedSettings, NodeSettings } from '../../experiment/experiment.js';
import type { Cancel, Clock } from '../../time/clock.js';

/**
 * A Node with this annotation is at fault as its value says, until it is taken off again: for learning,
 * by `kubectl annotate node NAME hpa-lab.dev/fault=off`.
 *
 * `off`: switched off, its processes are gone. `cut-off`: its network is cut; its processes go on, but
 * nobody hears of them. Any other value is no fault.
 */
export const NODE_FAULT_ANNOTATION = 'hpa-lab.dev/fault';

type NodeFault = 'off' | 'cut-off' | 'none';

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
}

/** Runs a kubelet for each node from `start` to `stop`. */
export class EmbeddedNodes {
  /** What the nodes are. */
  readonly descriptions: readonly NodeDescription[];
  readonly #options: EmbeddedNodesOptions;
  readonly #kubelets = new Map<string, Kubelet>();
  readonly #faults = new Map<string, NodeFault>();
  #cancelWatch: Cancel | undefined;

  constructor(options: EmbeddedNodesOptions) {
    this.#options = options;
    const { settings, machine, runtime } = options;
    this.descriptions = nodeDescriptions(settings.nodes, { machine, address: runtime.hostIP });
  }

  /** Registers the nodes and takes on pods. */
  start(): void {
    for (const description of this.descriptions) this.#startKubelet(description);
    this.#cancelWatch = this.#options.api.watch(NODES, ({ type, object }) => {
      const { name, annotations } = object.metadata;
      if (type !== 'DELETED') this.#follow(name, faultOf(annotations?.[NODE_FAULT_ANNOTATION]));
    });
  }

  /** Ends all pods; what the API knows of them stays as it is. */
  stop(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
    for (const kubelet of this.#kubelets.values()) kubelet.stop();
    this.#kubelets.clear();
  }

  /** Whether a node is neither cut off nor switched off; one that is not ours is no less reachable. */
  isReachable(name: string): boolean {
    return (this.#faults.get(name) ?? 'none') === 'none';
  }

  /** Takes a node away or brings it back; after, and never within, the write that asked for it. */
  #follow(name: string, fault: NodeFault): void {
    const isKnown = this.descriptions.some((one) => one.name === name);
    if (!isKnown || (this.#faults.get(name) ?? 'none') === fault) return;
    this.#faults.set(name, fault);
    this.#options.clock.after(0, () => this.#apply(name));
  }

  #apply(name: string): void {
    const description = this.descriptions.find((one) => one.name === name);
    if (this.#cancelWatch === undefined || description === undefined) return;
    const fault = this.#faults.get(name);
    const kubelet = this.#kubelets.get(name);
    if (fault === 'off') {
      kubelet?.stop();
      this.#kubelets.delete(name);
      return;
    }
    if (kubelet === undefined) this.#startKubelet(description);
    else if (fault !== 'cut-off') kubelet.reconnect();
    if (fault === 'cut-off') this.#kubelets.get(name)?.disconnect();
  }

  #startKubelet(node: NodeDescription): void {
    const { api, clock, runtime, settings } = this.#options;
    const kubelet = new Kubelet({
      api,
      clock,
      runtime,
      node,
      settings: kubeletSettings(settings),
    });
    this.#kubelets.set(node.name, kubelet);
    kubelet.start();
  }
}

function faultOf(value: string | undefined): NodeFault {
  return value === 'off' || value === 'cut-off' ? value : 'none';
}

function kubeletSettings({
  delays,
  crashLoopBackOff,
}: EmbeddedNodesOptions['settings']): Partial<KubeletSettings> {
  return {
    ...(crashLoopBackOff === undefined ? {} : { crashLoopBackOff }),
    ...(delays === undefined
      ? {}
      : {
          podStartDelayMs: delays.podStartMs,
          podStartJitterMs: delays.podStartJitterMs,
          relistDelayMs: delays.containerSeenMs,
        }),
  };
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
