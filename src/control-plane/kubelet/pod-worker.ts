/** One pod on a node, from the moment it is bound until it is gone. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Container, ContainerStatus, Pod } from '../../core/objects.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type { EventRecorder, EventType } from '../event-recorder.js';
import { MAPPED_PORTS_ANNOTATION, formatMappedPorts } from '../mapped-ports.js';
import type { PodRuntime, PodSandbox } from '../pod-runtime.js';
import { PODS } from '../resources.js';
import { containerEnvironment } from './container-environment.js';
import type { ContainerContext, ContainerSetup } from './container-context.js';
import { ContainerWorker } from './container-worker.js';
import type { NodeLimits } from './downward-api.js';
import { podStatus } from './pod-status.js';
import { PodVolumeWorker } from './pod-volume-worker.js';
import { containerMounts, volumeContent } from './pod-volumes.js';
import type { ReferencedData } from './referenced-data.js';
import { initRole } from './restart-rules.js';
import type { ContainerRole } from './restart-rules.js';
import type { KubeletSettings } from './settings.js';

/** What all pods of a kubelet share. */
export interface PodWorkerOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly runtime: PodRuntime;
  readonly recorder: EventRecorder;
  readonly settings: KubeletSettings;
  readonly nodeLimits: NodeLimits;
  readonly referenced: ReferencedData;
}

/** Why the pod comes to its end. */
type End =
  /** All containers ended for good, or an init container failed for good. */
  | { readonly kind: 'done' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };

const DEFAULT_GRACE_SECONDS = 30;
/** Of a uid, read as a number. */
const UID_DIGITS = 8;
/** @see Source: kubernetes `pkg/util/goroutinemap/exponentialbackoff`: between attempts to mount. */
const MOUNT_RETRY = { initialMs: 500, maximumMs: 122_000 };
/** @see Source: kubernetes 1.36 `pkg/kubelet/active_deadline.go`. */
const DEADLINE_EXCEEDED = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/**
 * Takes a pod through its life: volumes, sandbox, init containers and sidecars one after the other,
 * containers, status, graceful end. Everything runs from the clock, never inside a write of somebody
 * else.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `computePodActions`,
 *   `SyncPod`; `pkg/kubelet/kubelet.go`, `SyncTerminatingPod`.
 */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #startedAtMs: EpochMs;
  readonly #volumes: PodVolumeWorker;
  /** What was told of the containers before the pod was taken on. */
  readonly #before: readonly ContainerStatus[];
  #pod: Pod;
  #sandbox: PodSandbox | undefined;
  #podIP: string | undefined;
  #init: readonly ContainerWorker[] = [];
  #containers: readonly ContainerWorker[] = [];
  #hasInitialized = false;
  #end: End | undefined;
  #stopSeconds: number | undefined;
  #isFinal = false;
  #isClosed = false;
  #mountDelayMs = MOUNT_RETRY.initialMs;
  #cancelSync: Cancel | undefined;
  #cancelStart: Cancel | undefined;
  #cancelDeadline: Cancel | undefined;

  constructor(pod: Pod, options: PodWorkerOptions) {
    this.#pod = pod;
    const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
    this.#before = [...initContainerStatuses, ...containerStatuses];
    this.#options = options;
    const { clock, settings, nodeLimits, referenced } = options;
    this.#startedAtMs = clock.now();
    this.#volumes = new PodVolumeWorker({
      clock,
      refreshMs: settings.volumeRefreshMs,
      pod: () => this.#pod,
      make: (volume) => volumeContent(volume, { pod: this.#pod, nodeLimits, referenced }),
      onFault: (name, message) =>
        this.#event(
          'Warning',
          'FailedMount',
          `MountVolume.SetUp failed for volume "${name}" : ${message}`,
        ),
    });
    this.#cancelStart = clock.after(0, () => this.#admit());
  }

  /** The pod as the API now has it. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#changed();
    const { labels, annotations } = before.metadata;
    if (labels !== pod.metadata.labels || annotations !== pod.metadata.annotations) {
      this.#volumes.changed();
    }
    if (before.spec === pod.spec) return;
    if (before.spec.activeDeadlineSeconds !== pod.spec.activeDeadlineSeconds) this.#armDeadline();
    this.#redefine();
  }

  /** The pod after a time in which nothing passed: what was written meanwhile is written again. */
  resync(pod: Pod): void {
    this.update(pod);
    if (!this.#isClosed && this.#isFinal) this.#writeStatus();
    this.#changed();
  }

  /** An object has changed that files may come from: `configmap/NAME` or `secret/NAME`. */
  referenceChanged(namespace: string, object: string): void {
    if (namespace !== this.#pod.metadata.namespace) return;
    if (this.#volumes.refersTo(object)) this.#volumes.changed();
  }

  /** Ends everything of the pod at once, without a word to the API. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelSync?.();
    this.#leave();
  }

  #admit(): void {
    const { clock, settings } = this.#options;
    if (isFinished(this.#pod)) {
      this.#isFinal = true;
      this.#sync();
      return;
    }
    this.#writeStatus();
    this.#armDeadline();
    this.#cancelStart = clock.after(startDelayMs(this.#pod, settings), () => this.#open());
    if (this.#isDeleted()) this.#changed();
  }

  #open(): void {
    if (this.#end !== undefined || this.#isDeleted()) return;
    const contents = this.#volumes.gather();
    if (contents === undefined) {
      this.#retryOpen();
      return;
    }
    const sandbox = this.#sandbox ?? this.#options.runtime.openPod(this.#pod);
    this.#sandbox = sandbox;
    if (!this.#volumes.mount(sandbox, contents)) {
      this.#retryOpen();
      return;
    }
    if (this.#before.some(({ containerID }) => containerID !== undefined)) {
      const changed = 'Pod sandbox changed, it will be killed and re-created.';
      this.#event('Normal', 'SandboxChanged', changed);
    }
    this.#podIP = sandbox.podIP;
    if (sandbox.mappedPorts.size > 0) this.#annotatePorts(sandbox);
    const context = this.#context(sandbox);
    const worker = (container: Container, role: ContainerRole): ContainerWorker =>
      new ContainerWorker(container, context, role);
    const { initContainers = [], containers } = this.#pod.spec;
    this.#init = initContainers.map((each) => worker(each, initRole(each)));
    this.#containers = containers.map((each) => worker(each, 'main'));
    this.#startNext();
    this.#changed();
  }

  #retryOpen(): void {
    this.#cancelStart = this.#options.clock.after(this.#mountDelayMs, () => this.#open());
    this.#mountDelayMs = Math.min(this.#mountDelayMs * 2, MOUNT_RETRY.maximumMs);
  }

  #context(sandbox: PodSandbox): ContainerContext {
    const { clock, settings, recorder } = this.#options;
    return {
      clock,
      settings,
      sandbox,
      pod: () => this.#pod,
      before: (name) => this.#before.find((status) => status.name === name),
      isEnding: () => this.#end !== undefined || this.#isDeleted(),
      setup: (container) => this.#setup(container, sandbox),
      event: (container, { type, reason, message }) => {
        const list = this.#init.some((each) => each.container === container)
          ? 'initContainers'
          : 'containers';
        const subject = { object: this.#pod, fieldPath: `spec.${list}{${container.name}}` };
        recorder.event(subject, type, reason, message, clock.now());
      },
      changed: () => this.#changed(),
    };
  }

  #setup(container: Container, sandbox: PodSandbox): ContainerSetup {
    const { runtime, nodeLimits, referenced } = this.#options;
    const environment = containerEnvironment({
      pod: this.#pod,
      container,
      addresses: { podIP: sandbox.podIP, hostIP: runtime.hostIP },
      nodeLimits,
      referenced,
    });
    if (environment.kind === 'unresolved') return environment;
    const mounts = containerMounts(container, environment.values);
    if (typeof mounts === 'string') return { kind: 'unresolved', message: mounts };
    return { kind: 'resolved', env: environment.values, mounts };
  }

  /**
   * Starts what is next: init containers each after the one before it has succeeded, or, for a sidecar,
   * has started; then the containers, each after the first start of the one before.
   */
  #startNext(): void {
    for (const init of this.#hasInitialized ? [] : this.#init) {
      if (init.isUntouched) init.start();
      const isThrough = init.role === 'sidecar' ? init.isStarted : init.finalExitCode === 0;
      if (!isThrough) return;
    }
    this.#hasInitialized = true;
    for (const container of this.#containers) {
      if (container.isUntouched) container.start();
      if (!container.isLaunched) return;
    }
  }

  #redefine(): void {
    const { initContainers = [], containers } = this.#pod.spec;
    for (const worker of [...this.#init, ...this.#containers]) {
      const list = worker.role === 'main' ? containers : initContainers;
      const container = list.find(({ name }) => name === worker.container.name);
      if (container !== undefined) worker.redefine(container);
    }
  }

  #isDeleted(): boolean {
    return this.#pod.metadata.deletionTimestamp !== undefined;
  }

  #armDeadline(): void {
    this.#cancelDeadline?.();
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (activeDeadlineSeconds === undefined || this.#isFinal) return;
    const { clock } = this.#options;
    const startMs = kubeTimeMs(this.#pod.status?.startTime) ?? this.#startedAtMs;
    const leftMs = Math.max(0, startMs + activeDeadlineSeconds * 1_000 - clock.now());
    this.#cancelDeadline = clock.after(leftMs, () => {
      if (this.#end !== undefined || this.#isDeleted()) return;
      const told = 'Pod was active on the node longer than specified deadline';
      this.#event('Normal', DEADLINE_EXCEEDED.reason, told);
      this.#end = { kind: 'failed', ...DEADLINE_EXCEEDED };
      this.#changed();
    });
  }

  /** Asks for one `#sync` after all that happens at this instant. */
  #changed(): void {
    if (this.#cancelSync !== undefined || this.#isClosed) return;
    this.#cancelSync = this.#options.clock.after(0, () => {
      this.#cancelSync = undefined;
      this.#sync();
    });
  }

  #sync(): void {
    if (this.#isDeleted()) this.#end ??= { kind: 'deleted' };
    if (this.#end === undefined && this.#sandbox !== undefined && !this.#isFinal) {
      this.#startNext();
      if (this.#isDone()) this.#end = { kind: 'done' };
      else this.#writeStatus();
    }
    if (this.#end !== undefined) this.#goOnEnding();
  }

  /** Whether nothing that the pod is for will run any more; sidecars do not count. */
  #isDone(): boolean {
    const isDone = this.#containers.every((each) => each.finalExitCode !== undefined);
    const hasFailedInit = this.#init.some(
      (each) => each.role === 'init' && (each.finalExitCode ?? 0) !== 0,
    );
    return isDone || hasFailedInit;
  }

  /** Ends whatever runs; after that the last status is written, and a deleted pod is removed. */
  #goOnEnding(): void {
    this.#cancelStart?.();
    this.#stopAll(this.#graceSeconds());
    if ([...this.#init, ...this.#containers].some((container) => container.isRunning)) {
      this.#writeStatus();
      return;
    }
    if (!this.#isFinal) {
      this.#isFinal = true;
      this.#leave();
      this.#writeStatus();
    }
    if (this.#isDeleted()) this.#remove();
  }

  #graceSeconds(): number {
    const { metadata, spec } = this.#pod;
    return (
      metadata.deletionGracePeriodSeconds ??
      spec.terminationGracePeriodSeconds ??
      DEFAULT_GRACE_SECONDS
    );
  }

  /** Sidecars have their `preStop` with the others, but end in reverse after them. */
  #stopAll(graceSeconds: number): void {
    const isShorter = this.#stopSeconds === undefined || graceSeconds < this.#stopSeconds;
    const sidecars = this.#init.filter(({ role }) => role === 'sidecar');
    if (isShorter) {
      this.#stopSeconds = graceSeconds;
      for (const each of [...this.#containers, ...this.#init]) {
        each.stop({ graceSeconds, isHeld: each.role === 'sidecar' });
      }
    }
    if (this.#containers.some((container) => container.isRunning)) return;
    for (const sidecar of sidecars.reverse()) {
      sidecar.release();
      if (sidecar.isRunning) return;
    }
  }

  #remove(): void {
    if (this.#stored() === undefined) return;
    const { name, namespace = '' } = this.#pod.metadata;
    this.#options.api.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0 });
  }

  /** Gives the pod's place back; only its status stays. */
  #leave(): void {
    this.#cancelStart?.();
    this.#cancelDeadline?.();
    this.#volumes.close();
    for (const container of [...this.#init, ...this.#containers]) container.dispose();
    this.#sandbox?.close();
    this.#sandbox = undefined;
  }

  /** The pod as it is stored; absent when it is gone, also when another has its name. */
  #stored(): Pod | undefined {
    const { uid, name, namespace = '' } = this.#pod.metadata;
    const pod = this.#options.api.get(PODS, { namespace, name });
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  #event(type: EventType, reason: string, message: string): void {
    const { recorder, clock } = this.#options;
    recorder.event(this.#pod, type, reason, message, clock.now());
  }

  #writeStatus(): void {
    const { api, clock, runtime } = this.#options;
    const pod = this.#stored();
    if (pod === undefined) return;
    const end = this.#end;
    const status = podStatus(
      pod,
      {
        hostIP: runtime.hostIP,
        podIP: this.#podIP,
        hasSandbox: this.#sandbox !== undefined,
        containers: this.#statuses(this.#containers, pod.spec.containers),
        initContainers: this.#statuses(this.#init, pod.spec.initContainers ?? []),
        isTerminal: this.#isFinal,
        startedAtMs: this.#startedAtMs,
        ...(end?.kind === 'failed' && this.#isFinal
          ? { failure: { reason: end.reason, message: end.message } }
          : {}),
      },
      clock.now(),
    );
    const object: Pod = { ...pod, status };
    this.#pod = api.update(PODS, object, { subresource: 'status' });
  }

  #statuses(
    workers: readonly ContainerWorker[],
    containers: readonly Container[],
  ): readonly ContainerStatus[] {
    if (workers.length > 0) {
      const statuses = workers.map((worker) => worker.status());
      const isCutShort = this.#end !== undefined && this.#end.kind !== 'done';
      return this.#isFinal && isCutShort ? statuses.map(endedStatus) : statuses;
    }
    const hasInit = (this.#pod.spec.initContainers ?? []).length > 0;
    return containers.map((container) => ({
      imageID: '',
      restartCount: 0,
      lastState: {},
      ...this.#before.find(({ name }) => name === container.name),
      name: container.name,
      image: container.image,
      ready: false,
      started: false,
      state: { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } },
    }));
  }

  #annotatePorts(sandbox: PodSandbox): void {
    const { api } = this.#options;
    const pod = this.#stored();
    if (pod === undefined) return;
    const annotations = {
      ...pod.metadata.annotations,
      [MAPPED_PORTS_ANNOTATION]: formatMappedPorts(sandbox.mappedPorts),
    };
    this.#pod = api.update(PODS, { ...pod, metadata: { ...pod.metadata, annotations } });
  }
}

/** A pod's own part of the jitter comes from its uid, which is random and the same however often it is asked. */
function startDelayMs({ metadata }: Pod, settings: KubeletSettings): number {
  const { podStartDelayMs, podStartJitterMs } = settings;
  const digits = (metadata.uid ?? '').slice(0, UID_DIGITS);
  const part = /^[0-9a-f]{8}$/.test(digits) ? Number.parseInt(digits, 16) / 16 ** UID_DIGITS : 0;
  return podStartDelayMs + part * podStartJitterMs;
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/status/status_manager.go`, `TerminatePod`. */
function endedStatus(status: ContainerStatus): ContainerStatus {
  if (status.state?.terminated !== undefined) return status;
  const terminated = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
  };
  return { ...status, ready: false, started: false, state: { terminated } };
}
