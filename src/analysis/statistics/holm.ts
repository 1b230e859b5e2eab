/** Chances of several tests, corrected for their number. */

/**
 * Chances adjusted by Holm's step-down method, in the order given: when each is compared with 5 %, the
 * chance of even one false alarm over all of them stays at most 5 %.
 *
 * Source: Holm, A simple sequentially rejective multiple test procedure (1979).
 */
export function holmAdjusted(chances: readonly number[]): readonly number[] {
  const order = chances
    .map((_, index) => index)
    .sort((a, b) => (chances[a] ?? 0) - (chances[b] ?? 0));
  const adjusted = chances.map(() => 1);
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, (chances[index] ?? 1) * (chances.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}
