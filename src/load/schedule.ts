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

/** A schedule of which a sender may have a share. */
export interface WholeSchedule extends Schedule {
  /** Passes over so many arrivals, for less than {@link Schedule.next} takes to tell their instants. */
  skip(count: number): void;
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
): WholeSchedule {
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
export function shareOf(schedule: WholeSchedule, { index, count }: LoadShare): Schedule {
  let isFirst = true;
  return {
    next: () => {
      schedule.skip(isFirst ? index : count - 1);
      isFirst = false;
      return schedule.next();
    },
  };
}

function evenSchedule(shape: Shape): WholeSchedule {
  let reached = 0.5;
  return {
    skip: (count) => {
      reached += count;
    },
    next: () => {
      if (reached >= shape.totalArrivals) return undefined;
      return shape.dueMs(reached++);
    },
  };
}

function poissonSchedule(shape: Shape, random: Random): WholeSchedule {
  let reached = 0;
  const step = (): void => {
    reached -= Math.log1p(-random.next()); // next() is below 1, so the logarithm is finite
  };
  return {
    skip: (count) => {
      for (let left = count; left > 0; left--) step();
    },
    next: () => {
      step();
      return reached < shape.totalArrivals ? shape.dueMs(reached) : undefined;
    },
  };
}
