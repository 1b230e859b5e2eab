/** One container of a pod over all its restarts: started, probed, killed, started again. */
import { kubeTime } from '../../core/kube-time.js';
import type { Container, ContainerState, ContainerStatus, Pod } from '../../core/objects.js';
import { goDuration } from '../../core/go-duration.js';
import type { ProbeKind } from '../../probe/probe-state.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import type { EventType } from '../event-recorder.js';
import type { ContainerEvent, PodSandbox, RunningContainer } from '../pod-runtime.js';
import { backOffRemainingMs, nextBackOff } from './back-off.js';
import type { BackOff } from './back-off.js';
import type { Environment } from './container-environment.js';
import { isRestarted } from './pod-phase.js';
import { ProbeWorker } from './probe-worker.js';
import type { KubeletSettings } from './settings.js';

/** What a container worker needs of its pod. */
export interface ContainerContext {
  readonly clock: Clock;
  readonly settings: KubeletSettings;
  readonly sandbox: PodSandbox;
  readonly pod: () => Pod;
  readonly isTerminating: () => boolean;
  readonly environment: (container: Container) => Environment;
  readonly event: (container: Container, event: ContainerReport) => void;
  /** Something that the status shows, or that the pod waits for, changed. */
  readonly changed: () => void;
}

/** What stands in an Event about a container. */
interface ContainerReport {
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

interface Run {
  readonly container: RunningContainer;
  startedAtMs: EpochMs | undefined;
  containerID: string | undefined;
}

type Ended = NonNullable<ContainerState['terminated']>;

const DEFAULT_GRACE_SECONDS = 30;
/** @see Source: kubernetes 1.36 `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `minimumGracePeriodInSeconds`. */
const MINIMUM_GRACE_SECONDS = 2;
/** After this the kubelet's next look at a failed image shows the back-off instead of the error. */
const IMAGE_ERROR_SHOWN_MS = 1_000;
/** @see Source: kubernetes 1.36 `pkg/kubelet/kubelet.go`, `backOffPeriod`: between failed syncs of a pod. */
const CONFIG_RETRY_MS = 10_000;
const NOT_PROBED_INIT: readonly ProbeKind[] = [];
const PROBED: readonly ProbeKind[] = ['startup', 'readiness', 'liveness'];

/** Life of one container. `isInit` containers run once, unprobed, and are restarted only on failure. */
export class ContainerWorker {
  readonly container: Container;
  readonly #isInit: boolean;
  readonly #context: ContainerContext;
  readonly #probes: ReadonlyMap<ProbeKind, ProbeWorker>;
  #state: ContainerState;
  #lastEnded: Ended | undefined;
  #containerID: string | undefined;
  #isTouched = false;
  #starts = 0;
  #run: Run | undefined;
  #crashBackOff: BackOff | undefined;
  #imageBackOff: BackOff | undefined;
  #cancelRetry: Cancel | undefined;
  #cancelRelist: Cancel | undefined;
  #killAtMs: EpochMs | undefined;
  #cancelKill: Cancel | undefined;

  constructor(container: Container, context: ContainerContext, options: { isInit: boolean }) {
    this.container = container;
    this.#context = context;
    this.#isInit = options.isInit;
    const hasInit = (context.pod().spec.initContainers ?? []).length > 0;
    this.#state = { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } };
    this.#probes = this.#probeWorkers(options.isInit ? NOT_PROBED_INIT : PROBED);
  }

  /** Whether it was never started. */
  get isUntouched(): boolean {
    return !this.#isTouched;
  }

  /** Whether something of it runs, or is being started. */
  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Exit code once it has ended for good; absent while it runs or will run again. */
  get finalExitCode(): number | undefined {
    const code = this.#state.terminated?.exitCode;
    return code === undefined || this.#restarts(code) ? undefined : code;
  }

  /** The container's part of the pod status. */
  status(): ContainerStatus {
    const isStarted = this.#isStarted();
    const isReady = this.#isInit
      ? this.#state.terminated?.exitCode === 0
      : isStarted && this.#isProbedReady();
    return {
      name: this.container.name,
      image: this.container.image,
      imageID: this.#containerID === undefined ? '' : this.container.image,
      ...(this.#containerID === undefined ? {} : { containerID: this.#containerID }),
      ready: isReady,
      started: isStarted,
      restartCount: Math.max(0, this.#starts - 1),
      state: this.#state,
      lastState: this.#lastEnded === undefined ? {} : { terminated: this.#lastEnded },
    };
  }

  /** Starts the container and the tickers of its probes. */
  start(): void {
    this.#isTouched = true;
    for (const probe of this.#probes.values()) probe.start();
    this.#launch();
  }

  /**
   * Asks the container to end: SIGTERM, and SIGKILL after the grace period. A shorter grace than
   * that of an earlier call wins. Whatever was waiting to start does not.
   */
  stop(options: { readonly graceSeconds: number; readonly message?: string }): void {
    this.#cancelRetry?.();
    const run = this.#run;
    if (run === undefined) return;
    const { clock } = this.#context;
    const graceMs = Math.max(options.graceSeconds, MINIMUM_GRACE_SECONDS) * 1_000;
    const killAtMs = clock.now() + graceMs;
    if (this.#killAtMs === undefined) {
      const message = options.message ?? `Stopping container ${this.container.name}`;
      this.#event('Normal', 'Killing', message);
      run.container.signal('SIGTERM');
    } else if (killAtMs >= this.#killAtMs) return;
    this.#cancelKill?.();
    this.#killAtMs = killAtMs;
    this.#cancelKill = clock.after(graceMs, () => run.container.signal('SIGKILL'));
  }

  /** Ends all timers and probes; the container itself is the sandbox's to end. */
  dispose(): void {
    for (const probe of this.#probes.values()) probe.stop();
    this.#cancelRetry?.();
    this.#cancelRelist?.();
    this.#cancelKill?.();
  }

  #probeWorkers(kinds: readonly ProbeKind[]): ReadonlyMap<ProbeKind, ProbeWorker> {
    const workers = new Map<ProbeKind, ProbeWorker>();
    for (const kind of kinds) {
      const probe = this.container[`${kind}Probe`];
      if (probe === undefined) continue;
      const worker = new ProbeWorker({
        kind,
        probe,
        clock: this.#context.clock,
        target: () => ({
          container: this.#run?.container,
          startedAtMs: this.#run?.startedAtMs,
          isStarted: this.#isStarted(),
          isTerminating: this.#context.isTerminating(),
        }),
        onFailure: (message) => {
          const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
          this.#event('Warning', 'Unhealthy', `${title} probe failed: ${message}`);
        },
        onVerdict: (verdict) => this.#probed(kind, verdict),
      });
      workers.set(kind, worker);
    }
    return workers;
  }

  #probed(kind: ProbeKind, verdict: string): void {
    if (verdict === 'failure' && kind !== 'readiness') {
      const { spec } = this.#context.pod();
      const isLast = spec.restartPolicy === 'Never';
      const probe = this.container[`${kind}Probe`];
      this.stop({
        graceSeconds:
          probe?.terminationGracePeriodSeconds ??
          spec.terminationGracePeriodSeconds ??
          DEFAULT_GRACE_SECONDS,
        message: `Container ${this.container.name} failed ${kind} probe${isLast ? '' : ', will be restarted'}`,
      });
    }
    // Upstream probes readiness again at once whenever it writes a status that is not ready.
    if (kind === 'startup' || (kind === 'readiness' && verdict === 'failure')) {
      this.#probes.get('readiness')?.trigger();
    }
    this.#context.changed();
  }

  #isStarted(): boolean {
    if (this.#state.running === undefined) return false;
    const startup = this.#probes.get('startup');
    return startup === undefined || startup.verdict === 'success';
  }

  #isProbedReady(): boolean {
    const readiness = this.#probes.get('readiness');
    return readiness === undefined || readiness.verdict === 'success';
  }

  #launch(): void {
    const environment = this.#context.environment(this.container);
    if (environment.kind === 'unresolved') {
      this.#wait('CreateContainerConfigError', environment.message);
      this.#event('Warning', 'Failed', `Error: ${environment.message}`);
      this.#retry(CONFIG_RETRY_MS);
      return;
    }
    const run: Run = {
      container: this.#context.sandbox.startContainer({
        container: this.container,
        env: environment.values,
        attempt: this.#starts,
        onEvent: (event) => this.#onEvent(run, event),
      }),
      startedAtMs: undefined,
      containerID: undefined,
    };
    this.#run = run;
  }

  #onEvent(run: Run, event: ContainerEvent): void {
    if (this.#run !== run) return;
    switch (event.kind) {
      case 'started':
        this.#onStarted(run, event);
        break;
      case 'not-started':
        this.#run = undefined;
        this.#onNotStarted(event);
        break;
      case 'exited':
        this.#onExited(run, event);
        break;
    }
    this.#context.changed();
  }

  #onStarted(run: Run, event: Extract<ContainerEvent, { kind: 'started' }>): void {
    const { image } = this.container;
    this.#starts++;
    run.startedAtMs = event.atMs;
    run.containerID = event.containerID;
    this.#containerID = event.containerID;
    this.#imageBackOff = undefined;
    this.#become({ running: { startedAt: kubeTime(event.atMs) } });
    const present = `Container image "${image}" already present on machine and can be accessed by the pod`;
    this.#event('Normal', 'Pulled', present);
    this.#event('Normal', 'Created', 'Container created');
    this.#event('Normal', 'Started', 'Container started');
    for (const probe of this.#probes.values()) probe.containerStarted();
    this.#cancelRelist = this.#context.clock.after(this.#context.settings.relistDelayMs, () => {
      this.#probes.get('startup')?.trigger();
      if (this.#isStarted()) this.#probes.get('readiness')?.trigger();
    });
  }

  #onNotStarted(event: Extract<ContainerEvent, { kind: 'not-started' }>): void {
    const { clock, settings } = this.#context;
    const { image } = this.container;
    if (event.reason !== 'ErrImagePull') {
      this.#event('Warning', 'Failed', `Error: ${event.message}`);
      this.#starts++;
      const at = kubeTime(clock.now());
      const ended = { exitCode: 128, reason: 'StartError', message: event.message };
      this.#ended({ ...ended, startedAt: at, finishedAt: at }, clock.now());
      const isRetried = this.#state.terminated !== undefined && this.#restarts(ended.exitCode);
      if (isRetried) this.#wait(event.reason, event.message);
      return;
    }
    this.#event('Normal', 'Pulling', `Pulling image "${image}"`);
    this.#event('Warning', 'Failed', `Failed to pull image "${image}": ${event.message}`);
    this.#event('Warning', 'Failed', 'Error: ErrImagePull');
    this.#wait('ErrImagePull', event.message);
    const nowMs = clock.now();
    const times = { failedAtMs: nowMs, nowMs };
    this.#imageBackOff = nextBackOff(this.#imageBackOff, times, settings.imagePullBackOff);
    const { delayMs } = this.#imageBackOff;
    const shownMs = Math.min(IMAGE_ERROR_SHOWN_MS, delayMs);
    this.#cancelRetry = clock.after(shownMs, () => {
      const message = `Back-off pulling image "${image}"`;
      this.#event('Normal', 'BackOff', message);
      this.#event('Warning', 'Failed', 'Error: ImagePullBackOff');
      this.#wait('ImagePullBackOff', `${message}: ErrImagePull: ${event.message}`);
      this.#retry(delayMs - shownMs);
      this.#context.changed();
    });
  }

  /** An exit that we asked for is known at once, another one at the next look at the containers. */
  #onExited(run: Run, event: Extract<ContainerEvent, { kind: 'exited' }>): void {
    const { clock, settings } = this.#context;
    const isAsked = this.#killAtMs !== undefined;
    this.#cancelRelist?.();
    this.#cancelKill?.();
    for (const probe of this.#probes.values()) probe.containerEnded();
    const see = (): void => {
      this.#run = undefined;
      this.#killAtMs = undefined;
      this.#ended(terminated(run, event), event.atMs);
      this.#context.changed();
    };
    if (isAsked || this.#context.isTerminating()) see();
    else this.#cancelRelist = clock.after(settings.relistDelayMs, see);
  }

  /** The container is no more: stay so, start again, or wait for the back-off. */
  #ended(ended: Ended, atMs: EpochMs): void {
    this.#become({ terminated: ended });
    if (!this.#restarts(ended.exitCode)) return;
    const { clock, settings } = this.#context;
    const times = { failedAtMs: atMs, nowMs: clock.now() };
    const remainingMs = backOffRemainingMs(this.#crashBackOff, times, settings.crashLoopBackOff);
    if (remainingMs > 0) {
      const { metadata } = this.#context.pod();
      const { name } = this.container;
      const pod = `${metadata.name}_${metadata.namespace ?? ''}(${metadata.uid ?? ''})`;
      const delay = goDuration(this.#crashBackOff?.delayMs ?? 0);
      this.#event(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${name} in pod ${pod}`,
      );
      this.#wait(
        'CrashLoopBackOff',
        `back-off ${delay} restarting failed container=${name} pod=${pod}`,
      );
    }
    this.#retry(remainingMs, () => {
      const now = { failedAtMs: atMs, nowMs: clock.now() };
      this.#crashBackOff = nextBackOff(this.#crashBackOff, now, settings.crashLoopBackOff);
    });
  }

  #restarts(exitCode: number): boolean {
    if (this.#context.isTerminating()) return false;
    const { restartPolicy } = this.#context.pod().spec;
    if (this.#isInit) return exitCode !== 0 && restartPolicy !== 'Never';
    return isRestarted(restartPolicy, exitCode);
  }

  #retry(delayMs: number, before?: () => void): void {
    this.#cancelRetry = this.#context.clock.after(delayMs, () => {
      if (this.#context.isTerminating()) return;
      before?.();
      this.#launch();
    });
  }

  #wait(reason: string, message: string): void {
    this.#become({ waiting: { reason, message } });
  }

  #become(state: ContainerState): void {
    this.#lastEnded = this.#state.terminated ?? this.#lastEnded;
    this.#state = state;
  }

  #event(type: EventType, reason: string, message: string): void {
    this.#context.event(this.container, { type, reason, message });
  }
}

function terminated(run: Run, event: Extract<ContainerEvent, { kind: 'exited' }>): Ended {
  const reason = event.isOutOfMemory ? 'OOMKilled' : event.exitCode === 0 ? 'Completed' : 'Error';
  return {
    exitCode: event.exitCode,
    ...(event.signal === undefined ? {} : { signal: event.signal }),
    reason,
    startedAt: kubeTime(run.startedAtMs ?? event.atMs),
    finishedAt: kubeTime(event.atMs),
    ...(run.containerID === undefined ? {} : { containerID: run.containerID }),
  };
}
