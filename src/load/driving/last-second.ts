/** Counts of the second that is passing, for the live display. */
import type { EpochMs } from '../../time/clock.js';
import { LatencyHistogram } from '../histogram.js';
import type { LoadProgress } from '../sender.js';

/** What happened since it was last told. */
export class LastSecond {
  sent = 0;
  failed = 0;
  #answered = 0;
  readonly #responseTime = new LatencyHistogram();

  answered(responseMs: number): void {
    this.#answered++;
    this.#responseTime.recordMs(responseMs);
  }

  /** What happened, as rates over the time since it was last told, and begins anew. */
  take(over: {
    readonly atMs: EpochMs;
    readonly lengthMs: number;
    readonly inFlight: number;
    readonly waiting: number;
  }): LoadProgress {
    const perSecond = (count: number): number => (count * 1_000) / over.lengthMs;
    const progress: LoadProgress = {
      atMs: over.atMs,
      sentPerSecond: perSecond(this.sent),
      answeredPerSecond: perSecond(this.#answered),
      failedPerSecond: perSecond(this.failed),
      inFlight: over.inFlight,
      waiting: over.waiting,
      p50Ms: this.#responseTime.percentileMs(50),
      p99Ms: this.#responseTime.percentileMs(99),
    };
    this.sent = 0;
    this.failed = 0;
    this.#answered = 0;
    this.#responseTime.reset();
    return progress;
  }
}
