/** Which of a plan's sessions each arrival is: by weight, and by its number and the seed alone. */
import { numberedRandom, seededRandom } from '../core/random.js';

/** Steps of this share of a circle spread points over it more evenly than any other (golden ratio). */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * How the kinds of session are mixed.
 *
 * - `even`: spread as evenly as can be; after any number of arrivals each kind has had its share within
 *   a few arrivals, so that every second has much the same work in it.
 * - `random`: each arrival on its own, as users who know nothing of each other.
 */
export type MixKind = 'even' | 'random';

/** Which session an arrival is: its index, by the arrival's number. */
export type Mix = (number: number) => number;

/** @param weights - at least one, each above 0; a kind's share is its weight of the sum. */
export function mixOf(
  weights: readonly number[],
  { kind, seed }: { readonly kind: MixKind; readonly seed: number },
): Mix {
  if (weights.length === 1) return () => 0;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let reached = 0;
  const bounds = weights.map((weight) => (reached += weight) / sum);
  const last = weights.length - 1;
  const kindAt = (share: number): number => {
    const index = bounds.findIndex((bound) => share < bound);
    return index === -1 ? last : index; // the last bound may be a rounding error below 1
  };
  const random = seededRandom(seed).child('mix');
  if (kind === 'even') {
    const start = random.next();
    return (number) => kindAt((start + number * GOLDEN) % 1);
  }
  const mixSeed = random.below(2 ** 32);
  return (number) => kindAt(numberedRandom(mixSeed, number).next());
}
