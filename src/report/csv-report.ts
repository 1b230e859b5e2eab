/** CSV (RFC 4180) of a run: its measures, or its seconds. */
import { measuresOf } from '../analysis/catalogue/prometheus-measures.js';
import type { Analysis } from '../analysis/analyze.js';
import type { MeasureDefinition } from '../analysis/catalogue/definition.js';
import { valueOf, type Measure } from '../analysis/measure.js';
import { prometheusSteps, prometheusTold } from '../analysis/prometheus-series.js';
import { podHistories } from '../analysis/pod-history.js';
import { desiredSeries, readySeries } from '../analysis/replicas.js';
import { cpuRequestOf, experimentOf, recordsOf } from '../analysis/run-facts.js';
import { profileOf } from '../load/profile.js';
import type { Timeline } from '../timeline/record.js';
import { seriesValueAt, type StepSeries } from '../timeline/series.js';
import { dataNumber } from './format.js';
import {
  answeredOf,
  cpuPercentSeries,
  dueOf,
  errorsOf,
  percentileSeries,
  secondSeries,
} from './run-series.js';
import { currencyOf } from './verdict-text.js';

type Cell = string | number | undefined;

const SECOND_MS = 1_000;
const RATE_DIGITS = 3;

/**
 * One row a measure of the whole run, then one for each stage of the load where the measure has a
 * figure for stages. Exactly one of `value` and `absent_reason` is filled.
 */
export function csvReport(timeline: Timeline, analysis: Analysis): string {
  const currency = currencyOf(analysis);
  const row = (definition: MeasureDefinition, figure: Measure, stage?: string): readonly Cell[] => [
    definition.name,
    stage,
    definition.unit === 'currency' ? (currency ?? 'currency') : definition.unit,
    valueOf(figure),
    figure.kind === 'measured' ? undefined : figure.because,
  ];
  const stages = stageNames(timeline);
  return csv([
    ['name', 'stage', 'unit', 'value', 'absent_reason'],
    ...measuresOf(analysis).map((definition) => row(definition, definition.of(analysis))),
    ...measuresOf(analysis).flatMap((definition) => {
      const { inStage } = definition;
      if (inStage === undefined) return [];
      return stages.map((stage) => row(definition, inStage(analysis, stage), stage));
    }),
  ]);
}

function stageNames(timeline: Timeline): readonly string[] {
  const load = valueOf(experimentOf(timeline))?.load.load;
  return load?.model === 'open' ? load.profile.stages.map(({ name }) => name) : [];
}

/**
 * One row a second of the observation, counted from the beginning of the load (negative before it). An
 * empty cell: not known, or not applicable.
 */
export function csvSeries(timeline: Timeline, analysis: Analysis): string {
  const { fromT, toT } = analysis.observed;
  const originT = valueOf(analysis.loadStartT) ?? fromT;
  const columns = seriesColumns(timeline, originT);
  const firstSecond = -Math.floor((originT - fromT) / SECOND_MS);
  const seconds = Math.max(0, Math.ceil((toT - originT) / SECOND_MS - firstSecond));
  return csv([
    ['second', ...columns.map(({ name }) => name)],
    ...Array.from({ length: seconds }, (_, index) => {
      const second = firstSecond + index;
      return [second, ...columns.map(({ at }) => at(originT + second * SECOND_MS))];
    }),
  ]);
}

interface Column {
  readonly name: string;
  readonly at: (t: number) => Cell;
}

function seriesColumns(timeline: Timeline, originT: number): readonly Column[] {
  const seconds = recordsOf(timeline, 'load');
  const [p50, p99] = percentileSeries(seconds, [50, 99]);
  const request = cpuRequestOf(timeline);
  const cpu = request === undefined ? undefined : cpuPercentSeries(timeline, request);
  const load = valueOf(experimentOf(timeline))?.load.load;
  const profile = load?.model === 'open' ? profileOf(load.profile) : undefined;
  const isInLoad = (t: number): boolean =>
    profile !== undefined && t >= originT && t < originT + profile.durationMs;
  return [
    {
      name: 'stage',
      at: (t) => (isInLoad(t) ? profile?.stageAt(t - originT).stage.name : undefined),
    },
    {
      name: 'planned_per_second',
      at: (t) => (isInLoad(t) ? rounded(profile?.ratePerSecondAt(t - originT)) : undefined),
    },
    series('due', secondSeries(seconds, dueOf)),
    series('answered', secondSeries(seconds, answeredOf)),
    series('errors', secondSeries(seconds, errorsOf)),
    series('response_time_p50_ms', p50),
    series('response_time_p99_ms', p99),
    series('desired_replicas', desiredSeries(timeline)),
    series('ready_replicas', readySeries(podHistories(timeline))),
    series('cpu_percent_of_requests', cpu?.used),
    series('cpu_percent_in_metrics_api', cpu?.shown),
    ...prometheusColumns(timeline),
  ];
}

/** Of queries with one series: columns of several would differ from run to run. */
function prometheusColumns(timeline: Timeline): readonly Column[] {
  const told = valueOf(prometheusTold(timeline))?.queries ?? [];
  return told.flatMap(({ name, answer }) => {
    const only = valueOf(answer)?.series;
    const [first] = only ?? [];
    if (answer.kind !== 'measured' || first === undefined || only?.length !== 1) return [];
    return [series(`prometheus_${name}`, prometheusSteps(first, answer.value.stepMs))];
  });
}

function series(name: string, of: StepSeries | undefined): Column {
  return {
    name,
    at: (t) => (of === undefined ? undefined : rounded(seriesValueAt(of, t))),
  };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(RATE_DIGITS));
}

function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  const text = String(typeof cell === 'number' ? dataNumber(cell) : cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
