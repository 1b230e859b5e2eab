/** Sets of completion indexes and their text form, as in `status.completedIndexes`: `0,2-5,7`. */

/** A run of indexes, both ends included. */
interface Interval {
  readonly first: number;
  readonly last: number;
}

/**
 * A set of indexes kept as ordered runs, because a Job may have many.
 *
 * @see Source: kubernetes `pkg/controller/job/indexed_job_utils.go`, `orderedIntervals`.
 */
export class JobIndexes {
  static readonly NONE = new JobIndexes([]);
  readonly #intervals: readonly Interval[];

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals;
  }

  /** The set of some numbers, in any order. */
  static of(indexes: Iterable<number>): JobIndexes {
    const sorted = [...new Set(indexes)].sort((a, b) => a - b);
    return new JobIndexes(merged(sorted.map((index) => ({ first: index, last: index }))));
  }

  /** The set a text names, without what is not below `completions` or cannot be read. */
  static parse(text: string | undefined, completions: number): JobIndexes {
    const intervals: Interval[] = [];
    for (const part of (text ?? '') === '' ? [] : (text ?? '').split(',')) {
      const [first = Number.NaN, last = first] = part.split('-').map(wholeNumber);
      if (Number.isNaN(first) || Number.isNaN(last)) continue;
      if (first >= completions) break;
      intervals.push({ first, last: Math.min(last, completions - 1) });
    }
    return new JobIndexes(merged(intervals));
  }

  /** How many indexes there are. */
  get size(): number {
    return this.#intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  has(index: number): boolean {
    return this.#intervals.some(({ first, last }) => first <= index && index <= last);
  }

  /** The indexes of both. */
  union(other: JobIndexes): JobIndexes {
    const all = [...this.#intervals, ...other.#intervals].sort((a, b) => a.first - b.first);
    return new JobIndexes(merged(all));
  }

  /** How many indexes both have. */
  overlap(other: JobIndexes): number {
    let count = 0;
    for (const a of this.#intervals) {
      for (const b of other.#intervals) {
        count += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
      }
    }
    return count;
  }

  /** The first `count` indexes below `completions` that are not in the set. */
  firstMissing(count: number, completions: number): readonly number[] {
    const missing: number[] = [];
    let candidate = 0;
    for (const { first, last } of this.#intervals) {
      for (; candidate < first && candidate < completions && missing.length < count; candidate++) {
        missing.push(candidate);
      }
      candidate = Math.max(candidate, last + 1);
    }
    for (; candidate < completions && missing.length < count; candidate++) missing.push(candidate);
    return missing;
  }

  toString(): string {
    return this.#intervals
      .map(({ first, last }) => {
        if (first === last) return String(first);
        return `${first}${last === first + 1 ? ',' : '-'}${last}`;
      })
      .join(',');
  }
}

/** How many indexes a text names, or in upstream's words what is wrong with it. */
export type IndexesFormat =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'fault'; readonly fault: string };

/** @see Source: kubernetes `pkg/apis/batch/validation/validation.go`, `validateIndexesFormat`. */
export function indexesFormat(text: string, completions: number): IndexesFormat {
  let previous: number | undefined;
  let count = 0;
  for (const part of text === '' ? [] : text.split(',')) {
    const interval = readInterval(part, completions);
    if (typeof interval === 'string') return { kind: 'fault', fault: interval };
    if (previous !== undefined && previous >= interval.first) {
      return { kind: 'fault', fault: nonIncreasing(previous, interval.first) };
    }
    count += interval.last - interval.first + 1;
    previous = interval.last;
  }
  return { kind: 'count', count };
}

/** @see Source: `validation.go`, `parseIndexInterval`. */
function readInterval(text: string, completions: number): Interval | string {
  const ends = text.split('-');
  if (ends.length > 2) {
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const numbers: number[] = [];
  for (const end of ends) {
    const number = wholeNumber(end);
    if (Number.isNaN(number)) {
      return `cannot convert string to integer for index: ${JSON.stringify(end)}`;
    }
    if (number >= completions) return `too large index: ${JSON.stringify(end)}`;
    numbers.push(number);
  }
  const [first = 0, last] = numbers;
  if (last === undefined) return { first, last: first };
  return first >= last ? nonIncreasing(first, last) : { first, last };
}

function nonIncreasing(previous: number, current: number): string {
  return `non-increasing order, previous: ${previous}, current: ${current}`;
}

function wholeNumber(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Intervals by their first index, with those that touch made one. */
function merged(intervals: readonly Interval[]): readonly Interval[] {
  const result: Interval[] = [];
  for (const interval of intervals) {
    const last = result.at(-1);
    if (last === undefined || interval.first > last.last + 1) result.push(interval);
    else if (last.last < interval.last) {
      result[result.length - 1] = { first: last.first, last: interval.last };
    }
  }
  return result;
}
