/** Where the time of each scale-up and scale-down went. */
import type { Analysis } from '../../analysis/analyze.js';
import type { Distribution } from '../../analysis/distribution.js';
import type { LoadChange } from '../../analysis/load-changes.js';
import type { Measure } from '../../analysis/measure.js';
import type { ScaleDown, ScaleDownStageName } from '../../analysis/scale-down.js';
import type { StepTimes } from '../../analysis/scaling-analysis.js';
import type { ScaleUp, ScaleUpStageName } from '../../analysis/scale-up.js';
import { formatDurationMs } from '../../core/duration.js';
import { clockText, latencyText, measureText, numberText } from '../format.js';
import { STAGE_NAMES } from '../waterfall.js';
import { distributionCells, figureHeadings } from './figures.js';
import { html, type Content, type Markup } from './markup.js';
import { stagesMarkup, type StageLook } from './stages-markup.js';
import { closed, tableMarkup } from './tables.js';

/** Who can do something about a stage: each part of the waterfall has its own color. */
const SCALE_UP_LOOKS: Readonly<Record<ScaleUpStageName, StageLook['color']>> = {
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

const SCALE_DOWN_LOOKS: Readonly<Record<ScaleDownStageName, StageLook>> = {
  'under-target': { name: 'fewer pods would be enough', color: 'stage-metric' },
  'metric-visible': { name: 'the metrics API shows it', color: 'stage-metric' },
  decision: { name: 'the HPA asks for fewer pods', color: 'stage-hpa' },
  terminating: { name: 'pods are told to end', color: 'stage-pod' },
  'out-of-endpoints': { name: 'the Service sends them nothing more', color: 'stage-pod' },
  'last-request': { name: 'their last requests are answered', color: 'stage-served' },
  gone: { name: 'the pods are gone', color: 'stage-pod' },
};

const COLORS: readonly (readonly [StageLook['color'], string])[] = [
  ['stage-metric', 'until the metrics show it'],
  ['stage-hpa', 'until the HPA acts'],
  ['stage-pod', 'until the pods are ready, or gone'],
  ['stage-served', 'requests'],
];

const ADDED_POD_HEADINGS = [
  'created',
  'scheduled',
  'started',
  'ready',
  'in the endpoints',
  'first request',
];

/** So many steps are open from the beginning; the others are there to be opened. */
const OPEN_STEPS = 4;

/** The section's body. `originT`: what clock times count from, ms since the run began. */
export function scalingMarkup(analysis: Analysis, originT: number): Markup {
  const { scaleUps, scaleDowns } = analysis;
  if (scaleUps.length + scaleDowns.length === 0) {
    return html`<p>The size of the Deployment did not change.</p>\n`;
  }
  const key = COLORS.map(
    ([color, name]) =>
      html`<li><span class="swatch drawn-solid ${color}" aria-hidden="true"></span>${name}</li>`,
  );
  const steps = [
    ...scaleUps.map((step) => ({ t: step.decisionT, markup: scaleUpMarkup(step, originT) })),
    ...scaleDowns.map((step) => ({ t: step.decisionT, markup: scaleDownMarkup(step, originT) })),
  ].sort((a, b) => a.t - b.t);
  return html`<ul class="legend" aria-label="Colors of the stages">${key}</ul>
${steps.map(({ markup }, index) => stepMarkup(markup, index < OPEN_STEPS))}${timesTable(analysis)}`;
}

interface Step {
  readonly title: string;
  readonly body: Markup;
}

function stepMarkup({ title, body }: Step, isOpen: boolean): Markup {
  return html`<article class="step"><details${isOpen ? html` open` : ''}><summary><h3>${title}</h3></summary>
${body}</details></article>\n`;
}

function scaleUpMarkup(step: ScaleUp, originT: number): Step {
  const { from, to, latencyMs, stages, responseTimesWhileWaiting: waiting } = step;
  const felt =
    waiting.kind === 'measured'
      ? html`<p>Requests due meanwhile: p50 ${measureText(waiting.value.p50Ms, latencyText)}, p99 ${measureText(waiting.value.p99Ms, latencyText)}.</p>\n`
      : '';
  return {
    title: `${from} to ${to} pods: ${latencyMs.kind === 'measured' ? `ready after ${formatDurationMs(latencyMs.value)}` : 'latency not known'}`,
    body: html`${whyMarkup(step, originT)}${stagesMarkup(stages, scaleUpLook, `Stages of the scale-up from ${from} to ${to}`)}${felt}${addedPods(step, originT)}`,
  };
}

function scaleUpLook(name: ScaleUpStageName): StageLook {
  return { name: STAGE_NAMES[name], color: SCALE_UP_LOOKS[name] };
}

function scaleDownMarkup(step: ScaleDown, originT: number): Step {
  const { from, to, latencyMs, stages } = step;
  return {
    title: `${from} to ${to} pods: ${latencyMs.kind === 'measured' ? `gone after ${formatDurationMs(latencyMs.value)}` : 'latency not known'}`,
    body: html`${whyMarkup(step, originT)}${stagesMarkup(stages, (name) => SCALE_DOWN_LOOKS[name], `Stages of the scale-down from ${from} to ${to}`)}${removedPods(step, originT)}`,
  };
}

function whyMarkup(step: ScaleUp | ScaleDown, originT: number): Markup {
  const { change, decisionT, reason, latencyMs } = step;
  const absent = latencyMs.kind === 'measured' ? '' : ` Latency not known: ${latencyMs.because}.`;
  const said: Content = reason.kind === 'measured' ? html` <q>${reason.value}</q>` : undefined;
  return html`<p>${causeText(change, decisionT, originT)}${absent}${said}</p>\n`;
}

function causeText(change: Measure<LoadChange>, decisionT: number, originT: number): string {
  const decided = `the size was changed at ${clockText(decisionT - originT)}.`;
  if (change.kind !== 'measured')
    return `Its load change is not known (${change.because}); ${decided}`;
  const { fromPerSecond, toPerSecond, t, overMs } = change.value;
  const over = overMs > 0 ? ` over ${formatDurationMs(overMs)}` : '';
  return `The load went from ${numberText(fromPerSecond, 1)}/s to ${numberText(toPerSecond, 1)}/s at ${clockText(t - originT)}${over}; ${decided}`;
}

function addedPods({ pods, from, to }: ScaleUp, originT: number): Content {
  if (pods.length === 0) return undefined;
  const clock = (t: number): string => clockText(t - originT);
  const table = tableMarkup({
    caption: `Pods added from ${from} to ${to}, times of the common axis`,
    headings: figureHeadings('pod', ...ADDED_POD_HEADINGS),
    rows: pods.map((pod) => [
      pod.name,
      clock(pod.createdT),
      ...[pod.scheduledT, pod.startedT, pod.readyT, pod.endpointT, pod.firstRequestT].map((t) =>
        measureText(t, clock),
      ),
    ]),
  });
  return closed('Each added pod', table);
}

function removedPods({ pods, from, to }: ScaleDown, originT: number): Content {
  if (pods.length === 0) return undefined;
  const clock = (t: number): string => clockText(t - originT);
  const table = tableMarkup({
    caption: `Pods removed from ${from} to ${to}, times of the common axis`,
    headings: figureHeadings('pod', 'terminating', 'out of the endpoints', 'last request', 'gone'),
    rows: pods.map((pod) => [
      pod.name,
      ...[pod.terminatingT, pod.outOfEndpointsT, pod.lastRequestT, pod.goneT].map((t) =>
        measureText(t, clock),
      ),
    ]),
  });
  return closed('Each removed pod', table);
}

function timesTable({ scaleUpTimes, scaleDownTimes }: Analysis): Markup {
  const rows = [
    ...timeRows('scale-up', scaleUpTimes, (name) => STAGE_NAMES[name]),
    ...timeRows('scale-down', scaleDownTimes, (name) => SCALE_DOWN_LOOKS[name].name),
  ];
  const table = tableMarkup({
    caption: 'How long steps and their stages took, all steps together',
    headings: figureHeadings('step or stage', 'steps', 'p50', 'p95', 'longest'),
    rows,
  });
  return closed('All steps together', table);
}

function timeRows<Name extends string>(
  step: string,
  { latency, recovery, stages }: StepTimes<Name>,
  nameOf: (name: Name) => string,
): readonly (readonly Content[])[] {
  return [
    ...timeRow(html`<strong>${step}, whole</strong>`, latency),
    ...timeRow(`${step}: SLO broken to held again`, recovery),
    ...namesOf(stages).flatMap((name) => {
      const of = stages[name];
      return of === undefined ? [] : timeRow(`${step}: ${nameOf(name)}`, of);
    }),
  ];
}

function timeRow(name: Content, of: Distribution): readonly (readonly Content[])[] {
  return of.n === 0 ? [] : [[name, ...distributionCells(of)]];
}

function namesOf<Name extends string>(
  of: Readonly<Partial<Record<Name, unknown>>>,
): readonly Name[] {
  const names: Name[] = [];
  for (const name in of) names.push(name);
  return names;
}
