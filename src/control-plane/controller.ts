/** What a controller is: level-based, synchronous, told only *which* object to look at. */
import type { EpochMs } from '../time/clock.js';
import type { WatchEvent } from './api.js';
import type { Resource } from './resources.js';

/** `namespace/name`, or `name` for resources without a namespace. */
export type ReconcileKey = string;

/** Which keys a change to an object of one resource makes a controller look at. */
export interface ControllerWatch {
  readonly resource: Resource;
  readonly keysFor: (event: WatchEvent) => readonly ReconcileKey[];
}

/** When to be called again for the same key even if nothing changes. */
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
  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined;
}
