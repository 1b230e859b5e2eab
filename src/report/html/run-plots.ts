/** The plots of a run: which lines, in what unit, drawn how, and what each one says in words. */
import { spanMs } from '../../load/load-span.js';
import type { Analysis } from '../../analysis/analyze.js';
import { valueOf } from '../../analysis/measure.js';
import { podHistories, type PodHistory } from '../../analysis/pod-history.js';
import { desiredSeries, existingSeries, readySeries } from '../../analysis/replicas.js';
import { cpuRequestOf, experimentOf, recordsOf, type Span } from '../../analysis/run-facts.js';
import { profileOf, type Profile } from '../../load/profile.js';
import type { LoadRecord, Timeline } from '../../timeline/record.js';
import { withoutRepeats, type ColumnRule, type StepSeries } from '../../timeline/series.js';
import {
  answeredOf,
  cpuPercentSeries,
  errorsOf,
  sentOf,
  percentileSeries,
  secondSeries,
} from '../run-series.js';

/** What a color means, the same in every picture of a report. */
export type ColorRole = 'wanted' | 'had' | 'seen' | 'bad' | 'slow' | 'cost';

/** How the values of a plot are counted and written. */
export type PlotUnit = 'perSecond' | 'ms' | 'pods' | 'percent' | 'currencyPerHour' | 'number';

/** One line of a plot. */
export interface RunPlotLine {
  readonly name: string;
  readonly color: ColorRole;
  /** `area`: filled down to 0. */
  readonly style: 'line' | 'dashed' | 'area';
  readonly series: StepSeries;
  /** How the values within a row of the table behind it become one. */
  readonly rule: ColumnRule;
}

/** One plot; all of a run share one time axis. */
export interface RunPlot {
  readonly id: string;
  readonly title: string;
  readonly unit: PlotUnit;
  /** Only with `currencyPerHour`. */
  readonly currency?: string;
  /** What it shows, in a sentence or two. */
  readonly about: string;
  readonly isLog: boolean;
  readonly lines: readonly RunPlotLine[];
  /** Why there is nothing to draw; absent when there is. */
  readonly absentBecause?: string;
}

/** From this ratio of highest to lowest on, response times are drawn on a logarithmic scale. */
const LOG_FROM_RATIO = 20;
const SECOND_MS = 1_000;

/** The plots of a run in the order in which cause and effect run. */
export function runPlots(timeline: Timeline, analysis: Analysis): readonly RunPlot[] {
  const seconds = recordsOf(timeline, 'load');
  const pods = podHistories(timeline);
  return [
    ratePlot(timeline, analysis, seconds),
    responsePlot(seconds),
    replicaPlot(timeline, pods),
    cpuPlot(timeline, analysis),
    costPlot(analysis),
  ].map((plot) => withReason(withinSpan(plot, analysis.observed)));
}

/** The planned traffic; absent for a closed load or an experiment that cannot be read. */
export function plannedProfile(timeline: Timeline): Profile | undefined {
  const load = valueOf(experimentOf(timeline))?.load.load;
  return load?.model === 'open' ? profileOf(load.profile) : undefined;
}

function ratePlot(timeline: Timeline, analysis: Analysis, seconds: readonly LoadRecord[]): RunPlot {
  const [first] = seconds;
  const planned = plannedSeries(
    timeline,
    analysis,
    first === undefined ? undefined : spanMs(first.load),
  );
  return {
    id: 'rate',
    title: 'Requests a second',
    unit: 'perSecond',
    about:
      'What the profile plans, what was sent, what was answered without a server error, and what users did not get (failed, 5xx, dropped, never sent), by the second in which a request was due.',
    isLog: false,
    lines: [
      line('sent', 'seen', {
        style: 'line',
        series: secondSeries(seconds, sentOf),
        rule: 'mean',
      }),
      line('answered', 'had', {
        style: 'line',
        series: secondSeries(seconds, answeredOf),
        rule: 'mean',
      }),
      line('errors', 'bad', {
        style: 'area',
        series: secondSeries(seconds, errorsOf),
        rule: 'mean',
      }),
      ...(planned === undefined
        ? []
        : [line('planned', 'wanted', { style: 'dashed', series: planned, rule: 'mean' })]),
    ],
  };
}

/** Arrivals a second planned in each second of the load, or in so many together as are told. */
function plannedSeries(
  timeline: Timeline,
  analysis: Analysis,
  lengthMs: number | undefined,
): StepSeries | undefined {
  const profile = plannedProfile(timeline);
  const startT = valueOf(analysis.loadStartT);
  if (profile === undefined || startT === undefined) return undefined;
  const stepMs = lengthMs ?? SECOND_MS;
  const points = Array.from({ length: Math.ceil(profile.durationMs / stepMs) }, (_, step) => {
    const fromMs = step * stepMs;
    const planned = profile.arrivalsBefore(fromMs + stepMs) - profile.arrivalsBefore(fromMs);
    return { t: startT + fromMs, value: planned / (stepMs / SECOND_MS) };
  });
  return withoutRepeats([...points, { t: startT + profile.durationMs, value: undefined }]);
}

function responsePlot(seconds: readonly LoadRecord[]): RunPlot {
  const [p50 = [], p99 = []] = percentileSeries(seconds, [50, 99]);
  const known = [...p50, ...p99].map(({ value }) => value).filter((value) => value !== undefined);
  const lowest = known.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = known.reduce((a, b) => Math.max(a, b), 0);
  const isLog = lowest > 0 && highest / lowest >= LOG_FROM_RATIO;
  return {
    id: 'response-time',
    title: 'Response time',
    unit: 'ms',
    about: `From when a request was due to the end of its answer, of the requests due in each second; with fewer than 100 answers in a second its p99 is its slowest.${isLog ? ' Logarithmic scale.' : ''}`,
    isLog,
    lines: [
      line('p99', 'slow', { style: 'line', series: p99, rule: 'max' }),
      line('p50', 'had', { style: 'line', series: p50, rule: 'max' }),
    ],
  };
}

function replicaPlot(timeline: Timeline, pods: readonly PodHistory[]): RunPlot {
  return {
    id: 'replicas',
    title: 'Pods',
    unit: 'pods',
    about:
      'What the Deployment was asked for, how many pods existed (terminating ones too), and how many were ready. Marks are decisions of the HPA: ▲ ▼ changed the size, ● were held back, ✕ could not be made.',
    isLog: false,
    lines: [
      line('existing', 'seen', { style: 'area', series: existingSeries(pods), rule: 'last' }),
      line('ready', 'had', { style: 'line', series: readySeries(pods), rule: 'last' }),
      line('wanted', 'wanted', {
        style: 'dashed',
        series: desiredSeries(timeline),
        rule: 'last',
      }),
    ],
  };
}

function cpuPlot(timeline: Timeline, { target, observed }: Analysis): RunPlot {
  const request = cpuRequestOf(timeline);
  const isKnown = target.kind === 'measured';
  const plot = {
    id: 'cpu',
    title: isKnown ? 'CPU against the target' : 'CPU of the requests',
    unit: 'percent',
    about: `Of what all pods together request: truly used, and what the metrics API told${isKnown ? ' the HPA. Above the target the HPA wants more pods' : ''}.`,
    isLog: false,
  } as const;
  if (request === undefined) {
    return { ...plot, lines: [], absentBecause: 'no pod that requests CPU was seen' };
  }
  const { used, shown } = cpuPercentSeries(timeline, request);
  const wanted = isKnown ? [{ t: observed.fromT, value: target.value.utilizationPercent }] : [];
  return {
    ...plot,
    lines: [
      line('metrics API', 'seen', { style: 'line', series: shown, rule: 'last' }),
      line('truly used', 'had', { style: 'line', series: used, rule: 'mean' }),
      ...(isKnown
        ? [line('target', 'wanted', { style: 'dashed', series: wanted, rule: 'last' })]
        : []),
    ],
  };
}

function costPlot({ cost }: Analysis): RunPlot {
  const rate = cost.ratePerHour;
  const price = valueOf(cost.price);
  const plot = {
    id: 'cost',
    title: 'Cost rate',
    unit: 'currencyPerHour',
    about: `What the pods that exist cost an hour: requests x price, an estimate${price === undefined ? '' : ` (${price.source}, as of ${price.asOf})`}.`,
    isLog: false,
  } as const;
  if (rate.kind !== 'measured') return { ...plot, lines: [], absentBecause: rate.because };
  return {
    ...plot,
    ...(price === undefined ? {} : { currency: price.currency }),
    lines: [line('cost an hour', 'cost', { style: 'area', series: rate.value, rule: 'mean' })],
  };
}

function line(
  name: string,
  color: ColorRole,
  of: Pick<RunPlotLine, 'style' | 'series' | 'rule'>,
): RunPlotLine {
  return { name, color, ...of };
}

/** What tearing down does is no result. */
function withinSpan(plot: RunPlot, { toT }: Span): RunPlot {
  const end = { t: toT, value: undefined };
  const cut = (series: StepSeries): StepSeries => [...series.filter(({ t }) => t < toT), end];
  return { ...plot, lines: plot.lines.map((each) => ({ ...each, series: cut(each.series) })) };
}

function withReason(plot: RunPlot): RunPlot {
  if (plot.absentBecause !== undefined) return plot;
  const isKnown = plot.lines.some(({ series }) => series.some(({ value }) => value !== undefined));
  return isKnown ? plot : { ...plot, absentBecause: 'nothing of it was observed' };
}
