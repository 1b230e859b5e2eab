/** The only ways in which the lab learns or waits for time. */

/** Milliseconds since the Unix epoch, with fractions. */
export type EpochMs = number;

/** Cancels what it was returned for; calling it again, or too late, does nothing. */
export type Cancel = () => void;

/**
 * A source of time. Decisions take `nowMs` as an argument; whatever waits takes a `Clock`,
 * required and never defaulted, so that the simulator can run the same code on virtual time.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never goes backwards. */
  now(): EpochMs;
  /** Calls `task` once, `delayMs` (at least 0) from now; returns what cancels it. */
  after(delayMs: number, task: () => void): Cancel;
  /** Resolves `delayMs` from now; rejects with the signal's reason if it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
