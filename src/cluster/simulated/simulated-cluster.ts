/** A small Kubernetes on virtual time: the embedded cluster's control plane, with modelled pods. */
import { ApiMachinery } from '../../control-plane/api-machinery/api-machinery.js';
import type { KubeApi } from '../../control-plane/api.js';
import { ControllerManager } from '../../control-plane/controller-manager.js';
import { allControllers } from '../../control-plane/controllers/all-controllers.js';
import { reconcileFailureText } from '../../control-plane/reconcile-failure-text.js';
import {
  HorizontalPodAutoscalerController,
  type HpaSyncRecord,
} from '../../control-plane/controllers/horizontal-pod-autoscaler.js';
import { FaultInjector } from '../../control-plane/faults/fault-injector.js';
import type { ChangingMetrics } from '../../control-plane/faults/held-back-metrics.js';
import { NodeKubelets } from '../../control-plane/kubelet/node-kubelets.js';
import type { NodeDescription } from '../../control-plane/kubelet/node-object.js';
import { DEFAULT_HOUSEKEEPING } from '../../control-plane/metrics/housekeeping.js';
import { MetricsServer } from '../../control-plane/metrics/metrics-server.js';
import type {
  ContainerUsage,
  ReadableContainer,
  UsageSource,
} from '../../control-plane/pod-runtime.js';
import { PODS } from '../../control-plane/resources.js';
import { createSystemNamespaces } from '../../control-plane/system-namespaces.js';
import { lateNodes, type PlannedFault } from '../../core/planned-fault.js';
import { seededRandom, type Random } from '../../core/random.js';
import type { ServiceModel } from '../../core/service-model.js';
import type { EmbeddedSettings, NodeSettings } from '../../experiment/experiment.js';
import type { VirtualClock } from '../../time/virtual-clock.js';
import { kubeletSettings } from '../../control-plane/kubelet/kubelet-settings.js';
import { ModelledRuntime, type ModelledPod } from './modelled-runtime.js';
import type { LoadSender } from '../../load/sender.js';
import { isBatched, type RequestModelling } from './batch-plan.js';
import { BatchSender } from './batch-sender.js';
import { ModelledSender } from './modelled-sender.js';
import { ServiceRouter } from './service-router.js';
import { SimulatedTarget } from './simulated-target.js';

/** What a cluster is made from. */
export interface SimulatedClusterOptions {
  readonly clock: VirtualClock;
  /** Of the control plane; what concerns processes and addresses has no meaning here. */
  readonly settings: EmbeddedSettings;
  readonly model: ServiceModel;
  readonly seed: number;
  /** Whether requests are modelled one by one or in batches; absent: as is worthwhile. */
  readonly requests?: RequestModelling;
  /** What will go wrong; absent: nothing. */
  readonly faults?: readonly PlannedFault[];
  /** How often pod metrics are told to who watches them, ms; absent: whenever they change. */
  readonly metricsToldMs?: number;
}

/** Upstream's 5 s protect against caches that lag, which this store has none of. */
const NAMESPACE_LOOK_MS = 100;
/** Where the experiment names no nodes: one on which everything fits. */
const DEFAULT_NODES: readonly NodeSettings[] = [
  { name: 'simulated', pods: 5_000, labels: {}, taints: [] },
];
const DEFAULT_CPU_MILLICORES = 1_000_000;
const DEFAULT_MEMORY_BYTES = 4 * 1024 ** 4;

/** Stands from its making until `stop`; time passes only as its clock is told to. */
export class SimulatedCluster {
  /** The cluster as the harness sees it. */
  readonly target: SimulatedTarget;
  /** Sends load at its Services. */
  readonly sender: LoadSender;
  readonly usage: UsageSource;
  /** Names of the pods that exist or existed, by uid. */
  readonly podNames: ReadonlyMap<string, string>;
  /** Makes what will go wrong happen. */
  readonly faults: FaultInjector;
  readonly #stops: (() => void)[] = [];
  #onDecision: (name: string, record: HpaSyncRecord) => void = () => undefined;
  #onFailure: (text: string) => void = () => undefined;

  constructor(options: SimulatedClusterOptions) {
    const { clock, settings, faults: planned = [] } = options;
    const random = seededRandom(options.seed);
    const api = new ApiMachinery({ clock, random: random.child('api'), hasFieldOwners: false });
    createSystemNamespaces(api);
    const pods = new Map<string, ModelledPod>();
    const nodes = nodesOf(options, { random: random.child('runtime'), pods });
    this.usage = usageOf(nodes.map(({ runtime }) => runtime));
    this.faults = new FaultInjector({ api, clock, planned });
    const kubelets = new NodeKubelets({
      api,
      clock,
      places: nodes.map(({ node, runtime }) => ({ node, runtime: this.faults.runtime(runtime) })),
      settings: kubeletSettings(settings),
      lateNodes: lateNodes(planned),
    });
    const isReachable = (name: string): boolean =>
      !this.faults.isMetricsOut && kubelets.isReachable(name);
    const server = metricsServer(options, { api, random, usage: this.usage, isReachable });
    const metrics = this.faults.metrics(server);
    const router = new ServiceRouter({
      api,
      clock,
      pods,
      random: random.child('service-proxy'),
      gatherMs: settings.delays?.endpointsMs,
    });
    this.podNames = podNames(api);
    this.target = new SimulatedTarget({
      api,
      clock,
      metrics,
      router,
      metricsToldMs: options.metricsToldMs ?? 0,
    });
    this.sender = senderOf(options, { router, random: random.child('load') });
    const manager = this.#controllerManager(options, { api, metrics });
    manager.start();
    kubelets.start();
    server.start();
    router.start();
    this.#stops.push(
      () => router.stop(),
      () => manager.stop(),
      () => server.stop(),
      () => kubelets.stop(),
    );
  }

  /** Calls `listener` for each decision of the HPA controller, as plain JSON. */
  onDecision(listener: (name: string, record: HpaSyncRecord) => void): void {
    this.#onDecision = listener;
  }

  /** Calls `listener` when a part fails and is tried again. */
  onFailure(listener: (text: string) => void): void {
    this.#onFailure = listener;
  }

  /** Ends everything: nothing more is due on the clock but what others put there. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #controllerManager(
    { clock, settings }: SimulatedClusterOptions,
    of: { readonly api: KubeApi; readonly metrics: ChangingMetrics },
  ): ControllerManager {
    const { api, metrics } = of;
    const hpa = new HorizontalPodAutoscalerController({
      api,
      metrics,
      settings: settings.hpaController,
      onDecision: (record) => this.#onDecision(record.name, record),
    });
    return new ControllerManager({
      api,
      clock,
      controllers: [...allControllers(api, { namespaceLookPeriodMs: NAMESPACE_LOOK_MS }), hpa],
      onError: (failure) => {
        const text = reconcileFailureText(failure);
        if (text !== undefined) this.#onFailure(text);
      },
    });
  }
}

function senderOf(
  { clock, model, requests = 'auto' }: SimulatedClusterOptions,
  of: { readonly router: ServiceRouter; readonly random: Random },
): LoadSender {
  const { networkMs } = model;
  return {
    send: (plan, options) => {
      const Sender = isBatched(plan, requests) ? BatchSender : ModelledSender;
      return new Sender({ clock, model, networkMs, ...of }).send(plan, options);
    },
  };
}

interface SimulatedNode {
  readonly node: NodeDescription;
  readonly runtime: ModelledRuntime;
}

function nodesOf(
  { clock, settings, model }: SimulatedClusterOptions,
  with_: { readonly random: Random; readonly pods: Map<string, ModelledPod> },
): readonly SimulatedNode[] {
  const { nodes = DEFAULT_NODES } = settings;
  return nodes.map(({ name, labels, taints, pods, cpuMillicores, memoryBytes }, number) => {
    const capacity = {
      cpuMillicores: cpuMillicores ?? DEFAULT_CPU_MILLICORES,
      memoryBytes: memoryBytes ?? DEFAULT_MEMORY_BYTES,
      pods,
    };
    const runtime = new ModelledRuntime({
      clock,
      random: with_.random.child(name),
      model,
      cpus: capacity.cpuMillicores / 1_000,
      number,
      pods: with_.pods,
    });
    const node = {
      name,
      labels,
      taints,
      capacity,
      address: runtime.hostIP,
      operatingSystem: 'linux',
      architecture: 'amd64',
      kubeletVersion: 'v1.36.0',
    };
    return { node, runtime };
  });
}

function metricsServer(
  { clock, settings: { metricsResolutionMs: resolutionMs } }: SimulatedClusterOptions,
  of: {
    readonly api: KubeApi;
    readonly random: Random;
    readonly usage: UsageSource;
    readonly isReachable: (nodeName: string) => boolean;
  },
): MetricsServer {
  return new MetricsServer({
    ...of,
    clock,
    resolutionMs,
    hasNodeMetrics: false,
    // as in the embedded cluster: a faster metrics API would show a real node's sample twice
    ...(resolutionMs < DEFAULT_HOUSEKEEPING.intervalMs ? { housekeeping: 'at-scrape' } : {}),
  });
}

function usageOf(sources: readonly ModelledRuntime[]): UsageSource {
  const [only] = sources;
  if (only !== undefined && sources.length === 1) return only;
  let parts: readonly (readonly ReadableContainer[])[] = [];
  let all: readonly ReadableContainer[] = [];
  return {
    readUsage: (): readonly ContainerUsage[] => sources.flatMap((source) => source.readUsage()),
    readable: () => {
      const now = sources.map((source) => source.readable());
      if (now.every((part, index) => part === parts[index])) return all;
      parts = now;
      all = now.flat();
      return all;
    },
  };
}

function podNames(api: KubeApi): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  api.watch(PODS, ({ object }) => {
    names.set(object.metadata.uid ?? '', object.metadata.name);
  });
  return names;
}
