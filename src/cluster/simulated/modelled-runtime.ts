/** Containers as models: the simulated cluster's `PodRuntime` and `UsageSource`. */
import type { Pod } from '../../core/objects.js';
import type { Random } from '../../core/random.js';
import type { ServiceModel } from '../../core/service-model.js';
import type {
  ContainerUsage,
  PodRuntime,
  PodSandbox,
  ReadableContainer,
  UsageSource,
} from '../../control-plane/pod-runtime.js';
import type { Clock } from '../../time/clock.js';
import { CpuDrift } from './cpu-drift.js';
import { ModelledContainer } from './modelled-container.js';
import type { ModelledService } from './modelled-service.js';
import { NodeAgents } from './node-agents.js';
import { NodeCpus } from './node-cpus.js';

/** How a runtime is made. */
export interface ModelledRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly model: ServiceModel;
  /** CPUs of the node. */
  readonly cpus: number;
  /** Of the node: pods get the addresses `10.244.<number>.*`. */
  readonly number: number;
  /** All pods of the cluster by address: a new one is added, one that is gone taken out. */
  readonly pods: Map<string, ModelledPod>;
}

/** A pod in the model. */
export interface ModelledPod {
  readonly name: string;
  readonly uid: string;
  readonly containers: ReadonlySet<ModelledContainer>;
}

const NO_PORTS: ReadonlyMap<number, number> = new Map();

/** The pods of one node. */
export class ModelledRuntime implements PodRuntime, UsageSource {
  readonly hostIP: string;
  readonly #options: ModelledRuntimeOptions;
  readonly #node: NodeCpus;
  readonly #agents: NodeAgents;
  readonly #drift: CpuDrift;
  readonly #containers = new Set<ModelledContainer>();
  #addresses = 0;
  /** Of the running containers; absent when others run since. */
  #readable: readonly ReadableContainer[] | undefined;

  constructor(options: ModelledRuntimeOptions) {
    this.#options = options;
    this.#node = new NodeCpus(options.cpus);
    const { model, clock, random } = options;
    this.#agents = new NodeAgents({
      clock,
      random: random.child('agents'),
      node: this.#node,
      containerStartCpuMs: model.containerStartCpuMs,
    });
    this.#drift = new CpuDrift(model.request.drift, clock, random.child('cpu-drift'));
    this.hostIP = `10.0.0.${options.number + 1}`;
  }

  openPod(pod: Pod): PodSandbox {
    const { number, pods, random, clock, model } = this.#options;
    const podIP = podAddress(number, this.#addresses++);
    const uid = pod.metadata.uid ?? '';
    const containers = new Set<ModelledContainer>();
    this.#agents.startContainer();
    pods.set(podIP, { name: pod.metadata.name, uid, containers });
    return {
      podIP,
      mappedPorts: NO_PORTS,
      imageFault: () => undefined,
      setVolume: () => undefined,
      startContainer: (start) => {
        this.#agents.startContainer();
        const container = new ModelledContainer({
          clock,
          random: random.child(`${pod.metadata.name}/${start.container.name}/${start.attempt}`),
          model,
          node: this.#node,
          drift: this.#drift,
          start,
          podUid: uid,
          podIP,
          onStarted: () => (this.#readable = undefined),
          onGone: () => {
            this.#readable = undefined;
            containers.delete(container);
            this.#containers.delete(container);
          },
        });
        containers.add(container);
        this.#containers.add(container);
        return container;
      },
      close: () => {
        for (const container of containers) container.close();
        pods.delete(podIP);
      },
    };
  }

  readable(): readonly ReadableContainer[] {
    this.#readable ??= [...this.#containers].flatMap((container) => container.readable ?? []);
    return this.#readable;
  }

  readUsage(): readonly ContainerUsage[] {
    const all: ContainerUsage[] = [];
    for (const container of this.#containers) {
      const usage = container.usage();
      if (usage !== undefined) all.push(usage);
    }
    return all;
  }
}

/** What listens at an address; absent when nothing does. */
export function serviceAt(
  pods: ReadonlyMap<string, ModelledPod>,
  address: string,
): { readonly pod: ModelledPod; readonly service: ModelledService } | undefined {
  const pod = pods.get(address);
  if (pod === undefined) return undefined;
  for (const { service } of pod.containers) {
    if (service?.isListening === true) return { pod, service };
  }
  return undefined;
}

/** The n-th address of a node, `10.244.<node>.1` first; after 254 pods the next block. */
function podAddress(node: number, index: number): string {
  const block = node + Math.floor(index / 254) * 16;
  return `10.${244 + Math.floor(block / 256)}.${block % 256}.${(index % 254) + 1}`;
}
