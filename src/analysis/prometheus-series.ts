/** What Prometheus told of a run. */
import type { MeasureUnit } from '../core/measure-unit.js';
import type { StringMap } from '../core/objects.js';
import { PROMETHEUS_PRESETS } from '../core/prometheus-measures.js';
import type { PrometheusRecord, Timeline } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import { measured, noData, valueOf, type Measure } from './measure.js';
import { experimentOf, observedSpan, recordsOf, type Span } from './run-facts.js';

/** One query with what came of it. */
export interface PrometheusFigures {
  readonly name: string;
  readonly unit: MeasureUnit;
  /** Absent when it did not answer, or has no value of that kind within the run. */
  readonly answer: Measure<PrometheusAnswer>;
}

/** Series of one query, those without a value left out; at least one. */
export interface PrometheusAnswer {
  readonly query: string;
  readonly stepMs: number;
  readonly series: readonly PrometheusSeries[];
}

/** One series; points in order of time, ms since the run began. */
export interface PrometheusSeries {
  readonly labels: StringMap;
  readonly points: readonly (readonly [t: number, value: number])[];
}

/** What a run took from Prometheus. */
export interface PrometheusTold {
  readonly url: string;
  /** Presets first, then the experiment's own, in its order. */
  readonly queries: readonly PrometheusFigures[];
}

/** Where gaps of it are recorded: `prometheus`, `prometheus <query>`. */
export const PROMETHEUS_SOURCE = 'prometheus';

/** Every query of the run's experiment; absent when it names no Prometheus. */
export function prometheusTold(timeline: Timeline): Measure<PrometheusTold> {
  const settings = valueOf(experimentOf(timeline))?.prometheus;
  if (settings === undefined) return noData('the experiment names no Prometheus');
  const records = recordsOf(timeline, 'prometheus');
  const { toT } = observedSpan(timeline);
  const own = settings.queries.map(({ name, unit }) => ({ name, unit }));
  return measured({
    url: settings.url,
    queries: [...PROMETHEUS_PRESETS, ...own].map(({ name, unit }) => {
      const record = records.find((each) => each.name === name && each.unit === unit);
      return {
        name,
        unit,
        answer: record === undefined ? unanswered(timeline, name) : answerOf(record, toT),
      };
    }),
  });
}

function unanswered(timeline: Timeline, name: string): Measure<never> {
  const { target } = timeline.header.environment;
  if (target === 'simulated') return noData('a simulated run is on no Prometheus');
  const gap = recordsOf(timeline, 'gap').find(
    ({ source }) => source === PROMETHEUS_SOURCE || source === `${PROMETHEUS_SOURCE} ${name}`,
  );
  return noData(gap === undefined ? 'Prometheus was not asked: the run ended before' : gap.because);
}

/** What tearing down does is no result. */
function answerOf(
  { query, stepMs, series }: PrometheusRecord,
  toT: number,
): Measure<PrometheusAnswer> {
  const known = series.flatMap(({ labels, points }) => {
    const within = points.filter(([t]) => t <= toT);
    return within.length === 0 ? [] : [{ labels, points: within }];
  });
  return known.length === 0
    ? noData('Prometheus has no value of it within the run')
    : measured({ query, stepMs, series: known });
}

/** The values of all series within a span. */
export function valuesWithin(
  { series }: PrometheusAnswer,
  { fromT, toT }: Span,
): readonly (readonly [t: number, value: number])[] {
  return series.flatMap(({ points }) => points.filter(([t]) => t >= fromT && t <= toT));
}

/** A series for plots: each value holds for a step; where the next one is missing there is a gap. */
export function prometheusSteps({ points }: PrometheusSeries, stepMs: number): StepSeries {
  return points.flatMap(([t, value], index) => {
    const next = points[index + 1]?.[0];
    const endT = t + stepMs;
    const isFollowed = next !== undefined && next <= endT + stepMs / 2;
    return isFollowed
      ? [{ t, value }]
      : [
          { t, value },
          { t: endT, value: undefined },
        ];
  });
}
