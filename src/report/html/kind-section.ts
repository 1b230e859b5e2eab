/** What became of each kind of request, of sessions, and of checks. */
import type { Analysis } from '../../analysis/analyze.js';
import type { RequestKindLoad } from '../../analysis/by-request.js';
import { valueOf } from '../../analysis/measure.js';
import { countsText, latencyText, measureText, numberText, percentText } from '../format.js';
import { sessionsText } from '../user-text.js';
import { html, type Content, type Markup } from './markup.js';
import { tableMarkup } from './tables.js';

const HEADINGS = ['due', 'errors', 'p50', 'p90', 'p99', 'p99.9', 'max', 'service p99'];

/** A heading and a table; undefined for a load with one kind of request and no checks. */
export function kindMarkup({ byRequest }: Analysis): Markup | undefined {
  const kinds = valueOf(byRequest.kinds) ?? [];
  const sessions = valueOf(byRequest.sessions);
  const checks = countsText(byRequest.failedChecks);
  if (kinds.length === 0 && sessions === undefined && checks === undefined) return undefined;
  const table = tableMarkup({
    caption: 'Requests and response times of each kind of request, over the whole load',
    headings: [
      { title: 'kind of request', align: 'left' },
      ...HEADINGS.map((title) => ({ title, align: 'right' }) as const),
    ],
    rows: kinds.map(kindCells),
    isCaptionHidden: true,
  });
  return html`<h3>Each kind of request</h3>
${kinds.length === 0 ? '' : table}${sessions === undefined ? '' : html`<p>Of the ${sessionsText(sessions)}.</p>\n`}${checks === undefined ? '' : html`<p>Checks that failed: ${checks}.</p>\n`}`;
}

function kindCells(kind: RequestKindLoad): readonly Content[] {
  const { name, due, errors, errorShare, responseTimes, serviceTimes } = kind;
  const { p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = responseTimes;
  return [
    name,
    numberText(due),
    errors === 0
      ? '0'
      : html`<span class="bad-text">${numberText(errors)} (${measureText(errorShare, percentText)})</span>`,
    ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs, serviceTimes.p99Ms].map((time) =>
      measureText(time, latencyText),
    ),
  ];
}
