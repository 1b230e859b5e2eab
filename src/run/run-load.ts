/** Sends a load to a URL, without a cluster, and keeps what its sender tells. */
import type { SentLoad } from '../analysis/load-figures.js';
import { profileOf, type Profile } from '../load/profile.js';
import type { LoadPlan, LoadProgress, LoadSecond, LoadSender } from '../load/sender.js';
import type { LoadSnapshot } from '../report/load-view.js';
import type { Clock } from '../time/clock.js';

/** Between the last preparation and second 0 of the load: what sender processes take to start on a busy machine. */
const LEAD_MS = 800;

/** What is sent, where, and by what. */
export interface LoadRunOptions {
  readonly plan: LoadPlan;
  /** `http://host:port`. */
  readonly baseUrl: string;
  /** For whoever watches. */
  readonly url: string;
  readonly sender: LoadSender;
  readonly clock: Clock;
}

/** A load that is sent once. */
export class LoadRun {
  readonly #options: LoadRunOptions;
  readonly #profile: Profile | undefined;
  readonly #seconds: LoadSecond[] = [];
  #startAtMs: number | undefined;
  #progress: LoadProgress | undefined;
  #requests = 0;
  #errors = 0;

  constructor(options: LoadRunOptions) {
    this.#options = options;
    const { load } = options.plan;
    this.#profile = load.model === 'open' ? profileOf(load.profile) : undefined;
  }

  /** When second 0 began (or will), ms since the epoch; undefined before the load was started. */
  get startAtMs(): number | undefined {
    return this.#startAtMs;
  }

  /**
   * Sends it; aborting ends it early with what was told so far. A sender that dies is told as the
   * load's end, as what it had sent until then may still be of use.
   */
  async send(signal: AbortSignal): Promise<SentLoad> {
    const { plan, baseUrl, sender, clock } = this.#options;
    const startAtMs = clock.now() + LEAD_MS;
    this.#startAtMs = startAtMs;
    const base = { plan, seconds: this.#seconds };
    let abortedAtMs: number | undefined;
    signal.addEventListener('abort', () => (abortedAtMs = clock.now()), { once: true });
    const interrupted = (): SentLoad['end'] => ({
      kind: 'interrupted',
      because: String(signal.reason),
      afterMs: Math.max(0, (abortedAtMs ?? startAtMs) - startAtMs),
    });
    try {
      const summary = await sender.send(plan, {
        baseUrl,
        startAtMs,
        signal,
        onSecond: (second) => this.#take(second),
        onProgress: (progress) => {
          this.#progress = progress;
        },
      });
      return signal.aborted
        ? { ...base, summary, end: interrupted() }
        : { ...base, summary, end: { kind: 'completed' } };
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      return signal.aborted
        ? { ...base, summary: undefined, end: interrupted() }
        : { ...base, summary: undefined, end: { kind: 'failed', because } };
    }
  }

  /** What is known of it now. */
  snapshot(): LoadSnapshot {
    const { plan, url, clock } = this.#options;
    const progress = this.#progress;
    const elapsedMs = Math.max(0, clock.now() - (this.#startAtMs ?? clock.now()));
    return {
      url,
      stage: this.#stageAt(elapsedMs),
      elapsedMs,
      durationMs: plan.load.model === 'closed' ? plan.load.durationMs : this.#durationMs(),
      plannedPerSecond: this.#profile?.ratePerSecondAt(elapsedMs),
      sentPerSecond: progress?.sentPerSecond,
      answeredPerSecond: progress?.answeredPerSecond,
      p50Ms: progress?.p50Ms,
      p99Ms: progress?.p99Ms,
      ...(progress?.processes === undefined ? {} : { processes: progress.processes }),
      inFlight: progress?.inFlight,
      waiting: progress?.waiting,
      requests: this.#requests,
      errors: this.#errors,
    };
  }

  #durationMs(): number {
    return this.#profile?.durationMs ?? 0;
  }

  /** Only where there are several: the name of a single one tells nothing. */
  #stageAt(elapsedMs: number): string | undefined {
    const profile = this.#profile;
    return profile === undefined || profile.stages.length < 2
      ? undefined
      : profile.stageAt(elapsedMs).stage.name;
  }

  #take(second: LoadSecond): void {
    const failed = Object.values(second.failed).reduce((sum, count) => sum + count, 0);
    this.#seconds.push(second);
    this.#requests += second.due;
    this.#errors += failed + second.dropped + second.unsent + (second.answered['5xx'] ?? 0);
  }
}
