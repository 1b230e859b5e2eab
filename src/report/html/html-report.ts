/** `report.html`: everything about a run in one file that needs nothing else, not even a network. */
import type { Analysis } from '../../analysis/analyze.js';
import { valueOf } from '../../analysis/measure.js';
import { experimentOf } from '../../analysis/run-facts.js';
import { thresholdVerdicts } from '../../analysis/threshold-verdicts.js';
import type { Timeline } from '../../timeline/record.js';
import { contentSecurityPolicy, scriptElements, styleElements, type HtmlAssets } from './assets.js';
import { beliefMarkup } from './belief-section.js';
import { costMarkup } from './cost-section.js';
import { decisionSection } from './decision-section.js';
import { banners, headlineMarkup, keyFigures, verdictMarkup } from './key-figures.js';
import { embeddedJson, html, type Markup } from './markup.js';
import { measureMarkup } from './measure-section.js';
import { pageAxis, plotSection } from './plot-section.js';
import { podMarkup } from './pod-section.js';
import { prometheusSection } from './prometheus-section.js';
import { saturationMarkup } from './saturation-section.js';
import { scalingMarkup } from './scaling-section.js';
import { steeringMarkup } from './steering-section.js';
import { closed, sectionMarkup, type Section } from './tables.js';
import { userMarkup } from './user-section.js';

export type { HtmlAssets, InlineAsset } from './assets.js';

/** What a page is made with besides the run. */
export interface HtmlReportOptions {
  /** Of the layer that may read files: `readHtmlAssets`. */
  readonly assets: HtmlAssets;
}

/**
 * The report of a run as one HTML file. Pure: the same run and assets give the same bytes.
 *
 * Text of the run (names, messages, the question) is escaped wherever it stands, and the page's own policy
 * lets nothing in but its own scripts and styles.
 *
 * @throws {LabError} `INTERNAL` when an asset would end its own element.
 */
export function htmlReport(
  timeline: Timeline,
  analysis: Analysis,
  { assets }: HtmlReportOptions,
): string {
  const { sections, data } = pageContents(timeline, analysis);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="hpa-lab ${timeline.header.environment.labVersion}">
<title>${pageTitle(timeline)}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 12h4V8h4V5h6' fill='none' stroke='%230f766e' stroke-width='2.5'/%3E%3C/svg%3E">
${styleElements(assets)}</head>
<body>
<a class="skip-link" href="#summary">Skip to the summary</a>
${pageHeader(timeline)}
${navigation(sections)}
<main>
${banners(analysis)}${sections.map(sectionMarkup)}</main>
${footer(timeline, assets)}
<script type="application/json" id="run-data">${embeddedJson(data)}</script>
${scriptElements(assets)}</body>
</html>
`.toString();
}

/** The sections in their order, and the numbers that the script draws. */
function pageContents(
  timeline: Timeline,
  analysis: Analysis,
): { readonly sections: readonly Section[]; readonly data: unknown } {
  const axis = pageAxis(analysis);
  const plots = plotSection(timeline, analysis);
  const verdicts = thresholdVerdicts(timeline, analysis);
  const decisions = decisionSection(analysis, axis.originT);
  const sections: readonly Section[] = [
    {
      id: 'summary',
      link: 'Summary',
      title: 'In short',
      body: html`${verdictMarkup(verdicts, analysis)}${keyFigures(analysis)}${headlineMarkup(analysis)}`,
    },
    { id: 'plots', link: 'Plots', title: 'What happened', body: plots.markup },
    {
      id: 'scaling',
      link: 'Scaling',
      title: 'Where the time went',
      body: scalingMarkup(analysis, axis.originT),
    },
    {
      id: 'steering',
      link: 'Steering',
      title: 'How steadily it steered',
      body: steeringMarkup(analysis, axis.originT),
    },
    { id: 'pods', link: 'Pods', title: 'Each pod', body: podMarkup(timeline, analysis, axis) },
    { id: 'decisions', link: 'HPA', title: 'What the HPA decided', body: decisions.markup },
    {
      id: 'users',
      link: 'Users',
      title: 'What users felt',
      body: userMarkup(analysis, axis.originT),
    },
    {
      id: 'saturation',
      link: 'Saturation',
      title: 'How full the pods were',
      body: saturationMarkup(analysis),
    },
    ...prometheusSection(analysis),
    { id: 'money', link: 'Cost', title: 'What it cost', body: costMarkup(analysis) },
    { id: 'measures', link: 'Measures', title: 'All measures', body: measureMarkup(analysis) },
    {
      id: 'belief',
      link: 'Limits',
      title: 'How far to believe it',
      body: beliefMarkup(timeline, analysis, axis.originT),
    },
  ];
  return { sections, data: { ...plots.data, decisions: decisions.marks } };
}

function pageTitle(timeline: Timeline): string {
  const name = valueOf(experimentOf(timeline))?.name ?? 'a run';
  return `${name}: ${timeline.header.runId} (hpa-lab)`;
}

function pageHeader(timeline: Timeline): Markup {
  const { header } = timeline;
  const experiment = experimentOf(timeline);
  const { name, question } =
    experiment.kind === 'measured'
      ? experiment.value
      : { name: 'An experiment', question: experiment.because };
  const { environment, runId, startedAt } = header;
  return html`<header>
<div class="title"><p class="kicker">hpa-lab · experiment</p><h1>${name}</h1>
<p class="question">${question}</p>
<p class="run-facts">run <code>${runId}</code>, begun <time datetime="${startedAt}">${startedAt}</time>, on ${environment.target === 'kubernetes' ? 'a Kubernetes cluster' : `the ${environment.target} cluster`}, ${environment.platform}, ${environment.cores} cores, Node ${environment.nodeVersion.replace(/^v/, '')}</p></div>
<fieldset class="theme needs-script"><legend class="for-readers">Colors</legend>
<label><input type="radio" name="theme" value="auto" checked><span>Auto</span></label>
<label><input type="radio" name="theme" value="light"><span>Light</span></label>
<label><input type="radio" name="theme" value="dark"><span>Dark</span></label>
</fieldset>
</header>`;
}

function navigation(sections: readonly Section[]): Markup {
  const links = sections.map(({ id, link }) => html`<li><a href="#${id}">${link}</a></li>`);
  return html`<nav aria-label="Sections of this report"><ul>${links}</ul></nav>`;
}

function footer({ header }: Timeline, { licenses }: HtmlAssets): Markup {
  const texts = licenses.map(
    ({ name, text }) => html`<h2>${name}</h2><pre tabindex="0">${text}</pre>\n`,
  );
  return html`<footer>
<p>Made by hpa-lab ${header.environment.labVersion} from <code>timeline.ndjson</code> alone. This file loads nothing from anywhere.</p>
${closed('Licenses of what is in this file', texts)}</footer>`;
}
