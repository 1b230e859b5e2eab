/** Where the time of each scale-up and scale-down went. */
import type { Analysis } from '../../analysis/analyze.js';
import type { LoadChange } from '../../analysis/load-changes.js';
import { valueOf, type Measure } from '../../analysis/measure.js';
import type { ScaleDown } from '../../analysis/scale-down.js';
import type { ScaleUp, ScaleUpStageName } from '../../analysis/scale-up.js';
import { formatDurationMs } from '../../core/duration.js';
import { ABSENT, clockText, latencyText, measureText, numberText } from '../format.js';
import { STAGE_NAMES } from '../waterfall.js';
import { bar } from './bar-scale.js';
import { html, type Markup } from './markup.js';
import { closed, tableMarkup } from './tables.js';

/** Who can do something about a stage: each part of the waterfall has its own color. */
const PART_OF: Readonly<Record<ScaleUpStageName, string>> = {
  'earlier-step': 'stage-hpa',
  'over-target': 'stage-metric',
  'metric-visible': 'stage-metric',
  decision: 'stage-hpa',
  'pods-created': 'stage-pod',
  scheduled: 'stage-pod',
  started: 'stage-pod',
  ready: 'stage-pod',
  endpoint: 'stage-served',
  'first-request': 'stage-served',
  recovered: 'stage-served',
};

/** The section's body. `originT`: what clock times count from, ms since the run began. */
export function scalingMarkup({ scaleUps, scaleDowns }: Analysis, originT: number): Markup {
  if (scaleUps.length + scaleDowns.length === 0) {
    return html`<p>The HPA changed nothing.</p>\n`;
  }
  const key = html`<ul class="legend" aria-label="Colors of the stages">
<li><span class="swatch drawn-solid stage-metric" aria-hidden="true"></span>until the metrics show it</li>
<li><span class="swatch drawn-solid stage-hpa" aria-hidden="true"></span>until the HPA acts</li>
<li><span class="swatch drawn-solid stage-pod" aria-hidden="true"></span>until the pods are ready</li>
<li><span class="swatch drawn-solid stage-served" aria-hidden="true"></span>until they are used</li>
</ul>\n`;
  return html`${scaleUps.length === 0 ? '' : key}${scaleUps.map((each) => scaleUpMarkup(each, originT))}${scaleDownTable(scaleDowns, originT)}`;
}

function scaleUpMarkup(scaleUp: ScaleUp, originT: number): Markup {
  const { from, to, latencyMs, reason, stages } = scaleUp;
  const endMs = stages.reduce(
    (max, { seen }) => Math.max(max, valueOf(seen)?.sinceChangeMs ?? 0),
    0,
  );
  const latency =
    latencyMs.kind === 'measured'
      ? `ready after ${formatDurationMs(latencyMs.value)}`
      : 'latency not known';
  const rows = stages.map(({ name, seen }) => {
    const stage = STAGE_NAMES[name];
    if (seen.kind !== 'measured') {
      return html`<tr class="absent"><th scope="row">${stage}</th><td class="figure-cell">${ABSENT}</td><td>not seen: ${seen.because}</td><td class="figure-cell">${ABSENT}</td></tr>\n`;
    }
    const { lengthMs, sinceChangeMs, evidence } = seen.value;
    const length = formatDurationMs(lengthMs);
    const part = {
      kind: PART_OF[name],
      from: sinceChangeMs - lengthMs,
      to: sinceChangeMs,
      title: `${stage}: ${length}`,
    };
    const picture = bar(
      [part],
      { from: 0, to: endMs },
      `${length}, up to ${formatDurationMs(sinceChangeMs)}`,
    );
    return html`<tr><th scope="row">${stage}<small>${evidence}</small></th><td class="figure-cell">${length}</td><td class="bar-cell">${picture}</td><td class="figure-cell">${formatDurationMs(sinceChangeMs)}</td></tr>\n`;
  });
  return html`<article class="waterfall"><h3>${from} to ${to} pods: ${latency}</h3>
<p>${causeText(scaleUp.change, scaleUp.decisionT, originT)}${latencyMs.kind === 'measured' ? '' : ` Latency not known: ${latencyMs.because}.`}${reason.kind === 'measured' ? html` <q>${reason.value}</q>` : ''}</p>
<div class="scrolling" role="region" aria-label="Stages of the scale-up from ${from} to ${to}" tabindex="0"><table class="stages"><caption class="for-readers">Stages of the scale-up from ${from} to ${to}</caption>
<thead><tr><th scope="col">stage</th><th scope="col" class="figure-cell">took</th><th scope="col"><span class="for-readers">as a bar</span></th><th scope="col" class="figure-cell">since</th></tr></thead>
<tbody>${rows}</tbody></table></div>
${addedPods(scaleUp, originT)}</article>\n`;
}

function causeText(change: Measure<LoadChange>, decisionT: number, originT: number): string {
  const decided = `the HPA decided at ${clockText(decisionT - originT)}.`;
  if (change.kind !== 'measured') {
    return `Its load change is not known (${change.because}); ${decided}`;
  }
  const { fromPerSecond, toPerSecond, t, overMs } = change.value;
  const over = overMs > 0 ? ` over ${formatDurationMs(overMs)}` : '';
  return `The load went from ${numberText(fromPerSecond, 1)}/s to ${numberText(toPerSecond, 1)}/s at ${clockText(t - originT)}${over}; ${decided}`;
}

function addedPods(
  { pods, from, to, responseTimesWhileWaiting }: ScaleUp,
  originT: number,
): Markup {
  const clock = (t: number): string => clockText(t - originT);
  const waiting = responseTimesWhileWaiting;
  const felt =
    waiting.kind === 'measured'
      ? html`<p>Requests due meanwhile: p50 ${measureText(waiting.value.p50Ms, latencyText)}, p99 ${measureText(waiting.value.p99Ms, latencyText)}.</p>\n`
      : '';
  const table = tableMarkup({
    caption: `Pods added from ${from} to ${to}, times of the common axis`,
    headings: ['pod', 'created', 'scheduled', 'started', 'ready', 'in the endpoints'].map(
      (title, index) => ({ title, align: index === 0 ? 'left' : 'right' }),
    ),
    rows: pods.map(({ name, createdT, scheduledT, startedT, readyT, endpointT }) => [
      name,
      clock(createdT),
      ...[scheduledT, startedT, readyT, endpointT].map((t) => measureText(t, clock)),
    ]),
  });
  return html`${felt}${pods.length === 0 ? '' : closed('Each added pod', table)}`;
}

function scaleDownTable(scaleDowns: readonly ScaleDown[], originT: number): Markup {
  if (scaleDowns.length === 0) return html``;
  const table = tableMarkup({
    caption: 'Scale-downs',
    headings: [
      { title: 'pods', align: 'left' },
      { title: 'decided at', align: 'right' },
      { title: 'after the load fell', align: 'right' },
      { title: 'until the pods were gone', align: 'right' },
      { title: 'why that size', align: 'left' },
    ],
    rows: scaleDowns.map(
      ({ from, to, decisionT, changeToDecisionMs, decisionToGoneMs, reason }) => [
        `${from} to ${to}`,
        clockText(decisionT - originT),
        duration(changeToDecisionMs),
        duration(decisionToGoneMs),
        reason.kind === 'measured' ? reason.value : absent(reason),
      ],
    ),
    isCaptionHidden: true,
  });
  return html`<article><h3>Scale-downs</h3>\n${table}</article>\n`;
}

function duration(measure: Measure): Markup | string {
  return measure.kind === 'measured' ? formatDurationMs(measure.value) : absent(measure);
}

function absent({ because }: { readonly because: string }): Markup {
  return html`<span class="absent">${because}</span>`;
}
