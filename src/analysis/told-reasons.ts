/** Several figures that are absent, told as one. */

/**
 * The reasons in words: the one there is, or each of them with how many it is true of, the most frequent
 * first.
 */
export function toldReasons(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const byCount = [...counts].toSorted(([, a], [, b]) => b - a);
  const [first] = byCount;
  if (byCount.length <= 1) return first?.[0] ?? '';
  return byCount.map(([reason, count]) => `${reason} (${count})`).join('; ');
}
