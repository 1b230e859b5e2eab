/** Every named measure of the catalogue with its value, or why there is none. */
import { measuresOf } from '../../analysis/catalogue/prometheus-measures.js';
import type { Analysis } from '../../analysis/analyze.js';
import type { MeasureDefinition } from '../../analysis/catalogue/definition.js';
import { figureText } from '../figure-text.js';
import { currencyOf } from '../verdict-text.js';
import { html, type Content, type Markup } from './markup.js';
import { closed, tableMarkup } from './tables.js';

/** The section's body: measures that are there first, those that are absent behind a summary. */
export function measureMarkup(analysis: Analysis): Markup {
  const currency = currencyOf(analysis);
  const known: Content[][] = [];
  const absent: Content[][] = [];
  for (const definition of measuresOf(analysis)) {
    const measure = definition.of(analysis);
    const name = html`<code>${breakable(definition.name)}</code>`;
    if (measure.kind === 'measured') {
      const value = figureText(measure.value, definition.unit, currency);
      known.push([name, value, definitionMarkup(definition)]);
    } else {
      const reason = measure.kind === 'not-reached' ? 'not reached' : 'no data';
      absent.push([name, reason, measure.because, definitionMarkup(definition)]);
    }
  }
  const table = tableMarkup({
    caption: 'Measures with a value',
    headings: [
      { title: 'measure', align: 'left' },
      { title: 'value', align: 'right' },
      { title: 'what it tells', align: 'left' },
    ],
    rows: known,
  });
  const rest = tableMarkup({
    caption: 'Measures without a value, and why',
    headings: [
      { title: 'measure', align: 'left' },
      { title: 'absent', align: 'left' },
      { title: 'because', align: 'left' },
      { title: 'what it tells', align: 'left' },
    ],
    rows: absent,
  });
  return html`<p>The same names as in thresholds, in <code>report.json</code> and in comparisons.</p>
${table}${absent.length === 0 ? '' : closed(`${absent.length} without a value, and why`, rest)}`;
}

function definitionMarkup({ summary, formula, source }: MeasureDefinition): Markup {
  return html`${summary}<small>${formula} (${source})</small>`;
}

/** A dotted name that breaks after its dots only. */
function breakable(name: string): Content {
  return name.split('.').map((part, index) => (index === 0 ? part : html`.<wbr>${part}`));
}
