/** The middle of a handful of values. */

/**
 * The median: the middle value, or the mean of the two middle ones.
 *
 * @param values - at least one; they stay as they are.
 */
export function median(values: readonly number[]): number {
  return medianOfSorted(Float64Array.from(values).sort());
}

/** As `median`, of at least one value in ascending order. */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const upper = Math.floor(sorted.length / 2);
  const high = sorted[upper] ?? Number.NaN;
  if (sorted.length % 2 === 1) return high;
  return ((sorted[upper - 1] ?? Number.NaN) + high) / 2;
}
