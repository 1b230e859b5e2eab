/** What Prometheus told of the run, a line for each query. */
import type { Analysis } from '../../analysis/analyze.js';
import { prometheusMeasures } from '../../analysis/catalogue/prometheus-measures.js';
import type { MeasureDefinition } from '../../analysis/catalogue/definition.js';
import type { PrometheusFigures } from '../../analysis/prometheus-series.js';
import { PROMETHEUS_STATISTICS, prometheusMeasureName } from '../../core/prometheus-measures.js';
import { figureText } from '../figure-text.js';
import { ABSENT, wrapped } from '../format.js';
import { table } from '../table.js';

/** The section; empty when the experiment names no Prometheus. */
export function prometheusLines(analysis: Analysis, columns: number): readonly string[] {
  const { prometheus } = analysis;
  if (prometheus.kind !== 'measured') return [];
  const { url, queries } = prometheus.value;
  const measures = new Map(prometheusMeasures(analysis).map((each) => [each.name, each]));
  const known = queries.filter(({ answer }) => answer.kind === 'measured');
  const rows = known.map((figures) => rowOf(figures, measures, analysis));
  const headings = PROMETHEUS_STATISTICS.map((title) => ({ title, align: 'right' }) as const);
  return [
    ...wrapped(
      `Prometheus at ${url}; of several series min and max are those of any of them`,
      columns,
    ),
    ...(rows.length === 0
      ? ['  nothing was told']
      : table([{ title: 'Query', align: 'left' }, ...headings], rows)),
  ];
}

function rowOf(
  { name, unit }: PrometheusFigures,
  measures: ReadonlyMap<string, MeasureDefinition>,
  analysis: Analysis,
): readonly string[] {
  const statistics = PROMETHEUS_STATISTICS.map((statistic) => {
    const figure = measures.get(prometheusMeasureName(name, statistic))?.of(analysis);
    return figure?.kind === 'measured' ? figureText(figure.value, unit) : ABSENT;
  });
  return [name, ...statistics];
}
