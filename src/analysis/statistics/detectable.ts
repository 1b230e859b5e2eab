/** What so few trials could have shown at all. */
import { median } from './median.js';
import { rankSumTest, smallestP } from './rank-sum.js';

/** The smallest difference that could have been shown, or that none could. */
export type Detectable =
  | { readonly kind: 'difference'; readonly value: number }
  /** Not even the largest difference would do; so many trials of each would be the fewest. */
  | { readonly kind: 'none'; readonly trialsNeeded: number };

/**
 * The smallest difference of medians that a rank-sum test of these samples would have called significant,
 * had their scatter been what it was: both are moved onto one median, and one is then moved away until the
 * test says so. The farther of the two directions counts.
 *
 * @param significance - the chance below which a difference is called shown: 0.05, or less when
 * several measures are tested.
 */
export function smallestDetectable(
  first: readonly number[],
  second: readonly number[],
  significance: number,
): Detectable {
  if (smallestP(first.length, second.length) > significance) {
    return { kind: 'none', trialsNeeded: fewestTrials(significance) };
  }
  const a = centered(first);
  const b = centered(second);
  return {
    kind: 'difference',
    value: Math.max(leastShift(a, b, significance), leastShift(b, a, significance)),
  };
}

/** The fewest trials of each of two variants whose rank-sum test can be below a chance. */
export function fewestTrials(significance: number): number {
  let trials = 1;
  while (smallestP(trials, trials) > significance) trials++;
  return trials;
}

function centered(values: readonly number[]): readonly number[] {
  const middle = median(values);
  return values.map((value) => value - middle);
}

/**
 * How far `moved` must be shifted upwards until it is told from `fixed`. What the test says changes only
 * where a shifted value passes one of `fixed`; so it is asked between such shifts alone.
 */
function leastShift(
  moved: readonly number[],
  fixed: readonly number[],
  significance: number,
): number {
  const isShown = (shift: number): boolean => {
    const { p, u } = rankSumTest(
      moved.map((value) => value + shift),
      fixed,
    );
    return p <= significance && u > (moved.length * fixed.length) / 2;
  };
  const all = fixed.flatMap((value) => moved.map((from) => value - from));
  const passes = [...new Set(all)].filter((shift) => shift >= 0).sort((a, b) => a - b);
  let low = 0;
  let high = passes.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isShown(beyond(passes, middle))) high = middle;
    else low = middle + 1;
  }
  return passes[low] ?? 0; // no scatter: every difference would show
}

/** A shift between one and the next. */
function beyond(passes: readonly number[], index: number): number {
  const from = passes[index] ?? 0;
  const next = passes[index + 1];
  return next === undefined ? 2 * from + 1 : (from + next) / 2;
}
