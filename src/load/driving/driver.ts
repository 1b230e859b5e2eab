/** What decides when requests are sent: by a profile (open model) or by answers (closed model). */
import type { Clock, EpochMs } from '../../time/clock.js';
import type { LoadLedger } from '../ledger.js';
import type { LoadShare } from '../plan-shares.js';
import type { RequestScript } from '../request-script.js';
import type { LoadProgress } from '../sender.js';
import type { Engine, EngineEvents } from './engine.js';

/** A request sent later than this after it was due, although a connection was free, counts as late. */
export const LATE_AFTER_MS = 10;

/** What is due within so little time is due now: instants are sums, and clocks round. */
export const DUE_WITHIN_MS = 0.001;

/** Sends a whole load. */
export interface Driver {
  readonly engineName: string;
  /** Resolves when every request is settled, or soon after `stop`. */
  run(): Promise<void>;
  /** Sends no more and ends every connection. */
  stop(): void;
}

/** Where a driver puts how long after they were due arrivals were sent by its own fault. */
export interface SendLagRecorder {
  recordMs(lagMs: number): void;
}

/** What every driver is made from. */
export interface DriverOptions {
  readonly clock: Clock;
  readonly startAtMs: EpochMs;
  readonly script: RequestScript;
  /** Which of the load's sessions are this sender's: every `count`-th, the `index`-th first. */
  readonly share: LoadShare;
  readonly ledger: LoadLedger;
  readonly sendLag: SendLagRecorder;
  readonly makeEngine: (events: EngineEvents, now: () => number) => Engine;
  readonly onProgress: (progress: LoadProgress) => void;
}
