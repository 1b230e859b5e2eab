/** What a reader wants first: whether to believe it, then a handful of figures, then the same in words. */
import type { Analysis } from '../../analysis/analyze.js';
import type { Measure } from '../../analysis/measure.js';
import type { LoadStretch } from '../../analysis/requests.js';
import { countVerdicts, type ThresholdVerdict } from '../../analysis/threshold-verdicts.js';
import { generatorTrouble } from '../../analysis/verdicts.js';
import { formatDurationMs } from '../../core/duration.js';
import {
  capitalized,
  firstLine,
  latencyText,
  measureText,
  moneyText,
  numberText,
  percentText,
  plural,
} from '../format.js';
import { headlineTexts } from '../headline.js';
import { verdictSummary, verdictTexts, worstFirst } from '../verdict-text.js';
import { html, type Content, type Markup } from './markup.js';

/** Banners for a run that is no result, or not a whole one; nothing for one that is. */
export function banners({ completeness, generator }: Analysis): Markup {
  const parts = [
    ...(generator.kind === 'saturated'
      ? [
          html`<div class="banner bad" role="alert"><strong>Not a result.</strong> ${capitalized(generatorTrouble(generator, 'the load generator was the bottleneck'))}: ${generator.because}. Response times and errors below are not the service's.</div>`,
        ]
      : []),
    ...(completeness.kind === 'completed'
      ? []
      : [
          html`<div class="banner slow" role="alert"><strong>Not a whole run (${completeness.kind.replace('-', ' ')}).</strong> ${firstLine(completeness.because)}. Figures cover only what happened before.${reasonInFull(completeness.because)}</div>`,
        ]),
  ];
  return html`${parts}`;
}

const VERDICT_WORDS: Readonly<Record<ThresholdVerdict['kind'], string>> = {
  pass: 'holds',
  fail: 'failed',
  absent: 'failed',
  'not-judged': 'not judged',
};

/** What became of the experiment's thresholds, those that do not hold first; nothing when it has none. */
export function verdictMarkup(verdicts: readonly ThresholdVerdict[], analysis: Analysis): Content {
  const summary = verdictSummary(verdicts);
  if (summary === undefined) return undefined;
  const { fail, notJudged } = countVerdicts(verdicts);
  const tone = fail > 0 ? 'bad' : notJudged > 0 ? 'slow' : 'had';
  const items = worstFirst(verdictTexts(verdicts, analysis)).map(
    ({ kind, threshold, found }) =>
      html`<li class="verdict ${kind}"><strong>${VERDICT_WORDS[kind]}</strong> <code>${threshold}</code> <span>${found.replace(/^not judged: /, '')}</span></li>\n`,
  );
  return html`<div class="verdicts"><h3 class="${tone}">${summary.charAt(0).toUpperCase()}${summary.slice(1)}</h3>
<ul>${items}</ul></div>\n`;
}

function reasonInFull(because: string): Content {
  return because.includes('\n') ? html`<pre tabindex="0">${because}</pre>` : undefined;
}

interface KeyFigure {
  readonly label: string;
  /** Undefined where there is no figure; `detail` then says why. */
  readonly value: string | undefined;
  readonly detail: string;
}

/** Tiles with one figure each. */
export function keyFigures(analysis: Analysis): Markup {
  const figures = [
    scaleUpFigure(analysis),
    responseFigure(analysis),
    errorFigure(analysis),
    podFigure(analysis),
    flapFigure(analysis),
    costFigure(analysis),
  ];
  return html`<dl class="key-figures">${figures.map(
    ({ label, value, detail }) =>
      html`<div><dt>${label}</dt><dd><span class="key-value${value === undefined ? ' absent' : ''}">${value ?? 'not known'}</span><span class="key-detail">${detail}</span></dd></div>\n`,
  )}</dl>\n`;
}

/** The headline of the text report. */
export function headlineMarkup(analysis: Analysis): Markup {
  return html`<dl class="headline">${headlineTexts(analysis).map(
    ({ label, texts }) =>
      html`<div><dt>${label}</dt><dd>${texts.map((text) => html`<p>${text}</p>`)}</dd></div>\n`,
  )}</dl>\n`;
}

function figure<T>(
  label: string,
  measure: Measure<T>,
  show: (value: T) => readonly [value: string, detail: string],
): KeyFigure {
  if (measure.kind !== 'measured') return { label, value: undefined, detail: measure.because };
  const [value, detail] = show(measure.value);
  return { label, value, detail };
}

function scaleUpFigure({ scaleUps }: Analysis): KeyFigure {
  const label = 'Slowest scale-up';
  const known = scaleUps.flatMap(({ from, to, latencyMs }) =>
    latencyMs.kind === 'measured' ? [{ from, to, ms: latencyMs.value }] : [],
  );
  const slowest = known.toSorted((a, b) => b.ms - a.ms)[0];
  if (slowest !== undefined) {
    const { from, to, ms } = slowest;
    const detail = `from the load change to ${plural(to, 'pod')} ready (${from} to ${to})`;
    return { label, value: formatDurationMs(ms), detail };
  }
  const first = scaleUps[0]?.latencyMs;
  if (first === undefined) return { label, value: 'none', detail: 'the HPA added no pods' };
  return figure(label, first, (ms) => [formatDurationMs(ms), '']);
}

function responseFigure({ aroundPeak, wholeLoad }: Analysis): KeyFigure {
  const inPeak = aroundPeak.kind === 'measured' ? aroundPeak.value.in : undefined;
  const isPeak = inPeak?.kind === 'measured';
  const stretch = isPeak ? inPeak : wholeLoad;
  const label = isPeak ? 'Response time p99 in the peak' : 'Response time p99';
  const p99: Measure = stretch.kind === 'measured' ? stretch.value.responseTimes.p99Ms : stretch;
  return figure(label, p99, (ms) => [
    latencyText(ms),
    stretch.kind === 'measured' ? besideP99(stretch.value) : '',
  ]);
}

function besideP99({ responseTimes: { p50Ms, maxMs } }: LoadStretch): string {
  return `p50 ${measureText(p50Ms, latencyText)}, slowest ${measureText(maxMs, latencyText)}`;
}

function errorFigure({ wholeLoad }: Analysis): KeyFigure {
  return figure('Errors', wholeLoad, ({ errors, due, errorShare }) => [
    measureText(errorShare, percentText),
    `${numberText(errors)} of ${plural(due, 'request')}`,
  ]);
}

function podFigure({ replicas, stability }: Analysis): KeyFigure {
  return figure('Most pods ready', replicas.peakReady, (peak) => [
    numberText(peak),
    `at first ${measureText(replicas.initialDesired, String)}, at most ${measureText(replicas.peakDesired, String)} wanted; ${plural(stability.rescales, 'rescale')}`,
  ]);
}

function flapFigure({ readiness: { flaps, losses, restarts } }: Analysis): KeyFigure {
  const lost = losses === 0 ? 'no pod lost readiness' : `readiness lost ${plural(losses, 'time')}`;
  const again = restarts === 0 ? 'no restarts' : plural(restarts, 'restart');
  return { label: 'Readiness flaps', value: numberText(flaps.length), detail: `${lost}, ${again}` };
}

function costFigure({ cost: { price, estimatedCostPerHour, podSeconds } }: Analysis): KeyFigure {
  return figure('Estimated cost an hour', estimatedCostPerHour, (amount) => [
    price.kind === 'measured' ? moneyText(amount, price.value.currency) : numberText(amount, 4),
    `${plural(podSeconds, 'pod-second')}${price.kind === 'measured' ? `; prices as of ${price.value.asOf}` : ''}`,
  ]);
}
