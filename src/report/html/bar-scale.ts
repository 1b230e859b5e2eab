/** Pictures of stretches of time that are as wide as the page lets them be: no text in them. */
import { html, type Markup } from './markup.js';

/** A stretch within a bar. */
export interface BarPart {
  /** Class that gives it its color. */
  readonly kind: string;
  /** Same unit as the bar's span. */
  readonly from: number;
  readonly to: number;
  /** Shown when pointed at. */
  readonly title: string;
}

/** Units of a bar's own coordinates, whatever its width on the page. */
const BAR_UNITS = 1_000;
/** So that a stretch of a millisecond can still be seen. */
const LEAST_UNITS = 5;
const HEIGHT = 16;

/**
 * One row of stretches. The page's script may show a part of it by its `viewBox`; so widths are in
 * thousandths of the span.
 */
export function bar(
  parts: readonly BarPart[],
  span: { readonly from: number; readonly to: number },
  label: string,
): Markup {
  const scale = BAR_UNITS / Math.max(span.to - span.from, Number.EPSILON);
  const rects = parts.map(({ kind, from, to, title }) => {
    const x = Math.min((from - span.from) * scale, BAR_UNITS - LEAST_UNITS);
    const width = Math.max((to - from) * scale, LEAST_UNITS);
    return html`<rect class="${kind}" x="${rounded(x)}" y="0" width="${rounded(width)}" height="${HEIGHT}"><title>${title}</title></rect>`;
  });
  return html`<svg class="bar" viewBox="0 0 ${BAR_UNITS} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${rects}</svg>`;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
