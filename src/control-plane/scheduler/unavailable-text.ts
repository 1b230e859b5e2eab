/** How many nodes were refused for what, in upstream's words. */

/**
 * `0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu.`, the reasons sorted as texts.
 *
 * @param reasons - of every node; a node may have several.
 * @see Source: kubernetes `pkg/scheduler/framework/types.go`, `FitError.Error`.
 */
export function unavailableText(reasons: readonly (readonly string[])[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${reasons.length} nodes are available: ${texts.join(', ')}.`;
}
