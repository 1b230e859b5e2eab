/** A key that a controller looks at from time to time, from the first object that it hears of on. */
import type { Cancel } from '../../time/clock.js';
import type { ControllerWatch, Informer, ReconcileKey } from '../controller.js';
import type { Resource } from '../resources.js';

/**
 * Starts a loop once: the controller is called for the key when there is something to look after, and
 * from then on when its own answers say so, whatever changes meanwhile.
 */
export class PeriodicKey implements Informer {
  readonly key: ReconcileKey;
  readonly #resource: Resource;
  #isRunning = false;

  /** @param resource - whose objects make the loop worth running. */
  constructor(key: ReconcileKey, resource: Resource) {
    this.key = key;
    this.#resource = resource;
  }

  /** The watch that starts the loop. */
  get watch(): ControllerWatch {
    return {
      resource: this.#resource,
      keysFor: ({ type }) => {
        if (this.#isRunning || type === 'DELETED') return [];
        this.#isRunning = true;
        return [this.key];
      },
    };
  }

  start(): Cancel {
    this.#isRunning = false;
    return () => {
      this.#isRunning = false;
    };
  }

  /** The loop ends; the next new object starts it again. */
  rest(): void {
    this.#isRunning = false;
  }
}
