/** The plots of a run, one under the other on one time axis. */
import { spanMs } from '../load/load-span.js';
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import { podHistories } from '../analysis/pod-history.js';
import { desiredSeries, readySeries } from '../analysis/replicas.js';
import { cpuRequestOf, recordsOf } from '../analysis/run-facts.js';
import type { Timeline } from '../timeline/record.js';
import { resample, type ColumnRule, type StepSeries } from '../timeline/series.js';
import { numberText } from './format.js';
import { plot, type PlotLine } from './plot.js';
import {
  AXIS_COLUMNS,
  LABEL_COLUMNS,
  ratePlot,
  responseTimePlot,
  ROWS,
  type Draw,
} from './request-plots.js';
import { answeredOf, cpuPercentSeries, dueOf, secondSeries } from './run-series.js';
import { axisLines, columnOf, stretchLines, type TimeAxis } from './time-axis.js';
import { toldStretches } from './told-stretches.js';

const MAX_REPLICA_ROWS = 11;
const MAX_CPU_STEPS = 9;
/** Where there is no target, a line lies on all that is requested. */
const WHOLE_PERCENT = 100;

/** All plots of a run; empty when nothing was observed. */
export function runPlots(
  timeline: Timeline,
  analysis: Analysis,
  columns: number,
): readonly string[] {
  const axis = timeAxis(analysis, columns - LABEL_COLUMNS - AXIS_COLUMNS);
  if (axis.toT <= axis.fromT) return [];
  const stretches = toldStretches(analysis);
  const margin = LABEL_COLUMNS;
  const starts = stretches.map(({ fromT }) => fromT).slice(1);
  const marks = starts.map((t) => columnOf(axis, t)).filter((column) => column !== undefined);
  const draw: Draw = { axis, marks };
  const seconds = recordsOf(timeline, 'load');
  return [
    ...stretchLines(axis, stretches, margin),
    ...ratePlot(
      { due: secondSeries(seconds, dueOf), answered: secondSeries(seconds, answeredOf) },
      draw,
    ),
    '',
    ...replicaPlot(timeline, draw),
    '',
    ...cpuPlot(timeline, analysis, draw),
    '',
    ...responseTimePlot(
      seconds.map(({ t, load }) => ({
        t,
        lengthMs: spanMs(load),
        responseTime: load.responseTime,
      })),
      draw,
    ),
    ...axisLines(axis, margin),
    `${' '.repeat(margin + 1)}${axisCaption(analysis)}`,
  ];
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
  const request = cpuRequestOf(timeline);
  if (request === undefined) return [`${title}   (no pod that requests CPU was seen)`];
  const wanted = valueOf(analysis.target)?.utilizationPercent;
  const { used, shown } = cpuPercentSeries(timeline, request);
  const targetLine = (percent: number): PlotLine =>
    line(
      {
        name: `target ${percent} %`,
        style: 'dotted',
        series: [{ t: draw.axis.fromT, value: percent }],
        rule: 'last',
      },
      draw,
    );
  const lines = [
    ...(wanted === undefined ? [] : [targetLine(wanted)]),
    line({ name: 'metrics API', style: 'thin', series: shown, rule: 'last' }, draw),
    line({ name: 'truly used', style: 'thick', series: used, rule: 'mean' }, draw),
  ];
  const percent = wanted ?? WHOLE_PERCENT;
  const { rows, max } = rowsThrough(percent, highestOf(lines) ?? percent);
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
