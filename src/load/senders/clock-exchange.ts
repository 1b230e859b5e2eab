/** How far another process's clock is from ours, from questions and their answers. */
import type { Clock, EpochMs } from '../../time/clock.js';

/** The other clock against ours. */
export interface ClockOffset {
  /** The other clock's reading less ours at the same instant, ms. */
  readonly offsetMs: number;
  /** At most so far off, either way: half of what the quickest question took, ms. */
  readonly uncertaintyMs: number;
}

/**
 * Keeps what the quickest exchange told: an answer was given somewhere between question and arrival, and
 * the less time there was between them the more is known (as NTP's clock filter, RFC 5905 section 10).
 */
export class ClockExchange {
  readonly #clock: Clock;
  readonly #asked = new Map<number, EpochMs>();
  #next = 0;
  #count = 0;
  #best: ClockOffset | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many questions were answered. */
  get answered(): number {
    return this.#count;
  }

  /** The best that is known; undefined before the first answer. */
  get best(): ClockOffset | undefined {
    return this.#best;
  }

  /** A new question's number; it is asked now. */
  ask(): number {
    const n = this.#next++;
    this.#asked.set(n, this.#clock.now());
    return n;
  }

  /** Takes an answer: what the other clock read when the question came. */
  answer(n: number, atMs: EpochMs): void {
    const askedMs = this.#asked.get(n);
    if (askedMs === undefined) return;
    // what was asked before this one will not be answered any more
    for (const older of this.#asked.keys()) if (older <= n) this.#asked.delete(older);
    const nowMs = this.#clock.now();
    const uncertaintyMs = (nowMs - askedMs) / 2;
    this.#count++;
    if (this.#best !== undefined && this.#best.uncertaintyMs <= uncertaintyMs) return;
    this.#best = { offsetMs: atMs - (askedMs + nowMs) / 2, uncertaintyMs };
  }
}
