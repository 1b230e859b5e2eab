/** A fault of an experiment file, with its place and what would be right. */

/** One thing that is wrong. */
export interface Fault {
  readonly fileName: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number;
  /** Field, as `load.stages[1].rate`; '' is the whole file. */
  readonly path: string;
  /** Completes "expected ...". */
  readonly expected: string;
  /** Completes "found ...". */
  readonly found: string;
  /** A known word near the one found, or a few of them; absent when none is near. */
  readonly nearest?: string;
}

/** `spike.yaml:14:9: load.stages[1].rate: expected a rate such as 45/s, found "45 per s"`. */
export function formatFault(fault: Fault): string {
  const path = fault.path === '' ? '' : `${fault.path}: `;
  const hint = fault.nearest === undefined ? '' : ` (did you mean ${fault.nearest}?)`;
  const place = `${fault.fileName}:${fault.line}:${fault.column}`;
  return `${place}: ${path}expected ${fault.expected}, found ${fault.found}${hint}`;
}

/**
 * The word nearest to a misspelled one: the same but for case, `-` and `_`, or at most a third of its
 * letters (at least two) changed, added, removed or swapped with their neighbour; undefined when none is that near.
 */
export function nearestWord(wrong: string, words: readonly string[]): string | undefined {
  return nearestWords(wrong, words, 1)[0];
}

/** The words as near as {@link nearestWord} asks, at most `limit`, the nearest first. */
export function nearestWords(
  wrong: string,
  words: readonly string[],
  limit: number,
): readonly string[] {
  const farthest = Math.max(2, Math.floor(wrong.length / 3));
  return words
    .map((word) => ({ word, distance: editDistance(plain(wrong), plain(word)) }))
    .filter(({ word, distance }) => distance <= farthest && distance < word.length)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ word }) => word);
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Optimal string alignment distance (Damerau-Levenshtein without repeated edits of one pair). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
