/** When each arrival is due. */
import { type Random, seededRandom } from '../core/random.js';
import type { LoadShare } from './plan-shares.js';
import type { Shape } from './shape.js';
import type { OpenLoad } from './sender.js';

/** Instants of arrivals, ms since the load began, rising; each is computed, never accumulated. */
export interface Schedule {
  /** The next instant; absent when there are no more. */
  next(): number | undefined;
}

/**
 * The arrivals of a profile.
 *
 * - `even`: arrival n (0 first) is due when the integral of the rate reaches n + 1/2, so the number of
 *   arrivals before any instant is the integral rounded: never more than half an arrival away.
 * - `poisson`: a Poisson process with the profile as its rate, exact by time-rescaling: gaps of a
 *   unit-exponential distribution, taken through the inverse of the integral.
 *
 * @param options - `seed` counts for `poisson` only; the same seed gives the same instants.
 */
export function scheduleOf(
  shape: Shape,
  options: { readonly spacing: OpenLoad['spacing']; readonly seed: number },
): Schedule {
  const { spacing, seed } = options;
  return spacing === 'even'
    ? evenSchedule(shape)
    : poissonSchedule(shape, seededRandom(seed).child('arrivals'));
}

/** The instants of a schedule as a sequence. */
export function* instantsOf(schedule: Schedule): Generator<number, void> {
  for (let dueMs = schedule.next(); dueMs !== undefined; dueMs = schedule.next()) yield dueMs;
}

/** Every `count`-th arrival, beginning with the `index`-th: one sender's share of a schedule. */
export function shareOf(schedule: Schedule, { index, count }: LoadShare): Schedule {
  const skip = (many: number): void => {
    for (let left = many; left > 0; left--) schedule.next();
  };
  let isFirst = true;
  return {
    next: () => {
      skip(isFirst ? index : count - 1);
      isFirst = false;
      return schedule.next();
    },
  };
}

function evenSchedule(shape: Shape): Schedule {
  let reached = 0.5;
  return {
    next: () => {
      if (reached >= shape.totalArrivals) return undefined;
      return shape.dueMs(reached++);
    },
  };
}

function poissonSchedule(shape: Shape, random: Random): Schedule {
  let reached = 0;
  return {
    next: () => {
      reached -= Math.log1p(-random.next()); // next() is below 1, so the logarithm is finite
      return reached < shape.totalArrivals ? shape.dueMs(reached) : undefined;
    },
  };
}
