/**
 * Everything of an embedded cluster on virtual time but its processes: the real control plane, kubelet,
 * metrics-server and HPA controller, `manifests/` as they are, and pods that share a given CPU use.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_HPA_SETTINGS } from '../../src/autoscaling/hpa/settings.js';
import { ApiMachinery } from '../../src/control-plane/api-machinery/api-machinery.js';
import { ControllerManager } from '../../src/control-plane/controller-manager.js';
import { allControllers } from '../../src/control-plane/controllers/all-controllers.js';
import { HorizontalPodAutoscalerController } from '../../src/control-plane/controllers/horizontal-pod-autoscaler.js';
import { Kubelet } from '../../src/control-plane/kubelet/kubelet.js';
import { MetricsServer } from '../../src/control-plane/metrics/metrics-server.js';
import type { ContainerUsage } from '../../src/control-plane/pod-runtime.js';
import {
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  NAMESPACES,
  PODS,
  SERVICE_ACCOUNTS,
  SERVICES,
  type Resource,
} from '../../src/control-plane/resources.js';
import { createSystemNamespaces } from '../../src/control-plane/system-namespaces.js';
import type { KubeObject, Pod } from '../../src/core/objects.js';
import { seededRandom } from '../../src/core/random.js';
import { defaultEmbeddedSettings } from '../../src/experiment/complete-embedded.js';
import { parseManifests, prepareManifests } from '../../src/experiment/manifests.js';
import type { ManifestPatch } from '../../src/experiment/experiment.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import { FakePodRuntime } from './fake-pod-runtime.js';

const MANIFESTS = join(import.meta.dirname, '../../manifests');
const NAMESPACE = 'lab';
const FILES = ['serviceaccount.yaml', 'service.yaml', 'deployment.yaml', 'hpa.yaml'];
const RESOURCES: readonly Resource[] = [
  SERVICE_ACCOUNTS,
  SERVICES,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
];
/** How finely use is added up. */
const TICK_MS = 250;
const LIMIT_MILLICORES = 500;
/** What a start costs before the pod is ready. */
const START_CPU_MS = 400;

/** A change of size, in ms from the load's step. */
export interface Rescale {
  readonly atMs: number;
  readonly to: number;
}

/** What became of one run. */
export interface ModelledRun {
  readonly rescales: readonly Rescale[];
  /** For each pod that was added after the start: created to ready, ms. */
  readonly readyAfterMs: readonly number[];
  /** From a container's start until its pod first had a metric, ms. */
  readonly firstMetricAfterMs: readonly number[];
}

/** How a run is. */
export interface ModelledRunOptions {
  readonly seed: number;
  /** CPU that requests take, millicores, at ms from the step (negative: before). */
  readonly loadMillicores: (ms: number) => number;
  /**
   * When the two loops are, ms after the step: a sync of the HPA controller and a scrape of
   * metrics-server. Absent: anywhere, from the seed.
   */
  readonly phases?: { readonly syncMs: number; readonly scrapeMs: number };
  /** How long after the step is looked. */
  readonly forMs: number;
  readonly patches?: readonly ManifestPatch[];
}

/** Deploys, waits a minute and up to 15 s more, steps the load, and looks. */
export function modelledRun(options: ModelledRunOptions): ModelledRun {
  const random = seededRandom(options.seed);
  const clock = new VirtualClock(Date.UTC(2026, 10, 23, 6) + random.child('start').below(1_000));
  const api = new ApiMachinery({ clock, random: random.child('api') });
  const settings = defaultEmbeddedSettings();
  const delays = random.child('delays');
  // a process is there some tens of milliseconds after it was asked for
  const scripts = { 'sample-service': { startMs: 20 + delays.below(100) } };
  const runtime = new FakePodRuntime(clock, scripts);
  const period = settings.hpaController.syncPeriodMs;
  const { syncMs = random.child('step').below(period), scrapeMs } = options.phases ?? {};
  // the HPA is made now, and synced each period from now on
  const stepMs = clock.now() + 5 * period - syncMs;
  const usage = new SharedUse(api, clock, (nowMs) => options.loadMillicores(nowMs - stepMs));
  const metrics = new MetricsServer({
    api,
    clock,
    random,
    usage,
    resolutionMs: settings.metricsResolutionMs,
  });
  const rescales: Rescale[] = [];
  const hpa = new HorizontalPodAutoscalerController({
    api,
    metrics,
    settings: { ...DEFAULT_HPA_SETTINGS, ...settings.hpaController },
    onDecision: ({ decision }) => {
      const { kind, atMs, toReplicas } = decision;
      if (kind === 'rescale' && toReplicas !== undefined) {
        rescales.push({ atMs: atMs - stepMs, to: toReplicas });
      }
    },
  });
  const controllers = [...allControllers(api), hpa];
  const manager = new ControllerManager({ api, clock, controllers });
  const kubelet = new Kubelet({
    api,
    clock,
    runtime,
    node: NODE,
    settings: {
      ...(settings.crashLoopBackOff === undefined
        ? {}
        : { crashLoopBackOff: settings.crashLoopBackOff }),
      ...(settings.delays === undefined
        ? {}
        : {
            podStartDelayMs: settings.delays.podStartMs,
            podStartJitterMs: settings.delays.podStartJitterMs,
            relistDelayMs: settings.delays.containerSeenMs,
          }),
    },
  });
  const pods = new PodTimes(api, clock, stepMs);
  createSystemNamespaces(api);
  api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  manager.start();
  kubelet.start();
  usage.start();
  const scrapeAtMs = scrapeMs === undefined ? 0 : stepMs + scrapeMs - clock.now() - metrics.phaseMs;
  clock.after(scrapeAtMs % settings.metricsResolutionMs, () => metrics.start());
  for (const object of manifests(options.patches ?? [])) create(api, object);
  const endMs = stepMs + options.forMs;
  while (clock.now() < endMs) {
    clock.advance(1_000);
    pods.look(metrics.podMetrics(NAMESPACE).map(({ metadata }) => metadata.name));
  }
  kubelet.stop();
  manager.stop();
  metrics.stop();
  return {
    rescales,
    readyAfterMs: pods.readyAfterMs(),
    firstMetricAfterMs: pods.firstMetricAfterMs(),
  };
}

const NODE = {
  name: 'lab',
  capacity: { cpuMillicores: 8_000, memoryBytes: 16 * 1024 ** 3, pods: 110 },
  address: '10.0.0.1',
  operatingSystem: 'linux',
  architecture: 'amd64',
  kubeletVersion: 'v1.36.0',
} as const;

function manifests(patches: readonly ManifestPatch[]): readonly KubeObject[] {
  const files = FILES.map((name) => ({
    path: name,
    text: readFileSync(join(MANIFESTS, name), 'utf8'),
  }));
  const parsed = parseManifests(files);
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
  const prepared = prepareManifests(parsed.objects, { namespace: NAMESPACE, patches, labels: {} });
  if (prepared.kind === 'faults') throw new Error(prepared.faults.join('\n'));
  return prepared.objects.filter(({ kind }) => kind !== 'Namespace');
}

function create(api: ApiMachinery, object: KubeObject): void {
  const resource = RESOURCES.find(({ kind }) => kind === object.kind);
  if (resource === undefined)
    throw new Error(`expected a kind that is deployed, got ${object.kind}`);
  api.create(resource, object);
}

/** CPU of the load, evenly over the ready pods and at most their limit, as counters. */
class SharedUse {
  readonly #api: ApiMachinery;
  readonly #clock: VirtualClock;
  readonly #loadAt: (nowMs: number) => number;
  readonly #cpuMs = new Map<string, number>();

  constructor(api: ApiMachinery, clock: VirtualClock, loadAt: (nowMs: number) => number) {
    this.#api = api;
    this.#clock = clock;
    this.#loadAt = loadAt;
  }

  start(): void {
    const running = this.#running();
    const ready = running.filter(isReady);
    for (const pod of running) {
      const uid = pod.metadata.uid ?? '';
      const share = ready.includes(pod) ? this.#loadAt(this.#clock.now()) / ready.length : 0;
      const before = this.#cpuMs.get(uid) ?? START_CPU_MS;
      this.#cpuMs.set(uid, before + (Math.min(share, LIMIT_MILLICORES) * TICK_MS) / 1_000);
    }
    this.#clock.after(TICK_MS, () => this.start());
  }

  readUsage(): readonly ContainerUsage[] {
    return this.#running().flatMap((pod) => {
      const uid = pod.metadata.uid ?? '';
      const startedAt = startedAtMs(pod);
      if (startedAt === undefined) return [];
      return [
        {
          podUid: uid,
          container: 'sample-service',
          startedAtMs: startedAt,
          cpuMs: this.#cpuMs.get(uid) ?? START_CPU_MS,
          memoryBytes: 64 * 1024 ** 2,
        },
      ];
    });
  }

  #running(): readonly Pod[] {
    return this.#api
      .list(PODS, { namespace: NAMESPACE })
      .items.filter((pod) => pod.status?.phase === 'Running');
  }
}

function isReady({ metadata, status }: Pod): boolean {
  const conditions = status?.conditions ?? [];
  return (
    metadata.deletionTimestamp === undefined &&
    conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')
  );
}

function startedAtMs(pod: Pod): number | undefined {
  const startedAt = pod.status?.containerStatuses?.[0]?.state?.running?.startedAt;
  return startedAt === undefined ? undefined : Date.parse(startedAt);
}

/** When pods were created, ran, became ready and were first measured, by our own clock. */
class PodTimes {
  readonly #clock: VirtualClock;
  readonly #stepMs: number;
  readonly #created = new Map<string, number>();
  readonly #started = new Map<string, number>();
  readonly #ready = new Map<string, number>();
  readonly #measured = new Map<string, number>();

  constructor(api: ApiMachinery, clock: VirtualClock, stepMs: number) {
    this.#clock = clock;
    this.#stepMs = stepMs;
    api.watch(PODS, ({ type, object }) => {
      const { name } = object.metadata;
      if (type === 'ADDED') this.#note(this.#created, name);
      if (object.status?.phase === 'Running') this.#note(this.#started, name);
      if (isReady(object)) this.#note(this.#ready, name);
    });
  }

  look(measured: readonly string[]): void {
    for (const name of measured) this.#note(this.#measured, name);
  }

  readyAfterMs(): readonly number[] {
    return this.#between(this.#created, this.#ready);
  }

  firstMetricAfterMs(): readonly number[] {
    return this.#between(this.#started, this.#measured);
  }

  #note(times: Map<string, number>, name: string): void {
    if (!times.has(name)) times.set(name, this.#clock.now());
  }

  /** Of the pods that were created after the step. */
  #between(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): readonly number[] {
    return [...this.#created].flatMap(([name, createdMs]) => {
      const start = from.get(name);
      const end = to.get(name);
      if (createdMs < this.#stepMs || start === undefined || end === undefined) return [];
      return [end - start];
    });
  }
}
