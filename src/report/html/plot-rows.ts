/** Several series as rows of one table of instants, thinned without hiding a peak. */
import type { Span } from '../../analysis/run-facts.js';
import type { StepSeries } from '../../timeline/series.js';

/**
 * A row for each instant; a value holds until the next row, `undefined` where nothing is known. Before
 * a gap stands a row of the same instant that still holds the value, so that steps reach up to the gap.
 */
export interface PlotRows {
  /** ms since the run began, never falling. */
  readonly instants: readonly number[];
  /** Shape: one list for each series, each as long as `instants`. */
  readonly values: readonly (readonly (number | undefined)[])[];
  /** Length of the parts that were thinned to two rows each; absent when every change is there. */
  readonly thinnedToMs?: number;
}

/** Which part of time, and how many rows it may become. */
export interface RowLimits extends Span {
  /** At least 4. */
  readonly maxRows: number;
}

/**
 * The series within a span on one list of instants.
 *
 * Every change is kept while there are at most `maxRows` of them. With more, time is cut into
 * `maxRows / 2` equal parts of two rows each: the lowest and the highest value of the part, in the order
 * in which they came, so no peak is lost and none is moved by more than a part. Where nothing is known for
 * some of a part, its second row says so and its first is the highest value: a gap stays a gap.
 */
export function plotRows(series: readonly StepSeries[], limits: RowLimits): PlotRows {
  const instants = changeInstants(series, limits);
  if (instants.length <= limits.maxRows) {
    return upToGaps({ instants, values: series.map((each) => valuesAt(each, instants)) });
  }
  const parts = Math.floor(limits.maxRows / 2);
  const widthMs = (limits.toT - limits.fromT) / parts;
  const rows = upToGaps({
    instants: Array.from({ length: parts * 2 }, (_, row) => limits.fromT + (row * widthMs) / 2),
    values: series.map((each) => thinned(each, limits.fromT, { parts, widthMs })),
  });
  return { ...rows, thinnedToMs: widthMs };
}

/** With a row before each gap. */
function upToGaps({ instants, values }: PlotRows): PlotRows {
  const kept = instants.flatMap((_, row) => {
    const isGapBegun = values.some(
      (column) => column[row] === undefined && column[row - 1] !== undefined,
    );
    return isGapBegun
      ? [
          { row: row - 1, at: row },
          { row, at: row },
        ]
      : [{ row, at: row }];
  });
  return {
    instants: kept.map(({ at }) => instants[at] ?? 0),
    values: values.map((column) => kept.map(({ row }) => column[row])),
  };
}

function changeInstants(series: readonly StepSeries[], { fromT, toT }: Span): readonly number[] {
  const all = new Set([fromT, toT]);
  for (const each of series) {
    for (const { t } of each) if (t > fromT && t < toT) all.add(t);
  }
  return [...all].sort((a, b) => a - b);
}

function valuesAt(
  series: StepSeries,
  instants: readonly number[],
): readonly (number | undefined)[] {
  let next = 0;
  return instants.map((t) => {
    while ((series[next]?.t ?? Infinity) <= t) next++;
    return series[next - 1]?.value;
  });
}

function thinned(
  series: StepSeries,
  fromT: number,
  { parts, widthMs }: { readonly parts: number; readonly widthMs: number },
): readonly (number | undefined)[] {
  const rows: (number | undefined)[] = [];
  let next = 0;
  while ((series[next]?.t ?? Infinity) <= fromT) next++;
  for (let part = 0; part < parts; part++) {
    const endT = fromT + (part + 1) * widthMs;
    const extremes = new Extremes();
    extremes.take(series[next - 1]?.value);
    for (; (series[next]?.t ?? Infinity) < endT; next++) extremes.take(series[next]?.value);
    rows.push(...extremes.rows());
  }
  return rows;
}

/** The lowest and highest of the values taken, and which came first. */
class Extremes {
  #low: number | undefined;
  #high: number | undefined;
  #isHighLater = false;
  #isPartlyUnknown = false;

  take(value: number | undefined): void {
    if (value === undefined) {
      this.#isPartlyUnknown = true;
      return;
    }
    if (this.#low === undefined || value < this.#low) {
      this.#low = value;
      this.#isHighLater = false;
    }
    if (this.#high === undefined || value > this.#high) {
      this.#high = value;
      this.#isHighLater = true;
    }
  }

  rows(): readonly [number | undefined, number | undefined] {
    if (this.#isPartlyUnknown) return [this.#high, undefined];
    return this.#isHighLater ? [this.#low, this.#high] : [this.#high, this.#low];
  }
}
