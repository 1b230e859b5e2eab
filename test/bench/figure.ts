/** What a benchmark tells. */

/** One figure: a median, of as many repetitions as `note` says. */
export interface BenchFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the figure is to stay under (or over, with `limitIs: 'at-least'`). */
  readonly limit?: number;
  readonly limitIs?: 'at-most' | 'at-least';
  readonly note?: string;
}

/** The middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('expected at least one value');
  return middle;
}
