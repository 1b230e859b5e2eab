/** What a controller is: level-based, synchronous, told only *which* object to look at. */
import type { Cancel, EpochMs } from '../time/clock.js';
import type { KubeApi, WatchEvent } from './api.js';
import type { Resource } from './resources.js';

/** `namespace/name`, or `name` for resources without a namespace. */
export type ReconcileKey = string;

/** Which keys a change to an object of one resource makes a controller look at. */
export interface ControllerWatch {
  readonly resource: Resource;
  /** Ms after which such a change is looked at, together with all that came meanwhile; absent: 0. */
  readonly delayMs?: number;
  keysFor(event: WatchEvent): readonly ReconcileKey[];
}

/** Something a controller reads that is kept up to date by watches of its own: an index. */
export interface Informer {
  /** Reads what is there and follows it until cancelled; it is empty then and may be started again. */
  start(api: KubeApi): Cancel;
}

/**
 * When to be called again for the same key even if nothing changes. The latest answer counts: a call
 * that gives none also takes back an earlier one.
 */
export interface ReconcileResult {
  readonly requeueAfterMs?: number;
}

/**
 * Brings the world one step closer to what the objects say.
 *
 * `reconcile` reads and writes the API it was made with and does no I/O and no waiting. It may be
 * called for a key at any time, also when nothing changed or the object is gone. Throwing makes the
 * manager call it again with exponential back-off.
 */
export interface Controller {
  readonly name: string;
  readonly watches: readonly ControllerWatch[];
  /** What it reads beside the API; several controllers may share one. Started before the watches. */
  readonly informers?: readonly Informer[];
  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined;
}
