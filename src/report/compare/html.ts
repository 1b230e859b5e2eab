/** A comparison as one HTML page that loads nothing and runs nothing, in the style of `report.html`. */
import type { MeasureComparison } from '../../analysis/compare/compare.js';
import type { Front } from '../../analysis/compare/front.js';
import { ABSENT, percentText } from '../format.js';
import { contentSecurityPolicy, styleElements, type HtmlAssets } from '../html/assets.js';
import { html, type Content, type Markup } from '../html/markup.js';
import { closed, sectionMarkup, tableMarkup, type Section } from '../html/tables.js';
import { chanceText, intervalText } from './figure-scale.js';
import { scalesOf, signOf, standingText, withoutText, withUnit } from './text-front.js';
import {
  measureGroups,
  methodTexts,
  pairSummaries,
  subjectText,
  summaryText,
  verdictText,
  type ComparisonView,
  type MeasureGroup,
} from './view.js';

/**
 * The comparison as one HTML file. Pure: the same view and assets give the same bytes. Names of variants and
 * all other text are escaped; the page's policy lets in its styles and nothing else.
 *
 * @param assets - as for `report.html`; its scripts are left out.
 */
export function comparisonHtml(view: ComparisonView, assets: HtmlAssets): string {
  const own = { ...assets, scripts: [] };
  const { experiment, madeFrom } = view;
  const sections = sectionsOf(view);
  const version = madeFrom.labVersions.join(', ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(own).replace('script-src ;', "script-src 'none';")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="hpa-lab ${version}">
<title>${experiment}: comparison (hpa-lab)</title>
<link rel="icon" href="data:,">
${styleElements(own)}</head>
<body>
<a class="skip-link" href="#summary">Skip to the summary</a>
<header><div class="title"><p class="kicker">hpa-lab · comparison</p><h1>${experiment}</h1>
<p class="question">${subjectText(view)}</p>
<p class="run-facts">made from <code>${madeFrom.source}</code>, ${madeFrom.targets.join(', ')} cluster</p></div></header>
<nav aria-label="Sections of this comparison"><ul>${sections.map(({ id, link }) => html`<li><a href="#${id}">${link}</a></li>`)}</ul></nav>
<main>
${sections.map(sectionMarkup)}</main>
<footer><p>Made by hpa-lab ${version}. This file loads nothing from anywhere.</p>
${closed(
  'Licenses of what is in this file',
  own.licenses.map(({ name, text }) => html`<h2>${name}</h2><pre tabindex="0">${text}</pre>\n`),
)}</footer>
</body>
</html>
`.toString();
}

function sectionsOf(view: ComparisonView): readonly Section[] {
  const { comparison, front } = view;
  return [
    { id: 'summary', link: 'Summary', title: 'In short', body: summaryMarkup(view) },
    ...(front === undefined
      ? []
      : [
          {
            id: 'front',
            link: 'Cost',
            title: 'What it costs to hold the SLO',
            body: frontMarkup(front),
          },
        ]),
    {
      id: 'measures',
      link: 'Measures',
      title: 'Each measure',
      body: html`${measureGroups(comparison).map((group) => measureTable(group, view))}`,
    },
    {
      id: 'belief',
      link: 'Limits',
      title: 'How it was judged',
      body: html`<ul class="plain">${[...methodTexts(view), ...view.notes].map((text) => html`<li>${text}</li>\n`)}</ul>`,
    },
  ];
}

function summaryMarkup({ comparison }: ComparisonView): Markup {
  return tableMarkup({
    caption: 'Each variant in short',
    isCaptionHidden: true,
    headings: [
      { title: 'variant', align: 'left' },
      { title: 'compared with', align: 'left' },
      { title: 'verdicts', align: 'left' },
    ],
    rows: pairSummaries(comparison).map((summary) => [
      summary.variant,
      summary.baseline,
      summaryText(summary),
    ]),
  });
}

const TONES: Readonly<Record<MeasureComparison['verdict']['kind'], string>> = {
  better: 'had',
  worse: 'bad',
  differs: 'slow',
  'not-shown': 'faint',
  absent: 'absent',
};

const HEADINGS = [
  { title: 'variant', align: 'left' },
  { title: 'median', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'change', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'of baseline', align: 'right' },
  { title: 'p', align: 'right' },
  { title: 'p (Holm)', align: 'right' },
  { title: 'Cliff’s delta', align: 'right' },
  { title: 'verdict', align: 'left' },
] as const;

function measureTable(group: MeasureGroup, { comparison }: ComparisonView): Markup {
  const { heading, scale, results } = group;
  const rows: Content[][] = [];
  let known: string | undefined;
  for (const result of results) {
    const pair = comparison.pairs[result.pair];
    if (pair !== undefined && pair.baseline.name !== known) {
      known = pair.baseline.name;
      const { median, interval } = result.baseline;
      const figures = [
        median === undefined ? ABSENT : scale.show(median),
        intervalText(interval, scale.show),
      ];
      rows.push([known, ...figures, '', '', '', '', '', '', 'baseline']);
    }
    rows.push([pair?.variant.name ?? '', ...resultCells(result, group)]);
  }
  return tableMarkup({ caption: heading, headings: HEADINGS, rows });
}

function resultCells(result: MeasureComparison, { scale }: MeasureGroup): readonly Content[] {
  const { variant, difference, test, verdict } = result;
  const relative = difference?.relative;
  return [
    variant.median === undefined ? ABSENT : scale.show(variant.median),
    intervalText(variant.interval, scale.show),
    difference === undefined ? ABSENT : scale.showDifference(difference.value),
    intervalText(difference?.interval, scale.showDifference),
    relative === undefined
      ? ABSENT
      : `${relative < 0 ? '-' : '+'}${percentText(Math.abs(relative))}`,
    chanceText(test?.p),
    chanceText(test?.adjustedP),
    test === undefined ? ABSENT : test.delta.toFixed(2),
    html`<span class="${TONES[verdict.kind]}">${verdictText(result, scale)}</span>`,
  ];
}

const WIDTH = 640;
const HEIGHT = 300;
const MARGIN = 40;
const RADIUS = 6;
const LABEL_GAP = 9;

/** The picture and, for who cannot see it, the same as a table. */
function frontMarkup(front: Front): Markup {
  const { points } = front;
  const { xScale, yScale } = scalesOf(front);
  const place = placesOf(front);
  const marks = points.map((point, index) => {
    const { name, x, y, dominatedBy } = point;
    const { left, top } = place({ x, y });
    const tone = dominatedBy.length === 0 ? 'had' : 'seen';
    return html`<circle class="${tone}" cx="${left}" cy="${top}" r="${RADIUS}" fill="currentColor"><title>${name}: ${withUnit(xScale, x)}, ${withUnit(yScale, y)}; ${standingText(dominatedBy)}</title></circle>${labelMarkup(signOf(point, index), { left, top })}`;
  });
  const onFront = points.filter(({ dominatedBy }) => dominatedBy.length === 0);
  const steps = onFront
    .map((point) => place(point))
    .map(
      ({ left, top }, index) => `${index === 0 ? 'M' : 'H'}${left}${index === 0 ? ',' : 'V'}${top}`,
    );
  const label = `${front.y.name} over ${front.x.name}; on the front: ${onFront.map(({ name }) => name).join(', ')}`;
  return html`<p>By medians; down and left is better. ${withoutText(front)}</p>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img" aria-label="${label}">
<line class="line" x1="${MARGIN}" y1="${HEIGHT - MARGIN}" x2="${WIDTH - MARGIN}" y2="${HEIGHT - MARGIN}" stroke="currentColor"></line>
<line class="line" x1="${MARGIN}" y1="${MARGIN}" x2="${MARGIN}" y2="${HEIGHT - MARGIN}" stroke="currentColor"></line>
<path class="had" d="${steps.join('')}" fill="none" stroke="currentColor"></path>
${marks}
<text class="faint" x="${MARGIN}" y="${HEIGHT - 12}" fill="currentColor" font-size="13">${front.x.name} →</text>
<text class="faint" x="${MARGIN}" y="${MARGIN - 14}" fill="currentColor" font-size="13">↑ ${front.y.name}</text>
</svg>
${tableMarkup({
  caption: 'Variants by cost',
  headings: [
    { title: 'variant', align: 'left' },
    { title: front.x.name, align: 'right' },
    { title: front.y.name, align: 'right' },
    { title: 'standing', align: 'left' },
  ],
  rows: points.map((point, index) => [
    `${signOf(point, index)} ${point.name}`,
    withUnit(xScale, point.x),
    withUnit(yScale, point.y),
    standingText(point.dominatedBy),
  ]),
})}`;
}

/** Beside the mark. */
function labelMarkup(sign: string, { left, top }: Place): Markup {
  return html`<text class="faint" x="${left + LABEL_GAP}" y="${top - RADIUS}" fill="currentColor" font-size="13">${sign}</text>`;
}

interface Place {
  readonly left: number;
  readonly top: number;
}

function placesOf({ points }: Front): (point: { readonly x: number; readonly y: number }) => Place {
  const inset = MARGIN + 2 * RADIUS;
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  return ({ x, y }) => ({
    left: Math.round(inset + shareOf(x, xs) * (WIDTH - 2 * inset)),
    top: Math.round(HEIGHT - inset - shareOf(y, ys) * (HEIGHT - 2 * inset)),
  });
}

/** Where a value lies from the least (0) to the most (1). */
function shareOf(value: number, values: readonly number[]): number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return most === least ? 0 : (value - least) / (most - least);
}
