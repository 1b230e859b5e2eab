/** The plots of a run, one under the other on one time axis. */
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import { podHistories } from '../analysis/pod-history.js';
import { desiredSeries, readySeries } from '../analysis/replicas.js';
import type { LoadStretch } from '../analysis/requests.js';
import { recordsOf } from '../analysis/run-facts.js';
import { mergeHistograms } from '../load/histogram.js';
import type { LoadRecord, Timeline } from '../timeline/record.js';
import { resample, type ColumnRule, type StepSeries } from '../timeline/series.js';
import { latencyText, numberText } from './format.js';
import { plot, type PlotLine } from './plot.js';
import { answeredOf, cpuPercentSeries, secondSeries } from './run-series.js';
import { axisLines, columnOf, stretchLines, type TimeAxis } from './time-axis.js';

const MAX_PIECES = 12;
const LABEL_COLUMNS = 7;
const AXIS_COLUMNS = 2;
const ROWS = 7;
const MAX_REPLICA_ROWS = 11;
const MAX_CPU_STEPS = 9;
const SECOND_MS = 1_000;
/** From this ratio of highest to lowest on, response times are drawn on a logarithmic scale. */
const LOG_FROM_RATIO = 20;

/** All plots of a run; empty when nothing was observed. */
export function runPlots(
  timeline: Timeline,
  analysis: Analysis,
  columns: number,
): readonly string[] {
  const axis = timeAxis(analysis, columns - LABEL_COLUMNS - AXIS_COLUMNS);
  if (axis.toT <= axis.fromT) return [];
  const stretches = namedStretches(analysis);
  const margin = LABEL_COLUMNS;
  const starts = stretches.map(({ fromT }) => fromT).slice(1);
  const marks = starts.map((t) => columnOf(axis, t)).filter((column) => column !== undefined);
  const draw: Draw = { axis, marks };
  return [
    ...stretchLines(axis, stretches, margin),
    ...ratePlot(timeline, draw),
    '',
    ...replicaPlot(timeline, draw),
    '',
    ...cpuPlot(timeline, analysis, draw),
    '',
    ...responsePlot(timeline, draw),
    ...axisLines(axis, margin),
    `${' '.repeat(margin + 1)}${axisCaption(analysis)}`,
  ];
}

/** Pieces of the plan, or its stages where the pieces are too many to be told apart. */
function namedStretches({ stretches, stages }: Analysis): readonly LoadStretch[] {
  const pieces = valueOf(stretches) ?? [];
  if (pieces.length <= MAX_PIECES) return pieces;
  return valueOf(stages)?.map(({ load }) => load) ?? pieces;
}

interface Draw {
  readonly axis: TimeAxis;
  readonly marks: readonly number[];
}

/** From the load's beginning (else the run's) to the end of the observation. */
function timeAxis({ loadStartT, observed }: Analysis, columns: number): TimeAxis {
  const originT = valueOf(loadStartT) ?? observed.fromT;
  return { fromT: originT, toT: observed.toT, originT, columns };
}

function axisCaption({ loadStartT }: Analysis): string {
  const from = loadStartT.kind === 'measured' ? 'the first request' : 'the beginning of the run';
  return `minutes:seconds since ${from}`;
}

function line(
  of: Omit<PlotLine, 'values'> & { readonly series: StepSeries; readonly rule: ColumnRule },
  { axis }: Draw,
): PlotLine {
  const { name, style, series, rule } = of;
  const { fromT, toT, columns: count } = axis;
  return { name, style, values: resample(series, { fromT, toT, count, rule }) };
}

function ratePlot(timeline: Timeline, draw: Draw): readonly string[] {
  const seconds = recordsOf(timeline, 'load');
  const offered = secondSeries(seconds, ({ due }) => due);
  const answered = secondSeries(seconds, answeredOf);
  return plot({
    title: 'Requests a second',
    lines: [
      line({ name: 'due', style: 'dotted', series: offered, rule: 'mean' }, draw),
      line({ name: 'answered (not 5xx)', style: 'thick', series: answered, rule: 'mean' }, draw),
    ],
    rows: ROWS,
    columns: draw.axis.columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => numberText(value, 1),
    isRound: true,
    marks: draw.marks,
  });
}

function replicaPlot(timeline: Timeline, draw: Draw): readonly string[] {
  const pods = podHistories(timeline);
  const lines = [
    line({ name: 'desired', style: 'dotted', series: desiredSeries(timeline), rule: 'last' }, draw),
    line({ name: 'ready', style: 'thick', series: readySeries(pods), rule: 'last' }, draw),
  ];
  const highest = highestOf(lines) ?? 1;
  return plot({
    title: 'Pods',
    lines,
    rows: highest < MAX_REPLICA_ROWS ? Math.max(highest, 2) + 1 : ROWS,
    columns: draw.axis.columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => numberText(value, highest < MAX_REPLICA_ROWS ? 0 : 1),
    min: 0,
    atLeastMax: 2,
    marks: draw.marks,
  });
}

function highestOf(lines: readonly PlotLine[]): number | undefined {
  const values = lines.flatMap(({ values: all }) => all).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}

function cpuPlot(timeline: Timeline, analysis: Analysis, draw: Draw): readonly string[] {
  const title = 'CPU, % of the requests';
  const target = valueOf(analysis.target);
  if (target === undefined) return [`${title}   (the HPA's CPU target is not known)`];
  const { utilizationPercent } = target;
  const { used, shown } = cpuPercentSeries(timeline, target);
  const targetSeries = [{ t: draw.axis.fromT, value: utilizationPercent }];
  const lines = [
    line(
      {
        name: `target ${utilizationPercent} %`,
        style: 'dotted',
        series: targetSeries,
        rule: 'last',
      },
      draw,
    ),
    line({ name: 'metrics API', style: 'thin', series: shown, rule: 'last' }, draw),
    line({ name: 'truly used', style: 'thick', series: used, rule: 'mean' }, draw),
  ];
  const { rows, max } = rowsThrough(utilizationPercent, highestOf(lines) ?? utilizationPercent);
  return plot({
    title,
    lines,
    rows,
    columns: draw.axis.columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => `${numberText(value, 1)} %`,
    min: 0,
    atLeastMax: max,
    marks: draw.marks,
  });
}

/** Rows that one value lies on exactly: a target line drawn half a row off would mislead. */
function rowsThrough(
  value: number,
  highest: number,
): { readonly rows: number; readonly max: number } {
  let step = value / 2;
  while (highest / step > MAX_CPU_STEPS) step *= 2;
  const steps = Math.max(Math.ceil(highest / step), 4);
  return { rows: steps + 1, max: steps * step };
}

function responsePlot(timeline: Timeline, draw: Draw): readonly string[] {
  const columns = columnHistograms(recordsOf(timeline, 'load'), draw.axis);
  const p50 = columns.map((histogram) => histogram?.percentileMs(50));
  const p99 = columns.map((histogram) => histogram?.percentileMs(99));
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
    columns: draw.axis.columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => latencyText(isLog ? 10 ** value : value),
    ...(isLog ? {} : { isRound: true }),
    marks: draw.marks,
  });
}

/** The answers of all seconds that lie in a column, together; percentiles cannot be averaged. */
function columnHistograms(
  seconds: readonly LoadRecord[],
  axis: TimeAxis,
): readonly (ReturnType<typeof mergeHistograms> | undefined)[] {
  const widthMs = (axis.toT - axis.fromT) / axis.columns;
  return Array.from({ length: axis.columns }, (_, column) => {
    const fromT = axis.fromT + column * widthMs;
    const within = seconds.filter(({ t }) => t + SECOND_MS > fromT && t < fromT + widthMs);
    return within.length === 0
      ? undefined
      : mergeHistograms(within.map(({ load }) => load.responseTime));
  });
}
