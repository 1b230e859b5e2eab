/** What users felt: the SLO and what it was broken by, each load change, each stretch, failed requests. */
import type { Analysis } from '../../analysis/analyze.js';
import type { Imbalance } from '../../analysis/imbalance.js';
import type { LoadEffect } from '../../analysis/load-effects.js';
import type { Measure } from '../../analysis/measure.js';
import type { LoadStretch } from '../../analysis/requests.js';
import type { SloReport } from '../../analysis/slo-report.js';
import { formatDurationMs } from '../../core/duration.js';
import { ABSENT, clockText, countsText, latencyText, measureText, numberText } from '../format.js';
import { CAUSE_TEXTS, FAILURE_TEXTS, sloText } from '../user-text.js';
import { figureHeadings, measureMarkup, notKnown } from './figures.js';
import { kindMarkup } from './kind-section.js';
import { loadMarkup } from './load-section.js';
import { html, type Content, type Markup } from './markup.js';
import { changeText } from './steering-section.js';
import { tableMarkup } from './tables.js';

/** The section's body. `originT`: what clock times count from, ms since the run began. */
export function userMarkup(analysis: Analysis, originT: number): Markup {
  const { slo, loadEffects, imbalance } = analysis;
  return html`<h3>The SLO</h3>
${slo.kind === 'measured' ? sloMarkup(slo.value, originT) : notKnown(slo)}<h3>Each stretch of the load</h3>
${loadMarkup(analysis, originT)}${kindMarkup(analysis)}<h3>Before, during and after each load change</h3>
${loadEffects.kind === 'measured' ? effectTable(loadEffects.value, originT) : notKnown(loadEffects)}<h3>Failed requests</h3>
${failureMarkup(analysis)}<h3>How evenly pods were used</h3>
${imbalance.kind === 'measured' ? imbalanceMarkup(imbalance.value, originT) : notKnown(imbalance)}`;
}

function sloMarkup(slo: SloReport, originT: number): Markup {
  const { byCause, violations } = slo;
  const causes = tableMarkup({
    caption: 'Seconds that broke the SLO, by what was being waited for',
    headings: figureHeadings('the SLO was broken', 'seconds', 'requests not good'),
    rows: byCause.map(({ cause, violationSeconds, bad }) => [
      CAUSE_TEXTS[cause],
      violationSeconds,
      numberText(bad),
    ]),
  });
  const stretches = tableMarkup({
    caption: 'Stretches in which it was broken',
    headings: [
      { title: 'from', align: 'right' },
      { title: 'seconds', align: 'right' },
      { title: 'not good', align: 'right' },
      { title: 'burn rate', align: 'right' },
      { title: 'what was waited for', align: 'left' },
    ],
    rows: violations.map(({ fromT, violationSeconds, bad, total, budgetBurn, waits }) => [
      clockText(fromT - originT),
      violationSeconds,
      `${numberText(bad)} of ${numberText(total)}`,
      measureMarkup(budgetBurn, (burn) => numberText(burn, 1)),
      html`${waits.map(
        ({ cause, violationSeconds: seconds, evidence }) =>
          html`<div>${seconds} s ${CAUSE_TEXTS[cause]}<small>${evidence}</small></div>`,
      )}`,
    ]),
  });
  return html`<p>Of all requests, ${sloText(slo)}.</p>
${byCause.length === 0 ? '' : causes}${violations.length === 0 ? '' : stretches}`;
}

function effectTable(effects: readonly LoadEffect[], originT: number): Markup {
  return tableMarkup({
    caption:
      'Response times p50 / p99: up to 30 s before a change, until the cluster had answered it, and from then on',
    headings: [
      { title: 'load change', align: 'left' },
      { title: 'at', align: 'right' },
      { title: 'before', align: 'right' },
      { title: 'during', align: 'right' },
      { title: 'after', align: 'right' },
      { title: 'during ended', align: 'left' },
    ],
    rows: effects.map(({ change, before, during, after, until }) => [
      changeText(change),
      clockText(change.t - originT),
      ...[before, during, after].map(stretchMarkup),
      until,
    ]),
  });
}

function stretchMarkup(stretch: Measure<LoadStretch>): Content {
  return measureMarkup(stretch, ({ responseTimes: { p50Ms, p99Ms } }) => {
    return `${measureText(p50Ms, latencyText)} / ${measureText(p99Ms, latencyText)}`;
  });
}

function failureMarkup({ failures }: Analysis): Markup {
  const { total, byCause } = failures;
  if (total === 0) return html`<p>None.</p>\n`;
  return tableMarkup({
    caption: `${numberText(total)} failed, by what was going on at that time: evidence, not proof`,
    headings: [
      { title: 'failed', align: 'left' },
      { title: 'requests', align: 'right' },
      { title: 'how', align: 'left' },
      { title: 'seen', align: 'left' },
    ],
    rows: byCause.map(({ cause, count, byKind, evidence }) => [
      FAILURE_TEXTS[cause],
      numberText(count),
      countsText({ ...byKind }) ?? ABSENT,
      evidence,
    ]),
  });
}

function imbalanceMarkup(
  { stretches, cv, cvByChance, maxOverMean }: Imbalance,
  originT: number,
): Markup {
  const table = tableMarkup({
    caption: 'While the same pods were ready',
    headings: figureHeadings(
      'from',
      'for',
      'pods',
      'answers',
      'cv',
      'cv by chance',
      'most of mean',
    ),
    rows: stretches.map((stretch) => [
      clockText(stretch.fromT - originT),
      formatDurationMs(stretch.toT - stretch.fromT),
      stretch.pods,
      numberText(stretch.answers),
      numberText(stretch.cv, 2),
      numberText(stretch.cvByChance, 2),
      numberText(stretch.maxOverMean, 2),
    ]),
  });
  return html`<p>Answers by pod had a coefficient of variation of ${numberText(cv, 2)}, where picking pods at random would give ${numberText(cvByChance, 2)}; the busiest pod gave ${numberText(maxOverMean, 2)} times the mean.</p>
${table}`;
}
