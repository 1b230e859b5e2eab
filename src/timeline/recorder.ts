/** Writes down what happens in a run: the one place where records get their instant. */
import type { Clock, EpochMs } from '../time/clock.js';
import type { TimelineRecord } from './record.js';

/** A record before it has its instant. */
export type Untimed<T> = T extends TimelineRecord ? Omit<T, 't'> : never;

/** What a recorder needs. */
export interface RecorderOptions {
  readonly clock: Clock;
  /** The instant of t = 0. */
  readonly startMs: EpochMs;
  /** Gets each record once, in the order in which they were made (not always that of `t`). */
  readonly sink: (record: TimelineRecord) => void;
}

/** Appends records; nothing is ever changed or taken back. */
export class Recorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Milliseconds since the run began. */
  now(): number {
    return this.#options.clock.now() - this.#options.startMs;
  }

  /**
   * Appends a record.
   *
   * @param t - its instant, ms since the run began, where it is not now: a second of the load is told
   *   seconds after it began, when its last request was answered.
   */
  record(record: Untimed<TimelineRecord>, t: number = this.now()): void {
    const rounded = Math.round(t * 1_000) / 1_000;
    this.#options.sink({ t: rounded, ...record });
  }
}
