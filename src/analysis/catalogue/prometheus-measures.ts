/** Named measures of what Prometheus told: made for each query of an experiment. */
import { PROMETHEUS_STATISTICS, prometheusMeasureName } from '../../core/prometheus-measures.js';
import type { PrometheusStatistic } from '../../core/prometheus-measures.js';
import type { Analysis } from '../analyze.js';
import { measured, noData, valueOf, type Measure } from '../measure.js';
import {
  valuesWithin,
  type PrometheusAnswer,
  type PrometheusFigures,
} from '../prometheus-series.js';
import type { Span } from '../run-facts.js';
import { MEASURES, measureNamed } from './catalogue.js';
import type { MeasureDefinition } from './definition.js';

const WORDS: Readonly<Record<PrometheusStatistic, string>> = {
  min: 'the lowest value of any of its series',
  mean: 'the mean of the values of all its series',
  max: 'the highest value of any of its series',
  last: 'its last value; of several series the sum of those at that instant',
};

/** Every measure of a run: those of the catalogue, and those of its Prometheus. */
export function measuresOf(analysis: Analysis): readonly MeasureDefinition[] {
  return [...MEASURES, ...prometheusMeasures(analysis)];
}

/** The measure of a name in a run; undefined when there is none. */
export function measureOf(analysis: Analysis, name: string): MeasureDefinition | undefined {
  return measureNamed(name) ?? prometheusMeasures(analysis).find((one) => one.name === name);
}

/** Empty when the experiment names no Prometheus. */
export function prometheusMeasures({ prometheus }: Analysis): readonly MeasureDefinition[] {
  const told = valueOf(prometheus)?.queries ?? [];
  return told.flatMap((figures) =>
    PROMETHEUS_STATISTICS.map((statistic) => definition(figures, statistic)),
  );
}

function definition(
  { name, unit, answer }: PrometheusFigures,
  statistic: PrometheusStatistic,
): MeasureDefinition {
  const within = (span: Span): Measure =>
    answer.kind === 'measured' ? statisticOf(answer.value, statistic, span) : answer;
  return {
    name: prometheusMeasureName(name, statistic),
    unit,
    better: 'neither',
    summary: `What Prometheus told for ${name}: ${WORDS[statistic]}.`,
    formula: answer.kind === 'measured' ? answer.value.query : 'the query of that name',
    source: 'prometheus records',
    absentWhen: 'Prometheus did not answer, or has no value of it within that time',
    needsPunctualSender: false,
    of: ({ observed }) => within(observed),
    inStage: ({ stages }, stage) => {
      if (stages.kind !== 'measured') return stages;
      const found = stages.value.find((each) => each.name === stage);
      return found === undefined
        ? noData('the run did not come to this stage')
        : within(found.load);
    },
  };
}

function statisticOf(
  answer: PrometheusAnswer,
  statistic: PrometheusStatistic,
  span: Span,
): Measure {
  const values = valuesWithin(answer, span);
  if (values.length === 0) return noData('Prometheus has no value of it within that time');
  return measured(STATISTICS[statistic](values));
}

type Values = ReturnType<typeof valuesWithin>;

const STATISTICS: Readonly<Record<PrometheusStatistic, (values: Values) => number>> = {
  min: (values) => values.reduce((least, [, value]) => Math.min(least, value), Infinity),
  max: (values) => values.reduce((most, [, value]) => Math.max(most, value), -Infinity),
  mean: (values) => values.reduce((sum, [, value]) => sum + value, 0) / values.length,
  last: (values) => {
    const lastT = values.reduce((latest, [t]) => Math.max(latest, t), -Infinity);
    return values.reduce((sum, [t, value]) => (t === lastT ? sum + value : sum), 0);
  },
};
