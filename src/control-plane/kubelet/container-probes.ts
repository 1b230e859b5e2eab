/** All probes of one container, over all its restarts. */
import type { Container } from '../../core/objects.js';
import type { ProbeKind, ProbeState, ProbeTarget } from '../../probe/probe-state.js';
import type { Clock } from '../../time/clock.js';
import type { RunningContainer } from '../pod-runtime.js';
import { ProbeWorker } from './probe-worker.js';
import type { ProbeRemark } from './probe-worker.js';

/** What probes need of their container. */
export interface ContainerProbesOptions {
  readonly container: Container;
  readonly clock: Clock;
  readonly target: () => ProbeTarget & { readonly container: RunningContainer | undefined };
  readonly onRemark: (kind: ProbeKind, remark: ProbeRemark) => void;
  readonly onVerdict: (kind: ProbeKind, verdict: ProbeState['verdict']) => void;
}

const KINDS: readonly ProbeKind[] = ['startup', 'readiness', 'liveness'];

/** The probes that a container has; one that it has not counts as passed. */
export class ContainerProbes {
  readonly #workers = new Map<ProbeKind, ProbeWorker>();

  constructor({ container, clock, target, onRemark, onVerdict }: ContainerProbesOptions) {
    for (const kind of KINDS) {
      const probe = container[`${kind}Probe`];
      if (probe === undefined) continue;
      const worker = new ProbeWorker({
        kind,
        probe,
        clock,
        target,
        onRemark: (remark) => onRemark(kind, remark),
        onVerdict: (verdict) => onVerdict(kind, verdict),
      });
      this.#workers.set(kind, worker);
    }
  }

  /** Whether the probe of that kind says yes, or there is none. */
  passes(kind: ProbeKind): boolean {
    const worker = this.#workers.get(kind);
    return worker === undefined || worker.verdict === 'success';
  }

  /** Starts all tickers. */
  start(): void {
    for (const worker of this.#workers.values()) worker.start();
  }

  /** Ends all probes for good. */
  stop(): void {
    for (const worker of this.#workers.values()) worker.stop();
  }

  /** A new container runs. */
  containerStarted(): void {
    for (const worker of this.#workers.values()) worker.containerStarted();
  }

  /** The container ended. */
  containerEnded(): void {
    for (const worker of this.#workers.values()) worker.containerEnded();
  }

  /** Asks the probe of that kind now, if there is one. */
  trigger(kind: ProbeKind): void {
    this.#workers.get(kind)?.trigger();
  }
}
