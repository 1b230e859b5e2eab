/** One pod on a node, from the moment it is bound until it is gone. */
import type { Container, ContainerStatus, Pod } from '../../core/objects.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type { EventRecorder } from '../event-recorder.js';
import { MAPPED_PORTS_ANNOTATION, formatMappedPorts } from '../mapped-ports.js';
import type { PodRuntime, PodSandbox } from '../pod-runtime.js';
import { PODS } from '../resources.js';
import { containerEnvironment } from './container-environment.js';
import type { NodeLimits, ReferencedData } from './container-environment.js';
import { ContainerWorker } from './container-worker.js';
import type { ContainerContext } from './container-worker.js';
import { podStatus } from './pod-status.js';
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

const DEFAULT_GRACE_SECONDS = 30;

/**
 * Takes a pod through its life: sandbox, init containers one after the other, containers, status,
 * graceful end. Everything runs from the clock, never inside a write of somebody else.
 *
 * The place for what comes with other lifecycle features: sidecars and `postStart` in
 * `#startNext`, `preStop` in `#terminate`.
 */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #startedAtMs: EpochMs;
  #pod: Pod;
  #sandbox: PodSandbox | undefined;
  #podIP: string | undefined;
  #init: readonly ContainerWorker[] = [];
  #containers: readonly ContainerWorker[] = [];
  #hasStartedContainers = false;
  #terminatingSeconds: number | undefined;
  #isFinal = false;
  #isClosed = false;
  #cancelSync: Cancel | undefined;
  #cancelStart: Cancel | undefined;

  constructor(pod: Pod, options: PodWorkerOptions) {
    this.#pod = pod;
    this.#options = options;
    this.#startedAtMs = options.clock.now();
    this.#cancelStart = options.clock.after(0, () => this.#admit());
  }

  /** The pod as the API now has it. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#changed();
  }

  /** As `update`, and writes the status again: what was written meanwhile may not have arrived. */
  resync(pod: Pod): void {
    this.#pod = pod;
    if (this.#containers.length > 0) this.#writeStatus();
    this.#changed();
  }

  /** Ends everything of the pod at once, without a word to the API. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelSync?.();
    this.#cancelStart?.();
    this.#disposeContainers();
    this.#sandbox?.close();
  }

  #admit(): void {
    const { clock, settings } = this.#options;
    if (isFinished(this.#pod)) {
      this.#isFinal = true;
      this.#sync();
      return;
    }
    this.#writeStatus();
    this.#cancelStart = clock.after(settings.podStartDelayMs, () => this.#open());
    if (this.#isTerminating()) this.#changed();
  }

  #open(): void {
    if (this.#isTerminating()) return;
    const sandbox = this.#options.runtime.openPod(this.#pod);
    this.#sandbox = sandbox;
    this.#podIP = sandbox.podIP;
    if (sandbox.mappedPorts.size > 0) this.#annotatePorts(sandbox);
    const context = this.#context(sandbox);
    const worker = (container: Container, isInit: boolean): ContainerWorker =>
      new ContainerWorker(container, context, { isInit });
    this.#init = (this.#pod.spec.initContainers ?? []).map((each) => worker(each, true));
    this.#containers = this.#pod.spec.containers.map((each) => worker(each, false));
    this.#startNext();
    this.#changed();
  }

  #context(sandbox: PodSandbox): ContainerContext {
    const { api: _, runtime, recorder, nodeLimits, referenced, ...rest } = this.#options;
    return {
      ...rest,
      sandbox,
      pod: () => this.#pod,
      isTerminating: () => this.#isTerminating(),
      environment: (container) =>
        containerEnvironment({
          pod: this.#pod,
          container,
          addresses: { podIP: sandbox.podIP, hostIP: runtime.hostIP },
          nodeLimits,
          referenced,
        }),
      event: (container, { type, reason, message }) => {
        const list = this.#init.some((each) => each.container === container)
          ? 'initContainers'
          : 'containers';
        const subject = { object: this.#pod, fieldPath: `spec.${list}{${container.name}}` };
        recorder.event(subject, type, reason, message, this.#options.clock.now());
      },
      changed: () => this.#changed(),
    };
  }

  /** Starts the first init container that has not run, or, after all of them, the containers. */
  #startNext(): void {
    if (this.#hasStartedContainers) return;
    for (const init of this.#init) {
      if (init.finalExitCode === 0) continue;
      if (init.isUntouched) init.start();
      return;
    }
    this.#hasStartedContainers = true;
    for (const container of this.#containers) container.start();
  }

  #isTerminating(): boolean {
    return this.#pod.metadata.deletionTimestamp !== undefined;
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
    if (this.#isTerminating()) {
      this.#terminate();
      return;
    }
    if (this.#isFinal || this.#sandbox === undefined) return;
    this.#startNext();
    this.#finishIfDone();
    this.#writeStatus();
  }

  /** A pod whose containers all ended for good keeps its status and gives its place back. */
  #finishIfDone(): void {
    const isDone = this.#containers.every((each) => each.finalExitCode !== undefined);
    const hasFailedInit = this.#init.some((each) => (each.finalExitCode ?? 0) !== 0);
    if (!isDone && !hasFailedInit) return;
    this.#isFinal = true;
    this.#disposeContainers();
    this.#sandbox?.close();
    this.#sandbox = undefined;
  }

  #terminate(): void {
    this.#cancelStart?.();
    const graceSeconds =
      this.#pod.metadata.deletionGracePeriodSeconds ??
      this.#pod.spec.terminationGracePeriodSeconds ??
      DEFAULT_GRACE_SECONDS;
    const all = [...this.#init, ...this.#containers];
    if (this.#terminatingSeconds === undefined || graceSeconds < this.#terminatingSeconds) {
      this.#terminatingSeconds = graceSeconds;
      for (const container of all) container.stop({ graceSeconds });
    }
    const isRunning = all.some((container) => container.isRunning);
    if (!isRunning && !this.#isFinal) {
      this.#isFinal = true;
      this.#disposeContainers();
      this.#sandbox?.close();
      this.#sandbox = undefined;
      this.#writeStatus();
    } else if (isRunning) {
      this.#writeStatus();
      return;
    }
    if (this.#stored() === undefined) return;
    const { name, namespace = '' } = this.#pod.metadata;
    this.#options.api.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0 });
  }

  /** The pod as it is stored; absent when it is gone, also when another has its name. */
  #stored(): Pod | undefined {
    const { uid, name, namespace = '' } = this.#pod.metadata;
    const pod = this.#options.api.get(PODS, { namespace, name });
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  #disposeContainers(): void {
    for (const container of [...this.#init, ...this.#containers]) container.dispose();
  }

  #writeStatus(): void {
    const { api, clock, runtime } = this.#options;
    const pod = this.#stored();
    if (pod === undefined) return;
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
      return this.#isFinal && this.#isTerminating() ? statuses.map(endedStatus) : statuses;
    }
    const hasInit = (this.#pod.spec.initContainers ?? []).length > 0;
    return containers.map((container) => ({
      name: container.name,
      image: container.image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state: { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } },
      lastState: {},
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
