/** The sender's account of itself: whether it, and not the service, was the bottleneck. */
import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { Clock } from '../../time/clock.js';
import { LatencyHistogram } from '../histogram.js';
import type { SenderAudit } from '../sender.js';

/**
 * Limits beyond which the sender calls itself saturated. Each holds for a process on its own, over the
 * whole load. Pauses of the garbage collector and the share of the machine have no limits: they are told
 * because they explain lateness, and lateness itself is judged.
 */
export const SATURATION_LIMITS = {
  /** Arrivals sent late although a connection was free, of all sent. */
  lateShare: 0.01,
  /** From due to sent, where a connection was free. */
  sendLagP99Ms: 10,
  /** Answers wait as long as this to be noticed. */
  eventLoopLagP99Ms: 20,
  /** Of one core, over the whole load: Node sends from one thread. */
  cpuShare: 0.9,
} as const;

type Lags = Pick<
  SenderAudit,
  'sendLagP50Ms' | 'sendLagP99Ms' | 'sendLagMaxMs' | 'eventLoopLagP99Ms'
>;

/** Seldom enough that looking costs little: each look is a wake-up, as dear as a request. */
const LOOP_RESOLUTION_MS = 40;

/** Watches the process it is in from when it is made. */
export class Audit {
  readonly sendLag = new LatencyHistogram();
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #cpuBefore = process.cpuUsage();
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  readonly #pauses = new GcPauses();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.now();
    this.#loopDelay.enable();
  }

  /** Ends the watch; `counts` are those of the whole load. */
  finish(counts: { readonly sent: number; readonly late: number }): SenderAudit {
    this.#loopDelay.disable();
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    const elapsedMs = this.#clock.now() - this.#startedMs;
    const cpuMs = (user + system) / 1_000;
    const measured = {
      ...this.#lags(),
      ...this.#pauses.finish(),
      cpuMs,
      ...(elapsedMs > 0 ? { machineShare: cpuMs / (elapsedMs * availableParallelism()) } : {}),
      elapsedMs,
      maxRssBytes: process.resourceUsage().maxRSS * 1_024,
    };
    const because = saturationOf(measured, counts);
    return {
      ...measured,
      isSaturated: because !== undefined,
      ...(because === undefined ? {} : { because }),
    };
  }

  #lags(): Lags {
    const sendLagP50Ms = this.sendLag.percentileMs(50);
    const sendLagP99Ms = this.sendLag.percentileMs(99);
    const sendLagMaxMs = this.sendLag.maxMs();
    const eventLoopLagP99Ms = this.#loopLagP99Ms();
    return {
      ...(sendLagP50Ms === undefined ? {} : { sendLagP50Ms }),
      ...(sendLagP99Ms === undefined ? {} : { sendLagP99Ms }),
      ...(sendLagMaxMs === undefined ? {} : { sendLagMaxMs }),
      ...(eventLoopLagP99Ms === undefined ? {} : { eventLoopLagP99Ms }),
    };
  }

  /** Node measures from one turn of a timer to the next, which takes the timer's own length too. */
  #loopLagP99Ms(): number | undefined {
    if (this.#loopDelay.count === 0) return undefined;
    return Math.max(0, this.#loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS);
  }
}

/** Pauses of the garbage collector from when it is made. */
class GcPauses {
  readonly #observer = new PerformanceObserver((list) => this.#add(list.getEntries()));
  #totalMs = 0;
  #longestMs = 0;

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  finish(): Required<Pick<SenderAudit, 'gcPauseMs' | 'gcLongestMs'>> {
    this.#add(this.#observer.takeRecords());
    this.#observer.disconnect();
    return { gcPauseMs: this.#totalMs, gcLongestMs: this.#longestMs };
  }

  #add(pauses: readonly PerformanceEntry[]): void {
    for (const { duration } of pauses) {
      this.#totalMs += duration;
      this.#longestMs = Math.max(this.#longestMs, duration);
    }
  }
}

/** Which limits were passed, in words; absent when none was. */
export function saturationOf(
  audit: Pick<SenderAudit, 'sendLagP99Ms' | 'eventLoopLagP99Ms' | 'cpuMs' | 'elapsedMs'>,
  counts: { readonly sent: number; readonly late: number },
): string | undefined {
  const limits = SATURATION_LIMITS;
  const { sendLagP99Ms, eventLoopLagP99Ms } = audit;
  const lateShare = counts.sent === 0 ? 0 : counts.late / counts.sent;
  const cpuShare = audit.elapsedMs === 0 ? 0 : audit.cpuMs / audit.elapsedMs;
  const reasons = [
    lateShare > limits.lateShare
      ? `${percent(lateShare)} of requests were sent late although a connection was free (limit ${percent(limits.lateShare)})`
      : undefined,
    sendLagP99Ms !== undefined && sendLagP99Ms > limits.sendLagP99Ms
      ? `p99 of the send lag was ${sendLagP99Ms.toFixed(1)} ms (limit ${limits.sendLagP99Ms} ms)`
      : undefined,
    eventLoopLagP99Ms !== undefined && eventLoopLagP99Ms > limits.eventLoopLagP99Ms
      ? `p99 of the event loop's lag was ${eventLoopLagP99Ms.toFixed(1)} ms (limit ${limits.eventLoopLagP99Ms} ms)`
      : undefined,
    cpuShare > limits.cpuShare
      ? `it used ${percent(cpuShare)} of a core (limit ${percent(limits.cpuShare)})`
      : undefined,
  ].filter((reason) => reason !== undefined);
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
