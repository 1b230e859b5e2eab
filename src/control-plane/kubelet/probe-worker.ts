/** Runs one probe of one container in time: the ticker around the rules of `probe/`. */
import type { Probe } from '../../core/objects.js';
import {
  initialProbeState,
  mayProbe,
  probeStateForNewContainer,
  recordProbeOutcome,
} from '../../probe/probe-state.js';
import type {
  ProbeKind,
  ProbeState,
  ProbeTarget,
  ProbeThresholds,
} from '../../probe/probe-state.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import type { ProbeResult, RunningContainer } from '../pod-runtime.js';

/** What a probe worker needs. */
export interface ProbeWorkerOptions {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly clock: Clock;
  /** The container as it is now; `container` is absent while none runs. */
  readonly target: () => ProbeTarget & { readonly container: RunningContainer | undefined };
  /** A probe failed, could not be made, or has something to say, whatever the verdict. */
  readonly onRemark: (remark: ProbeRemark) => void;
  /** The verdict changed. */
  readonly onVerdict: (verdict: ProbeState['verdict']) => void;
}

/** What is told of one run of a probe. */
export interface ProbeRemark {
  readonly reason: 'Unhealthy' | 'ProbeWarning';
  /** After `Readiness probe`. */
  readonly text: string;
}

const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_FAILURE_THRESHOLD = 3;

/**
 * One worker lives as long as its pod, over all restarts of the container; its ticker keeps its
 * phase. A tick that comes while a probe is under way runs right after it, and only one is kept.
 *
 * Upstream's random delay of the first tick is only for a kubelet that has just been started with
 * pods to take over; ours never is.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/prober/worker.go`, `run`.
 */
export class ProbeWorker {
  readonly #options: ProbeWorkerOptions;
  readonly #periodMs: number;
  readonly #thresholds: ProbeThresholds;
  #state: ProbeState;
  #cancelTick: Cancel | undefined;
  #cancelProbe: Cancel | undefined;
  #isTickKept = false;
  #nextTickMs: EpochMs = 0;
  /** While probes are spared: ends that. */
  #endSparing: Cancel | undefined;

  constructor(options: ProbeWorkerOptions) {
    this.#options = options;
    this.#periodMs = (options.probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * 1_000;
    this.#thresholds = {
      successThreshold: options.probe.successThreshold ?? 1,
      failureThreshold: options.probe.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD,
    };
    this.#state = initialProbeState(options.kind);
  }

  /** What the probe says now. */
  get verdict(): ProbeState['verdict'] {
    return this.#state.verdict;
  }

  /** Starts the ticker. */
  start(): void {
    this.#armTicker();
  }

  /** A new container runs: the verdict begins anew, and what was asked of the old one is void. */
  containerStarted(): void {
    this.#goOn();
    this.#cancelProbe?.();
    this.#cancelProbe = undefined;
    this.#isTickKept = false;
    this.#state = probeStateForNewContainer(this.#state, this.#options.kind);
  }

  /** The container ended: a probe under way has no meaning any more. */
  containerEnded(): void {
    this.#goOn();
    this.#cancelProbe?.();
    this.#cancelProbe = undefined;
    this.#isTickKept = false;
    if (this.#options.kind === 'readiness') this.#state = { ...this.#state, verdict: 'failure' };
  }

  /** Probes now and lets the period begin anew. */
  trigger(): void {
    if (this.#cancelTick === undefined) return;
    this.#armTicker();
    this.#attempt();
  }

  /** Ends the worker for good. */
  stop(): void {
    this.#endSparing?.();
    this.#endSparing = undefined;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.containerEnded();
  }

  #armTicker(delayMs = this.#periodMs): void {
    const { clock } = this.#options;
    this.#endSparing?.();
    this.#endSparing = undefined;
    this.#cancelTick?.();
    this.#nextTickMs = clock.now() + delayMs;
    this.#cancelTick = clock.after(delayMs, () => {
      this.#armTicker();
      this.#attempt();
    });
  }

  /** Where the next results are known and would change nothing, it waits until they are not. */
  #spare(): void {
    const { kind, probe, target } = this.#options;
    const { verdict, lastOutcome } = this.#state;
    if (kind === 'startup' || verdict !== 'success' || lastOutcome !== 'success') return;
    const ticks = { fromMs: this.#nextTickMs, everyMs: this.#periodMs };
    const end = target().container?.spareProbes?.(probe, ticks, () => this.#goOn());
    if (end === undefined) return;
    this.#cancelTick?.();
    this.#endSparing = end;
  }

  /** Ticks again, in the phase that it always had. */
  #goOn(): void {
    if (this.#endSparing === undefined) return;
    const nowMs = this.#options.clock.now();
    const passed = Math.max(0, Math.ceil((nowMs - this.#nextTickMs) / this.#periodMs));
    this.#armTicker(this.#nextTickMs + passed * this.#periodMs - nowMs);
  }

  #attempt(): void {
    if (this.#cancelProbe !== undefined) {
      this.#isTickKept = true;
      return;
    }
    const { kind, probe, clock } = this.#options;
    const target = this.#options.target();
    const asked = {
      kind,
      state: this.#state,
      initialDelaySeconds: probe.initialDelaySeconds ?? 0,
    };
    if (target.container === undefined || !mayProbe(asked, target, clock.now())) return;
    let isDone = false;
    const cancel = target.container.probe(probe, (result) => {
      isDone = true;
      this.#cancelProbe = undefined;
      this.#record(result);
    });
    if (!isDone) this.#cancelProbe = cancel;
  }

  /** A probe that could not be made does not count. */
  #record(result: ProbeResult): void {
    const remark = remarkOf(result);
    if (remark !== undefined) this.#options.onRemark(remark);
    if (result.kind !== 'error') {
      const before = this.#state.verdict;
      this.#state = recordProbeOutcome(this.#state, result.kind, {
        kind: this.#options.kind,
        thresholds: this.#thresholds,
      });
      if (this.#state.verdict !== before) this.#options.onVerdict(this.#state.verdict);
    }
    if (!this.#isTickKept) {
      this.#spare();
      return;
    }
    this.#isTickKept = false;
    this.#attempt();
  }
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/prober/prober.go`, `probe`. */
function remarkOf(result: ProbeResult): ProbeRemark | undefined {
  if (result.kind === 'success') {
    const { warning } = result;
    return warning === undefined
      ? undefined
      : { reason: 'ProbeWarning', text: `warning: ${warning}` };
  }
  const how = result.kind === 'failure' ? 'failed' : 'errored and resulted in unknown state';
  return { reason: 'Unhealthy', text: `${how}: ${result.message}` };
}
