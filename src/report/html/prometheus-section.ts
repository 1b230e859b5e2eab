/** What Prometheus told, as a table of a page. */
import type { Analysis } from '../../analysis/analyze.js';
import { prometheusMeasures } from '../../analysis/catalogue/prometheus-measures.js';
import type { MeasureDefinition } from '../../analysis/catalogue/definition.js';
import type { PrometheusFigures } from '../../analysis/prometheus-series.js';
import { PROMETHEUS_STATISTICS, prometheusMeasureName } from '../../core/prometheus-measures.js';
import { figureText } from '../figure-text.js';
import { html, type Content, type Markup } from './markup.js';
import { tableMarkup, type Section } from './tables.js';

/** The section; none when the experiment names no Prometheus. */
export function prometheusSection(analysis: Analysis): readonly Section[] {
  const { prometheus } = analysis;
  if (prometheus.kind !== 'measured') return [];
  const { url, queries } = prometheus.value;
  const measures = new Map(prometheusMeasures(analysis).map((each) => [each.name, each]));
  const rows = queries.map((figures) => rowOf(figures, measures, analysis));
  const table: Markup = tableMarkup({
    caption: 'Queries and their answers',
    headings: [
      { title: 'query', align: 'left' },
      ...PROMETHEUS_STATISTICS.map((title) => ({ title, align: 'right' }) as const),
      { title: 'what was asked, or why there is no answer', align: 'left' },
    ],
    rows,
  });
  return [
    {
      id: 'prometheus',
      link: 'Prometheus',
      title: 'What Prometheus told',
      body: html`<p>Asked at <code>${url}</code> when the run was over. Of several series, min and max are those of any of them, last is their sum.</p>
${table}`,
    },
  ];
}

function rowOf(
  { name, unit, answer }: PrometheusFigures,
  measures: ReadonlyMap<string, MeasureDefinition>,
  analysis: Analysis,
): readonly Content[] {
  const statistics = PROMETHEUS_STATISTICS.map((statistic) => {
    const figure = measures.get(prometheusMeasureName(name, statistic))?.of(analysis);
    return figure?.kind === 'measured' ? figureText(figure.value, unit) : '–';
  });
  const told =
    answer.kind === 'measured' ? html`<code>${answer.value.query}</code>` : answer.because;
  return [html`<code>${name}</code>`, ...statistics, told];
}
