/** A small Kubernetes in this process: control plane, API server, one node of real processes. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { HpaSyncRecord } from '../../control-plane/controllers/horizontal-pod-autoscaler.js';
import { HorizontalPodAutoscalerController } from '../../control-plane/controllers/horizontal-pod-autoscaler.js';
import { ApiMachinery } from '../../control-plane/api-machinery/api-machinery.js';
import type { ApiMachineryOptions } from '../../control-plane/api-machinery/machinery-options.js';
import { ControllerManager } from '../../control-plane/controller-manager.js';
import { allControllers } from '../../control-plane/controllers/all-controllers.js';
import { KubernetesServiceController } from '../../control-plane/controllers/kubernetes-service.js';
import { RootCaPublisher } from '../../control-plane/controllers/root-ca-publisher.js';
import { reconcileFailureText } from '../../control-plane/reconcile-failure-text.js';
import { FaultInjector } from '../../control-plane/faults/fault-injector.js';
import type { ChangingMetrics } from '../../control-plane/faults/held-back-metrics.js';
import { DEFAULT_HOUSEKEEPING } from '../../control-plane/metrics/housekeeping.js';
import { MetricsServer } from '../../control-plane/metrics/metrics-server.js';
import type { UsageSource } from '../../control-plane/pod-runtime.js';
import type { WatchEvent } from '../../control-plane/api.js';
import type { ApiAddress } from '../../control-plane/kubernetes-service.js';
import { PODS, type Resource } from '../../control-plane/resources.js';
import { kindsWithLimits } from '../../control-plane/not-enforced.js';
import { createSystemNamespaces } from '../../control-plane/system-namespaces.js';
import type { KubeObject } from '../../core/objects.js';
import { lateNodes, type PlannedFault } from '../../core/planned-fault.js';
import { seededRandom, type Random } from '../../core/random.js';
import type { EmbeddedSettings } from '../../experiment/experiment.js';
import type { Clock } from '../../time/clock.js';
import type { Environment } from '../../timeline/record.js';
import { ApiServer, type ApiEndpoint } from './api-server.js';
import { backOffNote } from './back-off-note.js';
import { builtInImages } from './built-in-images.js';
import type { CpuScale } from './cpu-scale.js';
import { cpuScaleOf } from './deployed-cpu-scale.js';
import { writeTargets } from './exposition-targets.js';
import { KUBECONFIG_CONTEXT, writeKubeconfig } from './kubeconfig.js';
import { placeKubeconfig } from './kubeconfig-file.js';
import { EmbeddedNodes, machineCapacity, overbooked } from './nodes.js';
import type { MachineCapacity } from './nodes.js';
import { NodeReach } from './node-reach.js';
import { podMetricsOf, type PodMetrics } from './pod-metrics.js';
import { ProcessRuntime } from './process-runtime/process-runtime.js';
import { RunGuard } from './run-guard/run-guard.js';
import { ServiceProxy } from './service-proxy/service-proxy.js';
import { ServiceProxySync } from './service-proxy-sync.js';

/** What a cluster is started with. */
export interface EmbeddedClusterOptions {
  readonly settings: EmbeddedSettings;
  readonly seed: number;
  readonly clock: Clock;
  /** Where image commands run; absent: this process's directory. */
  readonly workingDirectory?: string;
  /** Where the kubeconfig is written, absolute; absent: into the run's own temporary folder. */
  readonly kubeconfigPath?: string;
  /** Folder in which a Prometheus is told where the cluster is; absent: none is. */
  readonly prometheusTargets?: string;
  /** What will be deployed: the CPU scale is chosen so that it fits. */
  readonly objects: readonly KubeObject[];
  /** What will go wrong; absent: nothing. */
  readonly faults?: readonly PlannedFault[];
}

/** What a report must know of the cluster; the header's `environment.embedded` and `missing`. */
export type EmbeddedFacts = NonNullable<Environment['embedded']> & {
  readonly missing: readonly string[];
};

/** Upstream's 5 s protect against caches that lag, which this store has none of. */
const NAMESPACE_LOOK_MS = 100;

/** Runs until stopped; everything it starts ends with it, however this process ends. */
export class EmbeddedCluster {
  readonly kubeconfigPath: string;
  readonly context = KUBECONFIG_CONTEXT;
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Names of the nodes. */
  readonly nodeNames: readonly string[];
  readonly facts: EmbeddedFacts;
  /** The kernel's view of every pod. */
  readonly usage: UsageSource;
  /** Names of the pods that exist or existed, by uid. */
  readonly podNames: ReadonlyMap<string, string>;
  /** Makes what will go wrong happen. */
  readonly faults: FaultInjector;
  readonly #parts: Parts;
  readonly #listeners: Listeners;
  #stopping: Promise<void> | undefined;

  /**
   * Starts everything; the API answers when this resolves.
   *
   * @throws {LabError} `ADDRESS_IN_USE`, `CLUSTER_FAILED`. Nothing is left running then.
   */
  static async start(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
    const guard = RunGuard.start();
    const undo: (() => unknown)[] = [() => guard.close()];
    try {
      return await build(options, guard, undo);
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
  }

  constructor(parts: Parts, facts: EmbeddedFacts, listeners: Listeners) {
    this.#parts = parts;
    this.#listeners = listeners;
    this.facts = facts;
    this.kubeconfigPath = parts.kubeconfigPath;
    this.url = parts.url;
    this.nodeNames = parts.nodes.descriptions.map(({ name }) => name);
    this.usage = parts.runtime;
    const names = new Map<string, string>();
    parts.api.watch(PODS, ({ object }) => {
      names.set(object.metadata.uid ?? '', object.metadata.name);
    });
    this.podNames = names;
    this.faults = parts.faults;
  }

  /** Calls `listener` for each decision of the HPA controller, as plain JSON. */
  onDecision(listener: (name: string, record: HpaSyncRecord) => void): void {
    this.#listeners.decision = listener;
  }

  /** Calls `listener` for each change of an object of a resource, in order. */
  onChange<T extends KubeObject>(
    resource: Resource<T>,
    listener: (event: WatchEvent<T>) => void,
  ): void {
    this.#parts.api.watch(resource, listener);
  }

  /** Calls `listener` when a part fails and is tried again: something a reader of the run should know. */
  onFailure(listener: (text: string) => void): void {
    this.#listeners.failure = listener;
  }

  /** `http://address:port` of a Service from this machine. */
  serviceUrl(namespace: string, name: string): Promise<string> {
    return this.#parts.proxySync.url(namespace, name);
  }

  /** Ends every pod, every helper process and the API; nothing is left. Calling it again waits too. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { manager, nodes, scraper, podMetrics, proxySync, proxy, server, runtime, guard } =
      this.#parts;
    this.#parts.removeKubeconfig();
    this.#parts.removeTargets();
    proxySync.stop();
    manager.stop();
    scraper.stop();
    podMetrics?.loop.stop();
    nodes.stop();
    await Promise.all([runtime.close(), proxy.stop(), server.stop()]);
    guard.close();
  }
}

interface Listeners {
  decision: (name: string, record: HpaSyncRecord) => void;
  failure: (text: string) => void;
}

interface Parts {
  readonly guard: RunGuard;
  readonly api: ApiMachinery;
  readonly runtime: ProcessRuntime;
  readonly manager: ControllerManager;
  readonly nodes: EmbeddedNodes;
  readonly faults: FaultInjector;
  readonly metrics: ChangingMetrics;
  readonly scraper: MetricsServer;
  readonly podMetrics: PodMetrics | undefined;
  readonly proxy: ServiceProxy;
  readonly proxySync: ServiceProxySync;
  readonly server: ApiServer;
  readonly kubeconfigPath: string;
  readonly removeKubeconfig: () => void;
  readonly removeTargets: () => void;
  readonly url: string;
}

/** Writes the kubeconfig; what it gives back removes it (in the run's own folder it goes with that). */
function kubeconfigAt(
  path: string | undefined,
  { guard, endpoint }: { readonly guard: RunGuard; readonly endpoint: ApiEndpoint },
): () => void {
  if (path !== undefined) return placeKubeconfig(path, endpoint);
  writeKubeconfig(join(guard.directory, 'kubeconfig'), endpoint);
  return () => undefined;
}

function targetsAt(
  folder: string | undefined,
  { endpoint, nodes }: { readonly endpoint: ApiEndpoint; readonly nodes: EmbeddedNodes },
): () => void {
  if (folder === undefined) return () => undefined;
  const nodeNames = nodes.descriptions.map(({ name }) => name);
  return writeTargets(folder, { ...endpoint, nodeNames });
}

/** @param undo - gets what must be undone, in order, should a later step fail. */
async function build(
  options: EmbeddedClusterOptions,
  guard: RunGuard,
  undo: (() => unknown)[],
): Promise<EmbeddedCluster> {
  const { clock, settings } = options;
  const random = seededRandom(options.seed);
  const listeners: Listeners = { decision: () => undefined, failure: () => undefined };
  const proxy = new ServiceProxy({
    clock,
    seed: random.child('service-proxy').below(2 ** 31),
    onFailed: (error) => listeners.failure(error.message),
  });
  undo.push(() => proxy.stop());
  // a process starts while the rest is made ready; what fails meanwhile is told where it is waited for
  const proxyStarted = proxy.start();
  proxyStarted.catch(() => undefined);
  const cpuScale = cpuScaleOf(options);
  const runtime = await startRuntime(options, { guard, random, cpuScale });
  undo.push(() => runtime.close());
  const apiRandom = random.child('api');
  const api = new ApiMachinery({ clock, random: apiRandom, ...apiSettings(runtime) });
  createSystemNamespaces(api);
  const machine = machineCapacity(cpuScale.scale);
  const { faults, nodes } = nodesWithFaults(options, { api, runtime, machine });
  const isReachable = (name: string): boolean => nodes.isReachable(name);
  const reach = new NodeReach({ api, isReachable, address: runtime.hostIP });
  const scraped = (name: string): boolean => !faults.isMetricsOut && isReachable(name);
  const scraper = metricsServer(options, { api, runtime, random, isReachable: scraped });
  const metrics = faults.metrics(scraper);
  const onFailure = (text: string): void => listeners.failure(text);
  const base = { api, clock, random, onFailure, isReachable };
  const podMetrics = podMetricsOf(settings.podMetrics, base);
  const server = apiServer({ api, clock, metrics, podMetrics, reach, runtime, onFailure });
  undo.push(() => server.stop());
  const [, endpoint] = await Promise.all([proxyStarted, server.start({ port: settings.apiPort })]);
  const kubeconfigPath = options.kubeconfigPath ?? join(guard.directory, 'kubeconfig');
  const removeKubeconfig = kubeconfigAt(options.kubeconfigPath, { guard, endpoint });
  undo.push(removeKubeconfig);
  const removeTargets = targetsAt(options.prometheusTargets, { endpoint, nodes });
  undo.push(removeTargets);
  const proxySync = serviceProxySync(options, { api, proxy, runtime });
  const at = { address: runtime.hostIP, port: Number(new URL(endpoint.url).port) };
  const { caPem } = endpoint;
  const manager = controllerManager(options, { api, metrics, podMetrics, listeners, caPem, at });
  const running = { guard, runtime, faults, manager, nodes, metrics, scraper, podMetrics };
  const served = { api, proxy, proxySync, server };
  const facts = factsOf(runtime, cpuScale, notesOf(nodes, machine, settings));
  const cluster = new EmbeddedCluster(
    { ...running, ...served, kubeconfigPath, removeKubeconfig, removeTargets, url: endpoint.url },
    facts,
    listeners,
  );
  manager.start();
  nodes.start();
  scraper.start();
  podMetrics?.loop.start();
  proxySync.start();
  return cluster;
}

/** The nodes, and what makes them and their pods fail where that is planned. */
function nodesWithFaults(
  { clock, settings, faults: planned = [] }: EmbeddedClusterOptions,
  of: {
    readonly api: ApiMachinery;
    readonly runtime: ProcessRuntime;
    readonly machine: MachineCapacity;
  },
): { readonly faults: FaultInjector; readonly nodes: EmbeddedNodes } {
  const { api, machine } = of;
  const faults = new FaultInjector({ api, clock, planned });
  const runtime = faults.runtime(of.runtime);
  const late = lateNodes(planned);
  const nodes = new EmbeddedNodes({ api, clock, runtime, settings, machine, lateNodes: late });
  return { faults, nodes };
}

function apiServer(
  of: Pick<Parts, 'api' | 'metrics' | 'podMetrics' | 'runtime'> & {
    readonly clock: Clock;
    readonly reach: NodeReach;
    readonly onFailure: (text: string) => void;
  },
): ApiServer {
  const { api, clock, metrics, podMetrics, reach, runtime, onFailure } = of;
  return new ApiServer({
    api,
    clock,
    metrics,
    ...(podMetrics === undefined ? {} : { named: podMetrics.named }),
    logs: reach.logsThrough(runtime.logs),
    exposition: { usage: runtime, requireNode: (name) => reach.requireNode(name) },
    containers: runtime,
    requireReach: (pod) => reach.requirePod(pod),
    onError: (error) => onFailure(`the API server failed: ${String(error)}`),
  });
}

function serviceProxySync(
  { clock, settings }: EmbeddedClusterOptions,
  of: {
    readonly api: ApiMachinery;
    readonly proxy: ServiceProxy;
    readonly runtime: ProcessRuntime;
  },
): ServiceProxySync {
  const { api, proxy, runtime } = of;
  return new ServiceProxySync({
    api,
    clock,
    proxy,
    ...(settings.delays === undefined ? {} : { gatherMs: settings.delays.endpointsMs }),
    ...(runtime.addresses === undefined ? { sharedAddress: runtime.hostIP } : {}),
  });
}

function metricsServer(
  { clock, settings: { metricsResolutionMs: resolutionMs } }: EmbeddedClusterOptions,
  of: {
    readonly api: ApiMachinery;
    readonly runtime: ProcessRuntime;
    readonly random: Random;
    readonly isReachable: (nodeName: string) => boolean;
  },
): MetricsServer {
  const { api, runtime, random, isReachable } = of;
  return new MetricsServer({
    api,
    clock,
    random,
    isReachable,
    usage: runtime,
    resolutionMs,
    // A real node samples every 10 to 20 s; a faster metrics API would show it the same sample twice.
    ...(resolutionMs < DEFAULT_HOUSEKEEPING.intervalMs ? { housekeeping: 'at-scrape' } : {}),
  });
}

function controllerManager(
  { clock, settings }: EmbeddedClusterOptions,
  of: {
    readonly api: ApiMachinery;
    readonly metrics: ChangingMetrics;
    readonly podMetrics: PodMetrics | undefined;
    readonly listeners: Listeners;
    readonly caPem: string;
    readonly at: ApiAddress;
  },
): ControllerManager {
  const { api, metrics, podMetrics, listeners, caPem, at } = of;
  const hpa = new HorizontalPodAutoscalerController({
    api,
    metrics,
    ...(podMetrics === undefined ? {} : { named: podMetrics.named }),
    settings: settings.hpaController,
    onDecision: (record) => listeners.decision(record.name, record),
  });
  return new ControllerManager({
    api,
    clock,
    controllers: [
      ...allControllers(api, { namespaceLookPeriodMs: NAMESPACE_LOOK_MS }),
      new RootCaPublisher(api, caPem),
      new KubernetesServiceController(api, at),
      hpa,
    ],
    onError: (failure) => {
      const text = reconcileFailureText(failure);
      if (text !== undefined) listeners.failure(text);
    },
  });
}

function startRuntime(
  { clock, settings, workingDirectory }: EmbeddedClusterOptions,
  with_: { readonly guard: RunGuard; readonly random: Random; readonly cpuScale: CpuScale },
): Promise<ProcessRuntime> {
  return ProcessRuntime.start({
    clock,
    random: with_.random.child('runtime'),
    guard: with_.guard,
    images: { ...builtInImages(), ...settings.images },
    cpuScale: with_.cpuScale.scale,
    addresses: settings.addresses,
    cpuLimits: settings.cpuLimits,
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
  });
}

/**
 * Clients are warned of what has no effect here. Services get loopback addresses of a block of their own,
 * where pods have addresses.
 */
function apiSettings({
  addresses,
}: ProcessRuntime): Pick<ApiMachineryOptions, 'kinds' | 'serviceCidr'> {
  const kinds = kindsWithLimits();
  if (addresses === undefined) return { kinds };
  return { kinds, serviceCidr: `${addresses.takeBlock()}.0/24` };
}

/** What a reader of the run should know of its nodes. */
function notesOf(
  { descriptions }: EmbeddedNodes,
  machine: MachineCapacity,
  settings: EmbeddedSettings,
): readonly string[] {
  return [...overbooked(descriptions, machine), ...backOffNote(settings)];
}

function factsOf(
  runtime: ProcessRuntime,
  cpuScale: CpuScale,
  more: readonly string[],
): EmbeddedFacts {
  const { cpuLimits, cpuLimitsBecause, cpuUsageFrom, addresses, missing } = runtime.abilities;
  return {
    cpuScale: cpuScale.scale,
    cpuScaleBecause: cpuScale.because,
    cpuLimits,
    cpuLimitsBecause,
    cpuUsageFrom,
    addresses,
    nodeCpus: availableParallelism() / cpuScale.scale,
    missing: [...missing, ...more],
  };
}
