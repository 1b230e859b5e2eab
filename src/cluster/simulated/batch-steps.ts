/** How a profile's arrivals come step by step. */
import type { Random } from '../../core/random.js';
import type { Profile } from '../../load/profile.js';
import type { OpenLoad } from '../../load/sender.js';

/** A while in which arrivals come at one rate. */
export interface BatchStep {
  /** Since the load began. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly perMs: number;
}

/** The two halves of a step differ at most by this share of it. */
const MOST_CHANGE = 0.02;
const SHORTEST_MS = 100;

/** Steps follow each other; one may be ended before its time. */
export class BatchSteps {
  readonly #profile: Profile;
  readonly #random: Random | undefined;
  /** Where the rate may jump, rising. */
  readonly #borders: readonly number[];
  #nextBorder = 0;
  /** Arrivals before the present step, in the mean. */
  #before = 0;
  #step: (BatchStep & { readonly meanPerMs: number }) | undefined;

  constructor(
    profile: Profile,
    { spacing, random }: { readonly spacing: OpenLoad['spacing']; readonly random: Random },
  ) {
    let endMs = 0;
    this.#profile = profile;
    this.#random = spacing === 'poisson' ? random : undefined;
    this.#borders = profile.pieces.map(({ lengthMs }) => (endMs += lengthMs));
  }

  /** The step that begins at an instant, which ends the one before. Undefined: the load is over. */
  next(fromMs: number, longestMs: number): BatchStep | undefined {
    this.#end(fromMs);
    const { durationMs } = this.#profile;
    if (fromMs >= durationMs) return undefined;
    while ((this.#borders[this.#nextBorder] ?? Infinity) <= fromMs) this.#nextBorder++;
    let toMs = Math.min(
      fromMs + longestMs,
      this.#borders[this.#nextBorder] ?? Infinity,
      durationMs,
    );
    while (toMs - fromMs > SHORTEST_MS && !this.#isEven(fromMs, toMs)) toMs = (fromMs + toMs) / 2;
    const lengthMs = toMs - fromMs;
    const mean = Math.max(0, this.#profile.arrivalsBefore(toMs) - this.#before);
    const count = this.#random === undefined ? mean : drawn(mean, this.#random);
    this.#step = { fromMs, toMs, perMs: count / lengthMs, meanPerMs: mean / lengthMs };
    return this.#step;
  }

  #end(atMs: number): void {
    if (this.#step === undefined) return;
    this.#before += this.#step.meanPerMs * (atMs - this.#step.fromMs);
    this.#step = undefined;
  }

  #isEven(fromMs: number, toMs: number): boolean {
    const before = this.#profile.arrivalsBefore(fromMs);
    const half = this.#profile.arrivalsBefore((fromMs + toMs) / 2) - before;
    const all = this.#profile.arrivalsBefore(toMs) - before;
    return Math.abs(all - 2 * half) <= MOST_CHANGE * all;
  }
}

/** How many of a Poisson process come where so many come in the mean; near enough for the many of a step. */
function drawn(mean: number, random: Random): number {
  return Math.max(0, mean + Math.sqrt(mean) * standardNormal(random));
}

/** A standard normal value (Box and Muller). */
export function standardNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
