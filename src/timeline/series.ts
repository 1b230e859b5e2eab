/** Values over time: step series (a value holds until the next) and their columns in a plot. */

/** A value that holds from `t` until the next point; `undefined` is a gap: nothing is known from there. */
interface SeriesPoint {
  /** Milliseconds since the run began. */
  readonly t: number;
  readonly value: number | undefined;
}

/** Points in order of time; before the first nothing is known. */
export type StepSeries = readonly SeriesPoint[];

/** The value at an instant; undefined before the first point and within a gap. O(log n). */
export function seriesValueAt(series: StepSeries, t: number): number | undefined {
  return series[lastIndexAt(series, t)]?.value;
}

/** Index of the last point at or before `t`; -1 when there is none. */
function lastIndexAt(series: StepSeries, t: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series[middle]?.t ?? Infinity) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The series without points that repeat the value before them. */
export function withoutRepeats(series: StepSeries): StepSeries {
  return series.filter((point, index) => index === 0 || point.value !== series[index - 1]?.value);
}

/** How the values within a column become one. */
export type ColumnRule = 'last' | 'max' | 'mean';

/** Part of time in equal columns. */
export interface Columns {
  readonly fromT: number;
  readonly toT: number;
  /** At least 1. */
  readonly count: number;
  /** `last`: the value at the column's end; `max`: the highest in it; `mean`: weighted by time. */
  readonly rule: ColumnRule;
}

/**
 * One value for each column, `undefined` where nothing is known in the whole column.
 *
 * Shape: `count` values. Nothing is interpolated: a gap stays a gap.
 */
export function resample(series: StepSeries, columns: Columns): readonly (number | undefined)[] {
  const width = (columns.toT - columns.fromT) / columns.count;
  return Array.from({ length: columns.count }, (_, index) => {
    const fromT = columns.fromT + index * width;
    return columnValue(series, { fromT, toT: fromT + width, rule: columns.rule });
  });
}

function columnValue(
  series: StepSeries,
  column: { readonly fromT: number; readonly toT: number; readonly rule: ColumnRule },
): number | undefined {
  const { fromT, toT, rule } = column;
  let weighted = 0;
  let knownMs = 0;
  let max: number | undefined;
  let last: number | undefined;
  for (let index = Math.max(0, lastIndexAt(series, fromT)); index < series.length; index++) {
    const point = series[index];
    if (point === undefined || point.t >= toT) break;
    const lengthMs = Math.min(series[index + 1]?.t ?? toT, toT) - Math.max(point.t, fromT);
    if (lengthMs <= 0) continue;
    last = point.value ?? last;
    if (point.value === undefined) continue;
    weighted += point.value * lengthMs;
    knownMs += lengthMs;
    max = Math.max(max ?? point.value, point.value);
  }
  if (rule === 'last') return last;
  if (rule === 'max') return max;
  return knownMs === 0 ? undefined : weighted / knownMs;
}
