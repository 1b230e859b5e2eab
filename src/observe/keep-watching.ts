/** A watch that goes on through whatever ends it, and tells of what it could not see. */
import type { ClusterTarget, ObservedChange, ObservedKind, WatchEnd } from '../cluster/target.js';
import type { Clock } from '../time/clock.js';
import type { Recorder } from '../timeline/recorder.js';

/** Who hears of the changes. */
export interface ChangeReceiver {
  receive(change: ObservedChange): void;
  /**
   * For a watch that begins anew and not where it ended: it will tell what is there, but not what went
   * meanwhile. False when the cluster could not be asked.
   */
  forgetGone(kind: ObservedKind): Promise<boolean>;
}

/** What is watched and where gaps are written. */
export interface KeptWatch {
  readonly target: ClusterTarget;
  readonly kind: ObservedKind;
  readonly namespace: string;
  readonly receiver: ChangeReceiver;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

const RETRY_MS = 200;
const RETRY_MAX_MS = 5_000;

/**
 * Watches until the signal aborts, then resolves; never throws. A watch that ended goes on where it
 * ended, or anew where the API server no longer knows that version; in both cases the time until it was
 * accepted again is a gap in the timeline. Between attempts it waits 200 ms, doubling to 5 s until a
 * change is told, and as long as the server asks for.
 */
export async function keepWatching(watch: KeptWatch, signal: AbortSignal): Promise<void> {
  await new Keeper(watch, signal).run();
}

/** What is not seen at the moment. */
interface OpenGap {
  readonly fromT: number;
  readonly because: string;
  isAnew: boolean;
}

class Keeper {
  readonly #watch: KeptWatch;
  readonly #signal: AbortSignal;
  #since: string | undefined;
  #gap: OpenGap | undefined;
  #retryMs = RETRY_MS;

  constructor(watch: KeptWatch, signal: AbortSignal) {
    this.#watch = watch;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      const end = await this.#once();
      if (this.#signal.aborted) break;
      this.#ended(end);
      if (!(await this.#waited(end.retryAfterMs))) break;
      if (this.#since === undefined && !(await this.#forgotten())) break;
    }
    this.#closeGap('not seen again');
  }

  #once(): Promise<WatchEnd> {
    const { target, kind, namespace, receiver } = this.#watch;
    const since = this.#since;
    const seen = (): void => {
      this.#closeGap(
        this.#gap?.isAnew === true
          ? 'begun anew, what happened between is not known'
          : 'gone on where it ended, told late',
      );
    };
    return target.watch(
      { kind, namespace, ...(since === undefined ? {} : { since }) },
      {
        onOpen: seen,
        onChange: (change) => {
          this.#retryMs = RETRY_MS;
          seen();
          receiver.receive(change);
        },
      },
      this.#signal,
    );
  }

  #ended({ resumeVersion, because }: WatchEnd): void {
    this.#gap ??= { fromT: this.#watch.recorder.now(), because, isAnew: false };
    this.#gap.isAnew ||= resumeVersion === undefined;
    this.#since = resumeVersion;
  }

  /** Until nothing that is gone counts as there; false when the observation is over. */
  async #forgotten(): Promise<boolean> {
    const { receiver, kind } = this.#watch;
    while (!(await receiver.forgetGone(kind))) {
      if (!(await this.#waited())) return false;
    }
    return !this.#signal.aborted;
  }

  async #waited(atLeastMs = 0): Promise<boolean> {
    const ms = Math.max(this.#retryMs, atLeastMs);
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MAX_MS);
    try {
      await this.#watch.clock.sleep(ms, this.#signal);
      return true;
    } catch {
      return false; // the signal aborted: the only reason a sleep rejects
    }
  }

  #closeGap(how: string): void {
    if (this.#gap === undefined) return;
    const { fromT, because } = this.#gap;
    this.#gap = undefined;
    const { recorder, kind } = this.#watch;
    recorder.record({ kind: 'gap', source: `watch ${kind}`, fromT, because: `${because}; ${how}` });
  }
}
