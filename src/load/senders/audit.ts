/** The sender's account of itself: whether it, and not the service, was the bottleneck. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../time/clock.js';
import { LatencyHistogram } from '../histogram.js';
import type { SenderAudit } from '../sender.js';

/** Limits beyond which the sender calls itself saturated. */
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

const LOOP_RESOLUTION_MS = 10;

/** Watches the process it is in from when it is made. */
export class Audit {
  readonly sendLag = new LatencyHistogram();
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #cpuBefore = process.cpuUsage();
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });

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
    const measured = {
      sendLagP50Ms: this.sendLag.percentileMs(50) ?? 0,
      sendLagP99Ms: this.sendLag.percentileMs(99) ?? 0,
      sendLagMaxMs: this.sendLag.maxMs() ?? 0,
      eventLoopLagP99Ms: this.#loopLagP99Ms(),
      cpuMs: (user + system) / 1_000,
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

  /** Node measures from one turn of a timer to the next, which takes the timer's own length too. */
  #loopLagP99Ms(): number {
    if (this.#loopDelay.count === 0) return 0;
    return Math.max(0, this.#loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS);
  }
}

/** Which limits were passed, in words; absent when none was. */
export function saturationOf(
  audit: Pick<SenderAudit, 'sendLagP99Ms' | 'eventLoopLagP99Ms' | 'cpuMs' | 'elapsedMs'>,
  counts: { readonly sent: number; readonly late: number },
): string | undefined {
  const limits = SATURATION_LIMITS;
  const lateShare = counts.sent === 0 ? 0 : counts.late / counts.sent;
  const cpuShare = audit.elapsedMs === 0 ? 0 : audit.cpuMs / audit.elapsedMs;
  const reasons = [
    lateShare > limits.lateShare
      ? `${percent(lateShare)} of requests were sent late although a connection was free (limit ${percent(limits.lateShare)})`
      : undefined,
    audit.sendLagP99Ms > limits.sendLagP99Ms
      ? `p99 of the send lag was ${audit.sendLagP99Ms.toFixed(1)} ms (limit ${limits.sendLagP99Ms} ms)`
      : undefined,
    audit.eventLoopLagP99Ms > limits.eventLoopLagP99Ms
      ? `p99 of the event loop's lag was ${audit.eventLoopLagP99Ms.toFixed(1)} ms (limit ${limits.eventLoopLagP99Ms} ms)`
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
