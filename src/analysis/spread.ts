/** Mean, p95 and maximum of a share over time. */

/** A share over time: each reading counts as long as it lasted. */
export interface Spread {
  readonly mean: number;
  /** The smallest value that was not exceeded in 95 % of the time. */
  readonly p95: number;
  readonly max: number;
}

/** Values with the time that each counts for. Shape: as many weights as values. */
export interface Weighted {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/** The spread of some values. @param weighted - at least one. */
export function spreadOf(weighted: Weighted): Spread {
  const { values, weights } = weighted;
  let whole = 0;
  let sum = 0;
  let max = -Infinity;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    const weight = weights[index] ?? 0;
    whole += weight;
    sum += value * weight;
    if (value > max) max = value;
  }
  return { mean: sum / whole, p95: notExceeded(weighted, 0.95 * whole), max };
}

/** The smallest value such that values up to it weigh at least `wanted`, by halving. */
function notExceeded(all: Weighted, wanted: number): number {
  const sorted = all.values.toSorted();
  // Only the first `count` of these may still be it; all that were left out below them weigh `below`.
  const values = all.values.slice();
  const weights = all.weights.slice();
  let count = values.length;
  let below = 0;
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const limit = sorted[middle] ?? Infinity;
    let weight = below;
    for (let index = 0; index < count; index++) {
      if ((values[index] ?? Infinity) <= limit) weight += weights[index] ?? 0;
    }
    // Sums of weights are a little off; no value is passed over for it.
    const isEnough = weight >= wanted * (1 - 1e-12);
    if (isEnough) high = middle;
    else {
      low = middle + 1;
      below = weight;
    }
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const value = values[index] ?? Infinity;
      if (value <= limit !== isEnough) continue;
      values[kept] = value;
      weights[kept] = weights[index] ?? 0;
      kept++;
    }
    count = kept;
  }
  return sorted[low] ?? Number.NaN;
}
