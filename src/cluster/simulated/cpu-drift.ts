/** How dear requests are for a while on a node, others being there as well. */
import type { Random } from '../../core/random.js';
import { drawOf } from '../../core/scatter.js';
import type { RequestModel } from '../../core/service-model.js';
import type { Clock } from '../../time/clock.js';

/** A factor of the CPU of requests that is drawn anew every so often. */
export class CpuDrift {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #draw: () => number;
  /** Of the spell that `#factor` belongs to. */
  #spell = Number.NEGATIVE_INFINITY;
  #factor = 1;

  constructor(drift: RequestModel['drift'], clock: Clock, random: Random) {
    this.#clock = clock;
    this.#everyMs = drift?.everyMs ?? Number.POSITIVE_INFINITY;
    this.#draw = drift === undefined ? () => 1 : drawOf(drift.factor, random);
  }

  /** The factor now. */
  get factor(): number {
    const spell = Math.floor(this.#clock.now() / this.#everyMs);
    if (spell !== this.#spell) {
      this.#spell = spell;
      this.#factor = this.#draw();
    }
    return this.#factor;
  }
}
