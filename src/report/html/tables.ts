/** Tables of a page: each has a caption and headings, and scrolls within itself. */
import { html, type Content, type Markup } from './markup.js';

/** A column of a table. */
export interface TableHeading {
  readonly title: string;
  /** Figures stand right, words left. */
  readonly align: 'left' | 'right';
}

/** A table; the first cell of a row is its heading. */
export interface TableOptions {
  readonly caption: string;
  readonly headings: readonly TableHeading[];
  /** Shape: each row as long as `headings`. */
  readonly rows: readonly (readonly Content[])[];
  /** Seen by screen readers only: the heading above it says the same. */
  readonly isCaptionHidden?: boolean;
}

/**
 * A table in a region of its own that can be scrolled by keyboard, so that a wide table never makes the
 * page scroll sideways.
 */
export function tableMarkup({ caption, headings, rows, isCaptionHidden }: TableOptions): Markup {
  const align = (index: number): string =>
    headings[index]?.align === 'right' ? 'figure-cell' : 'text-cell';
  const headingCells = headings.map(
    ({ title }, index) => html`<th scope="col" class="${align(index)}">${title}</th>`,
  );
  const rowMarkup = (cells: readonly Content[]): Markup =>
    html`<tr>${cells.map((cell, index) =>
      index === 0
        ? html`<th scope="row" class="${align(index)}">${cell}</th>`
        : html`<td class="${align(index)}">${cell}</td>`,
    )}</tr>\n`;
  return html`<div class="scrolling" role="region" aria-label="${caption}" tabindex="0"><table>
<caption${isCaptionHidden === true ? html` class="for-readers"` : ''}><span>${caption}</span></caption>
<thead><tr>${headingCells}</tr></thead>
<tbody>${rows.map(rowMarkup)}</tbody>
</table></div>\n`;
}

/** Something that is there to look up: closed until it is asked for. */
export function closed(summary: Content, body: Content): Markup {
  return html`<details><summary>${summary}</summary>\n${body}</details>\n`;
}

/** A heading with what belongs to it, as a landmark of the page. */
export interface Section {
  /** Of the element, and what links point to. */
  readonly id: string;
  /** What a link to it says: a word. */
  readonly link: string;
  readonly title: string;
  readonly body: Content;
}

/** A section of the page. */
export function sectionMarkup({ id, title, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}</section>\n`;
}
