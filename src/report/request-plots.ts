/** The plots that a run and a load sent on its own have in common: the rate, and response times. */
import type { EncodedHistogram } from '../load/sender.js';
import { mergeHistograms } from '../load/histogram.js';
import { resample, type StepSeries } from '../timeline/series.js';
import { latencyText, numberText } from './format.js';
import { plot } from './plot.js';
import type { TimeAxis } from './time-axis.js';

/** Columns left of a plot for its labels. */
export const LABEL_COLUMNS = 7;
/** Columns of a plot's own axis. */
export const AXIS_COLUMNS = 2;
/** Rows of a plot whose values have no steps of their own. */
export const ROWS = 7;
/** From this ratio of highest to lowest on, response times are drawn on a logarithmic scale. */
const LOG_FROM_RATIO = 20;
const SECOND_MS = 1_000;

/** What all plots of a report share. */
export interface Draw {
  readonly axis: TimeAxis;
  /** Columns in which a stretch of the load begins. */
  readonly marks: readonly number[];
}

/** Requests due, and answered without a server error, a second. */
export function ratePlot(
  { due, answered }: { readonly due: StepSeries; readonly answered: StepSeries },
  { axis, marks }: Draw,
): readonly string[] {
  const { fromT, toT, columns } = axis;
  const means = (series: StepSeries): readonly (number | undefined)[] =>
    resample(series, { fromT, toT, count: columns, rule: 'mean' });
  return plot({
    title: 'Requests a second',
    lines: [
      { name: 'due', style: 'dotted', values: means(due) },
      { name: 'answered (not 5xx)', style: 'thick', values: means(answered) },
    ],
    rows: ROWS,
    columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => numberText(value, 1),
    isRound: true,
    marks,
  });
}

/** One second of the load with its response times; `t` on the axis that is drawn. */
export interface TimedSecond {
  readonly t: number;
  /** How long it is where several are told together; absent: a second. */
  readonly lengthMs?: number;
  readonly responseTime: EncodedHistogram;
}

/** p50 and p99 of all answers of the seconds in each column together; percentiles cannot be averaged. */
export function responseTimePlot(
  seconds: readonly TimedSecond[],
  { axis, marks }: Draw,
): readonly string[] {
  const merged = columnHistograms(seconds, axis);
  const p50 = merged.map((histogram) => histogram.percentileMs(50));
  const p99 = merged.map((histogram) => histogram.percentileMs(99));
  const known = [...p50, ...p99].filter((value) => value !== undefined);
  const lowest = known.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = known.reduce((a, b) => Math.max(a, b), 0);
  const isLog = lowest > 0 && highest / lowest >= LOG_FROM_RATIO;
  const scaled = (value: number | undefined): number | undefined =>
    value === undefined || !isLog ? value : Math.log10(value);
  return plot({
    title: `Response time${isLog ? ' (log scale)' : ''}`,
    lines: [
      { name: 'p99', style: 'thin', values: p99.map(scaled) },
      { name: 'p50', style: 'thick', values: p50.map(scaled) },
    ],
    rows: ROWS,
    columns: axis.columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => latencyText(isLog ? 10 ** value : value),
    ...(isLog ? {} : { isRound: true }),
    marks,
  });
}

function columnHistograms(seconds: readonly TimedSecond[], axis: TimeAxis) {
  const widthMs = (axis.toT - axis.fromT) / axis.columns;
  return Array.from({ length: axis.columns }, (_, column) => {
    const fromT = axis.fromT + column * widthMs;
    const within = seconds.filter(
      ({ t, lengthMs = SECOND_MS }) => t + lengthMs > fromT && t < fromT + widthMs,
    );
    return mergeHistograms(within.map(({ responseTime }) => responseTime));
  });
}
