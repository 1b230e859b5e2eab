/** Figures of an analysis in tables: those that are there, and reasons where they are not. */
import type { Distribution } from '../../analysis/distribution.js';
import type { Measure } from '../../analysis/measure.js';
import { formatDurationMs } from '../../core/duration.js';
import { html, type Content, type Markup } from './markup.js';
import { tableMarkup, type TableHeading } from './tables.js';

/** A figure as it is read, or the reason why there is none. */
export function measureMarkup<T>(measure: Measure<T>, show: (value: T) => Content): Content {
  return measure.kind === 'measured'
    ? show(measure.value)
    : html`<span class="absent">${measure.because}</span>`;
}

/** A sentence in place of something that is not known. */
export function notKnown({ because }: { readonly because: string }): Markup {
  return html`<p class="absent">Not known: ${because}.</p>\n`;
}

/** Headings of which the first is of words and the others are of figures. */
export function figureHeadings(
  first: string,
  ...others: readonly string[]
): readonly TableHeading[] {
  return [
    { title: first, align: 'left' },
    ...others.map((title) => ({ title, align: 'right' }) as const),
  ];
}

/** Single figures, each with its name, one under the other. */
export function factTable(
  caption: string,
  rows: readonly (readonly [name: Content, value: Content])[],
): Markup {
  return tableMarkup({
    caption,
    headings: [
      { title: 'what', align: 'left' },
      { title: 'value', align: 'left' },
    ],
    rows,
  });
}

/** Cells of a distribution of durations: how many, p50, p95, max. */
export function distributionCells({
  n,
  seen,
  p50Ms,
  p95Ms,
  maxMs,
}: Distribution): readonly Content[] {
  const count = seen === n ? String(n) : `${seen} of ${n}`;
  return [count, ...[p50Ms, p95Ms, maxMs].map((ms) => measureMarkup(ms, formatDurationMs))];
}
