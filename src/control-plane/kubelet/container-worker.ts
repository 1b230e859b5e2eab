/** One container of a pod over all its restarts: started, probed, killed, started again. */
import { kubeTime } from '../../core/kube-time.js';
import type { Container, ContainerState, ContainerStatus } from '../../core/objects.js';
import type { ProbeKind } from '../../probe/probe-state.js';
import type { Cancel, EpochMs } from '../../time/clock.js';
import type { EventType } from '../event-recorder.js';
import type { ContainerEvent } from '../pod-runtime.js';
import { backOffRemainingMs, backOffTexts, nextBackOff } from './back-off.js';
import type { BackOff } from './back-off.js';
import type { ContainerContext } from './container-context.js';
import { ContainerEnding } from './container-ending.js';
import type { StopOptions } from './container-ending.js';
import { pastOf, terminated } from './container-history.js';
import type { Ended, Exit, Run } from './container-history.js';
import { imageProblem } from './container-image.js';
import { ContainerProbes } from './container-probes.js';
import { preStopHook, runHook } from './lifecycle-hook.js';
import { isRestarted, isRestartedOnFailure } from './restart-rules.js';
import type { ContainerRole } from './restart-rules.js';

const DEFAULT_GRACE_SECONDS = 30;
/** After this the kubelet's next look at a failed image shows the back-off instead of the error. */
const IMAGE_ERROR_SHOWN_MS = 1_000;
/**
 * At the look that finds a container ended its status says so; the one after it shows the back-off.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet.go`, `SyncPod`: `generateAPIPodStatus` comes before
 *   what fills the `reasonCache`.
 */
const END_SHOWN_MS = 1_000;
/** @see Source: kubernetes 1.36 `pkg/kubelet/kubelet.go`, `backOffPeriod`: between failed syncs of a pod. */
const SYNC_RETRY_MS = 10_000;

/** Life of one container in its role. */
export class ContainerWorker {
  readonly role: ContainerRole;
  readonly #context: ContainerContext;
  readonly #probes: ContainerProbes;
  #container: Container;
  #state: ContainerState;
  #lastEnded: Ended | undefined;
  #containerID: string | undefined;
  #isTouched = false;
  #isLaunched = false;
  #starts = 0;
  #run: Run | undefined;
  #ending: ContainerEnding | undefined;
  /** It is being ended for another image, and then restarted whatever the policy. */
  #isRedefined = false;
  /** Why the next wait has another reason than the back-off. */
  #failedHook: string | undefined;
  #crashBackOff: BackOff | undefined;
  #imageBackOff: BackOff | undefined;
  #cancelRetry: Cancel | undefined;
  #cancelRelist: Cancel | undefined;
  #cancelHook: Cancel | undefined;

  constructor(container: Container, context: ContainerContext, role: ContainerRole) {
    this.#container = container;
    this.#context = context;
    this.role = role;
    const hasInit = (context.pod().spec.initContainers ?? []).length > 0;
    this.#takeOver();
    this.#state = { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } };
    this.#probes = new ContainerProbes({
      container: role === 'init' ? { name: container.name, image: container.image } : container,
      clock: context.clock,
      target: () => ({
        container: this.#run?.hasExited === true ? undefined : this.#run?.container,
        startedAtMs: this.#state.running === undefined ? undefined : this.#run?.startedAtMs,
        isStarted: this.isStarted,
        isTerminating: context.isEnding(),
      }),
      onRemark: (kind, { reason, text }) => {
        const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
        this.#event('Warning', reason, `${title} probe ${text}`);
      },
      onVerdict: (kind, verdict) => this.#probed(kind, verdict),
    });
  }

  /** The container as the pod now has it. */
  get container(): Container {
    return this.#container;
  }

  /** Whether it was never started. */
  get isUntouched(): boolean {
    return !this.#isTouched;
  }

  /** Whether its first start is through, `postStart` included, however it went. */
  get isLaunched(): boolean {
    return this.#isLaunched;
  }

  /** Whether something of it runs, or is being started. */
  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Whether it runs, its `postStart` is done and its startup probe passed. */
  get isStarted(): boolean {
    return this.#state.running !== undefined && this.#probes.passes('startup');
  }

  /** Exit code once it has ended for good; absent while it runs or will run again. */
  get finalExitCode(): number | undefined {
    const code = this.#state.terminated?.exitCode;
    return code === undefined || this.#restarts(code) ? undefined : code;
  }

  /** The container's part of the pod status. */
  status(): ContainerStatus {
    const { name, image } = this.#container;
    const isReady =
      this.role === 'init'
        ? this.#state.terminated?.exitCode === 0
        : this.isStarted && this.#probes.passes('readiness');
    return {
      name,
      image,
      imageID: this.#containerID === undefined ? '' : image,
      ...(this.#containerID === undefined ? {} : { containerID: this.#containerID }),
      ready: isReady,
      started: this.isStarted,
      restartCount: Math.max(0, this.#starts - 1),
      state: this.#state,
      lastState: this.#lastEnded === undefined ? {} : { terminated: this.#lastEnded },
    };
  }

  /** Starts the container and the tickers of its probes. */
  start(): void {
    this.#isTouched = true;
    this.#probes.start();
    this.#launch();
  }

  /** The pod has another image for it: it is restarted with that one. */
  redefine(container: Container): void {
    const isOther = container.image !== this.#container.image;
    this.#container = container;
    if (!isOther || this.role === 'init') return;
    if (this.#run === undefined) return;
    this.#isRedefined = true;
    this.#stopToRestart(`Container ${container.name} definition changed`, undefined);
  }

  /**
   * Asks the container to end: `preStop`, SIGTERM, and SIGKILL when the grace period is over. A shorter
   * grace than that of an earlier call wins. Whatever was waiting to start does not.
   */
  stop({ graceSeconds, message, isHeld = false }: StopOptions): void {
    this.#cancelRetry?.();
    this.#cancelHook?.();
    const run = this.#run;
    if (run === undefined) return;
    if (this.#ending !== undefined) {
      this.#ending.shorten(graceSeconds);
      return;
    }
    const { name, lifecycle } = this.#container;
    this.#event('Normal', 'Killing', message ?? `Stopping container ${name}`);
    const handler = run.startedAtMs === undefined ? undefined : lifecycle?.preStop;
    const { clock } = this.#context;
    this.#ending = new ContainerEnding({
      clock,
      graceSeconds,
      isHeld,
      preStop: preStopHook(handler, {
        container: run.container,
        clock,
        onFailure: () => this.#event('Warning', 'FailedPreStopHook', 'PreStopHook failed'),
      }),
      signal: (signal) => run.container.signal(signal),
    });
  }

  /** Its turn to end has come. */
  release(): void {
    this.#ending?.release();
  }

  /** Ends all timers and probes; the container itself is the sandbox's to end. */
  dispose(): void {
    this.#probes.stop();
    this.#cancelRetry?.();
    this.#cancelRelist?.();
    this.#cancelHook?.();
    this.#ending?.cancel();
  }

  #takeOver(): void {
    const { before, clock } = this.#context;
    const past = pastOf(before(this.#container.name), clock.now());
    if (past === undefined) return;
    this.#starts = past.starts;
    this.#containerID = past.containerID;
    this.#lastEnded = past.lastEnded;
  }

  #probed(kind: ProbeKind, verdict: string): void {
    if (verdict === 'failure' && kind !== 'readiness') {
      const title = this.role === 'sidecar' ? 'Init container' : 'Container';
      this.#stopToRestart(`${title} ${this.#container.name} failed ${kind} probe`, kind);
    }
    // Upstream probes readiness again at once whenever it writes a status that is not ready.
    if (kind === 'startup' || (kind === 'readiness' && verdict === 'failure')) {
      this.#probes.trigger('readiness');
    }
    this.#context.changed();
  }

  #stopToRestart(why: string, kind: ProbeKind | undefined): void {
    const { spec } = this.#context.pod();
    const probe = kind === undefined ? undefined : this.#container[`${kind}Probe`];
    const isAgain =
      this.role === 'main' &&
      (this.#isRedefined || isRestartedOnFailure(this.#container, spec.restartPolicy));
    this.stop({
      graceSeconds: probe?.terminationGracePeriodSeconds ?? this.#graceSeconds(),
      message: isAgain ? `${why}, will be restarted` : why,
    });
  }

  #graceSeconds(): number {
    return this.#context.pod().spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  }

  #launch(): void {
    const { sandbox, setup } = this.#context;
    const { image } = this.#container;
    if (this.#hasImageProblem()) return;
    const present = `Container image "${image}" already present on machine and can be accessed by the pod`;
    this.#event('Normal', 'Pulled', present);
    const made = setup(this.#container);
    if (made.kind === 'unresolved') {
      this.#wait('CreateContainerConfigError', made.message);
      this.#event('Warning', 'Failed', `Error: ${made.message}`);
      this.#isLaunched = true;
      this.#retry(SYNC_RETRY_MS);
      this.#context.changed();
      return;
    }
    const run: Run = {
      container: sandbox.startContainer({
        container: this.#container,
        env: made.env,
        mounts: made.mounts,
        attempt: this.#starts,
        onEvent: (event) => this.#onEvent(run, event),
      }),
      startedAtMs: undefined,
      containerID: undefined,
      hasExited: false,
    };
    this.#run = run;
  }

  #hasImageProblem(): boolean {
    const { clock, sandbox, settings } = this.#context;
    const { image } = this.#container;
    const found = imageProblem(this.#container, sandbox.imageFault(image));
    if (found === undefined) {
      this.#imageBackOff = undefined;
      return false;
    }
    this.#isLaunched = true;
    for (const event of found.events) this.#event(...event);
    this.#wait(found.reason, found.message);
    this.#context.changed();
    if (found.reason !== 'ErrImagePull') {
      this.#retry(SYNC_RETRY_MS);
      return true;
    }
    const nowMs = clock.now();
    const times = { failedAtMs: nowMs, nowMs };
    this.#imageBackOff = nextBackOff(this.#imageBackOff, times, settings.imagePullBackOff);
    const { delayMs } = this.#imageBackOff;
    const shownMs = Math.min(IMAGE_ERROR_SHOWN_MS, delayMs);
    this.#cancelRetry = clock.after(shownMs, () => {
      const message = `Back-off pulling image "${image}"`;
      this.#event('Normal', 'BackOff', message);
      this.#event('Warning', 'Failed', 'Error: ImagePullBackOff');
      this.#wait('ImagePullBackOff', `${message}: ErrImagePull: ${found.message}`);
      this.#retry(delayMs - shownMs);
      this.#context.changed();
    });
    return true;
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
    this.#starts++;
    run.startedAtMs = event.atMs;
    run.containerID = event.containerID;
    this.#containerID = event.containerID;
    this.#event('Normal', 'Created', 'Container created');
    this.#event('Normal', 'Started', 'Container started');
    const handler = this.#container.lifecycle?.postStart;
    if (handler === undefined || this.#ending !== undefined) {
      this.#runs(event.atMs);
      return;
    }
    // Nothing is written of a container, and nothing probed, before this is through.
    this.#cancelHook = runHook({
      handler,
      container: run.container,
      clock: this.#context.clock,
      done: (result) => {
        if (result.kind === 'success') this.#runs(event.atMs);
        else this.#onFailedPostStart(result.message);
        this.#context.changed();
      },
    });
  }

  #runs(startedAtMs: EpochMs): void {
    this.#isLaunched = true;
    this.#become({ running: { startedAt: kubeTime(startedAtMs) } });
    this.#probes.containerStarted();
    this.#cancelRelist = this.#context.clock.after(this.#context.settings.relistDelayMs, () => {
      this.#probes.trigger('startup');
      if (this.isStarted) this.#probes.trigger('readiness');
    });
  }

  #onFailedPostStart(message: string): void {
    this.#isLaunched = true;
    this.#event('Warning', 'FailedPostStartHook', 'PostStartHook failed');
    this.#failedHook = message;
    this.stop({ graceSeconds: this.#graceSeconds(), message: 'FailedPostStartHook' });
  }

  #onNotStarted(event: Extract<ContainerEvent, { kind: 'not-started' }>): void {
    const { clock } = this.#context;
    this.#isLaunched = true;
    // What only its command is wrong with could be created.
    if (event.reason === 'RunContainerError') this.#event('Normal', 'Created', 'Container created');
    this.#event('Warning', 'Failed', `Error: ${event.message}`);
    this.#starts++;
    const at = kubeTime(clock.now());
    const ended = { exitCode: 128, reason: 'StartError', message: event.message };
    this.#ended({ ...ended, startedAt: at, finishedAt: at }, clock.now(), { isAsked: true });
    const isRetried = this.#state.terminated !== undefined && this.#restarts(ended.exitCode);
    if (isRetried) this.#wait(event.reason, event.message);
  }

  /** An exit that we asked for is known at once, another one at the next look at the containers. */
  #onExited(run: Run, event: Exit): void {
    const { clock, settings } = this.#context;
    const isAsked = this.#ending !== undefined;
    run.hasExited = true;
    this.#cancelHook?.();
    this.#cancelRelist?.();
    this.#ending?.cancel();
    this.#isLaunched = true;
    this.#probes.containerEnded();
    const see = (): void => {
      this.#run = undefined;
      this.#ending = undefined;
      const ended = terminated(run, event);
      if (this.#isRedefined) this.#startAnew(ended);
      else this.#ended(ended, event.atMs, { isAsked });
      this.#context.changed();
    };
    if (isAsked || this.#context.isEnding()) see();
    else this.#cancelRelist = clock.after(settings.relistDelayMs, see);
  }

  /**
   * The container was ended for another image: it is started again within the same sync, so that its end
   * is never the state of the container.
   *
   * @see Source: kubernetes 1.36 `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `computePodActions`.
   */
  #startAnew(ended: Ended): void {
    this.#isRedefined = false;
    if (this.#context.isEnding()) {
      this.#become({ terminated: ended });
      return;
    }
    this.#lastEnded = ended;
    this.#retry(0);
  }

  /**
   * The container is no more: stay so, start again, or wait for the back-off. An end that nobody asked for
   * is written before anything else happens.
   */
  #ended(ended: Ended, atMs: EpochMs, { isAsked }: { readonly isAsked: boolean }): void {
    const failedHook = this.#failedHook;
    this.#failedHook = undefined;
    this.#become({ terminated: ended });
    if (!this.#restarts(ended.exitCode)) return;
    const { clock, settings } = this.#context;
    const times = { failedAtMs: atMs, nowMs: clock.now() };
    const remainingMs = backOffRemainingMs(this.#crashBackOff, times, settings.crashLoopBackOff);
    const again = (): void => {
      const now = { failedAtMs: atMs, nowMs: clock.now() };
      this.#crashBackOff = nextBackOff(this.#crashBackOff, now, settings.crashLoopBackOff);
    };
    if (failedHook !== undefined) this.#wait('PostStartHookError', failedHook);
    if (!isAsked) this.#context.changed();
    if (remainingMs > 0) this.#waitForBackOff(remainingMs, { isAsked, again });
    else this.#retry(0, again);
  }

  #waitForBackOff(
    remainingMs: number,
    { isAsked, again }: { readonly isAsked: boolean; readonly again: () => void },
  ): void {
    const { event, message } = backOffTexts(this.#context.pod(), {
      container: this.#container.name,
      delayMs: this.#crashBackOff?.delayMs ?? 0,
    });
    this.#event('Warning', 'BackOff', event);
    const show = (): void => this.#wait('CrashLoopBackOff', message);
    if (isAsked) {
      show();
      this.#retry(remainingMs, again);
      return;
    }
    const shownMs = Math.min(END_SHOWN_MS, remainingMs / 2);
    this.#cancelRetry = this.#context.clock.after(shownMs, () => {
      show();
      this.#context.changed();
      this.#retry(remainingMs - shownMs, again);
    });
  }

  #restarts(exitCode: number): boolean {
    if (this.#context.isEnding()) return false;
    if (this.role === 'init' && exitCode === 0) return false;
    return isRestarted(this.#container, this.#context.pod().spec.restartPolicy, exitCode);
  }

  #retry(delayMs: number, before?: () => void): void {
    this.#cancelRetry = this.#context.clock.after(delayMs, () => {
      if (this.#context.isEnding()) return;
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
    this.#context.event(this.#container, { type, reason, message });
  }
}
