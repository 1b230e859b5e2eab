/** What became of the requests, by stretch of the load. */
import type { Analysis } from '../../analysis/analyze.js';
import { valueOf } from '../../analysis/measure.js';
import type { LoadStretch } from '../../analysis/requests.js';
import {
  clockText,
  countsText,
  latencyText,
  measureText,
  numberText,
  percentText,
} from '../format.js';
import { html, type Content, type Markup } from './markup.js';
import { tableMarkup } from './tables.js';

const HEADINGS = ['from', 'rate', 'due', 'errors', 'p50', 'p90', 'p99', 'p99.9', 'max'];

/** The section's body. `originT`: what clock times count from, ms since the run began. */
export function loadMarkup(analysis: Analysis, originT: number): Markup {
  const parts = valueOf(analysis.stretches) ?? [];
  const { wholeLoad } = analysis;
  if (wholeLoad.kind !== 'measured') {
    return html`<p class="absent">Not known: ${wholeLoad.because}.</p>\n`;
  }
  const kinds = countsText({ ...wholeLoad.value.failed });
  const table = tableMarkup({
    caption: 'Requests and response times of each stretch of the load',
    headings: [
      { title: 'stretch of load', align: 'left' },
      ...HEADINGS.map((title) => ({ title, align: 'right' }) as const),
    ],
    rows: [...parts, wholeLoad.value].map((stretch) => stretchCells(stretch, originT)),
    isCaptionHidden: true,
  });
  const dash =
    wholeLoad.value.responseTimes.count === 0
      ? 'A dash: no request was answered, so there are no response times.'
      : 'A dash: too few answers for that percentile (p99 needs 100, p99.9 needs 1,000).';
  return html`${table}<p class="hint">${dash} Percentiles are of all requests of a stretch together, never means of percentiles.${kinds === undefined ? '' : ` Failed requests by kind: ${kinds}.`}</p>\n`;
}

function stretchCells(stretch: LoadStretch, originT: number): readonly Content[] {
  const { name, fromT, plannedPerSecond, due, errors, errorShare, responseTimes } = stretch;
  const { p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = responseTimes;
  return [
    name,
    clockText(fromT - originT),
    measureText(plannedPerSecond, (rate) => `${numberText(rate, 1)}/s`),
    numberText(due),
    errors === 0
      ? '0'
      : html`<span class="bad-text">${numberText(errors)} (${measureText(errorShare, percentText)})</span>`,
    ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map((time) => measureText(time, latencyText)),
  ];
}
