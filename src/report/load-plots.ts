/** The plots of a load that was sent on its own: its rate and its response times. */
import { sumOf, type LoadFigures, type SecondFigures } from '../analysis/load-figures.js';
import { mergeHistograms } from '../load/histogram.js';
import { profileOf } from '../load/profile.js';
import type { LoadPlan } from '../load/sender.js';
import { resample, type StepSeries } from '../timeline/series.js';
import { latencyText, numberText } from './format.js';
import { plot } from './plot.js';
import { axisLines, columnOf, stretchLines, type TimeAxis } from './time-axis.js';

const LABEL_COLUMNS = 7;
const AXIS_COLUMNS = 2;
const ROWS = 7;
const SECOND_MS = 1_000;
/** From this ratio of highest to lowest on, response times are drawn on a logarithmic scale. */
const LOG_FROM_RATIO = 20;

/** Rate and response times over the seconds of a load, one under the other. */
export function loadPlots(
  { perSecond }: LoadFigures,
  { load }: LoadPlan,
  columns: number,
): readonly string[] {
  const toT = (perSecond.at(-1)?.second.second ?? 0) * SECOND_MS + SECOND_MS;
  const axis = { fromT: 0, toT, originT: 0, columns: columns - LABEL_COLUMNS - AXIS_COLUMNS };
  const stages =
    load.model === 'closed'
      ? []
      : profileOf(load.profile).stages.map(({ stage, startMs }) => {
          return { name: stage.name, fromT: startMs };
        });
  const marks = stages
    .slice(1)
    .map(({ fromT }) => columnOf(axis, fromT))
    .filter((column) => column !== undefined);
  return [
    ...(stages.length < 2 ? [] : stretchLines(axis, stages, LABEL_COLUMNS)),
    ...ratePlot(perSecond, axis, marks),
    '',
    ...timePlot(perSecond, axis, marks),
    ...axisLines(axis, LABEL_COLUMNS),
  ];
}

function ratePlot(
  seconds: readonly SecondFigures[],
  axis: TimeAxis,
  marks: readonly number[],
): readonly string[] {
  const values = (count: (second: SecondFigures) => number): readonly (number | undefined)[] => {
    const { fromT, toT, columns } = axis;
    const series: StepSeries = seconds.map((each) => {
      return { t: each.second.second * SECOND_MS, value: count(each) };
    });
    return resample(series, { fromT, toT, count: columns, rule: 'mean' });
  };
  const answered = values(({ second }) => sumOf(second.answered) - (second.answered['5xx'] ?? 0));
  return plot({
    title: 'Requests a second',
    lines: [
      { name: 'due', style: 'dotted', values: values(({ second }) => second.due) },
      { name: 'answered (not 5xx)', style: 'thick', values: answered },
    ],
    rows: ROWS,
    columns: axis.columns,
    labelColumns: LABEL_COLUMNS,
    label: (value) => numberText(value, 1),
    isRound: true,
    marks,
  });
}

function timePlot(
  seconds: readonly SecondFigures[],
  axis: TimeAxis,
  marks: readonly number[],
): readonly string[] {
  const widthMs = axis.toT / axis.columns;
  const merged = Array.from({ length: axis.columns }, (_, column) => {
    const first = Math.floor((column * widthMs) / SECOND_MS);
    const last = Math.ceil(((column + 1) * widthMs) / SECOND_MS);
    const within = seconds.slice(first, Math.max(last, first + 1));
    return mergeHistograms(within.map(({ second }) => second.responseTime));
  });
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
