/** The life of each pod on the time axis of the plots: a row a pod. */
import type { Analysis } from '../../analysis/analyze.js';
import { podHistories, type PodHistory } from '../../analysis/pod-history.js';
import { formatDurationMs } from '../../core/duration.js';
import type { Timeline } from '../../timeline/record.js';
import { ABSENT, clockText, measureText, numberText, percentText, plural } from '../format.js';
import { bar, type BarPart } from './bar-scale.js';
import { factTable, figureHeadings, measureMarkup } from './figures.js';
import { html, type Content, type Markup } from './markup.js';
import type { PageAxis } from './plot-section.js';
import { closed, tableMarkup } from './tables.js';

/** States of a pod with their names, in the order of a life. */
const STATES = {
  'pod-pending': 'waits for a node',
  'pod-starting': 'container starts',
  'pod-warming': 'runs, not ready yet',
  'pod-ready': 'ready',
  'pod-unready': 'stopped being ready',
  'pod-terminating': 'terminating',
} as const;

type PodState = keyof typeof STATES;

const FLAP_HEADINGS = [
  'at',
  'for',
  'restarted',
  'throttled',
  'CPU of limit',
  'load',
  'probe failures',
  'failed requests',
  'late requests',
];

/** The section's body. */
export function podMarkup(timeline: Timeline, analysis: Analysis, axis: PageAxis): Markup {
  const pods = podHistories(timeline).filter(({ createdT }) => createdT < axis.toT);
  if (pods.length === 0) return html`<p class="absent">No pod was observed.</p>\n`;
  const key = Object.entries(STATES).map(
    ([state, name]) =>
      html`<li><span class="swatch drawn-solid ${state}" aria-hidden="true"></span>${name}</li>`,
  );
  const rows = pods.map((pod) => {
    const parts = podParts(pod, axis);
    const row = bar(parts, { from: axis.fromT, to: axis.toT }, lifeText(pod, axis));
    const restarts = pod.restarts.filter(({ t }) => t <= axis.toT);
    const again = restarts.reduce((sum, { count }) => sum + count, 0);
    return html`<li><span class="pod-name">${pod.name}${again === 0 ? '' : html` <em>${plural(again, 'restart')}</em>`}</span>${row}</li>\n`;
  });
  return html`<ul class="legend" aria-label="States of a pod">${key}</ul>
<div class="pods" data-pods><ol class="pod-rows">${rows}</ol><div class="pod-axis" aria-hidden="true"></div></div>
${flapTable(analysis, axis)}${churnTable(analysis, axis)}${closed(`Table of ${plural(pods.length, 'pod')}`, lifeTable(pods, axis))}`;
}

/** The states of a pod one after the other, up to the end of the axis. */
export function podParts(pod: PodHistory, axis: PageAxis): readonly BarPart[] {
  const changes: { readonly t: number; readonly state: PodState }[] = [
    { t: pod.createdT, state: 'pod-pending' },
  ];
  const add = (t: number | undefined, state: PodState): void => {
    if (t !== undefined) changes.push({ t, state });
  };
  add(pod.scheduledT, 'pod-starting');
  add(pod.startedT, 'pod-warming');
  for (const [index, { t, isReady }] of pod.readiness.entries()) {
    if (isReady) add(t, 'pod-ready');
    else if (index > 0 && t < (pod.terminatingT ?? Infinity)) add(t, 'pod-unready');
  }
  add(pod.terminatingT, 'pod-terminating');
  changes.sort((a, b) => a.t - b.t);
  const endT = Math.min(pod.goneT ?? Infinity, axis.toT);
  return changes.flatMap(({ t, state }, index) => {
    const toT = Math.min(changes[index + 1]?.t ?? endT, endT);
    if (toT <= t) return [];
    const title = `${STATES[state]} from ${clockText(t - axis.originT)} for ${formatDurationMs(toT - t)}`;
    return [{ kind: state, from: t, to: toT, title }];
  });
}

function lifeText(pod: PodHistory, { originT }: PageAxis): string {
  const at = (what: string, t: number | undefined): readonly string[] =>
    t === undefined ? [] : [`${what} at ${clockText(t - originT)}`];
  return [
    ...at('created', pod.createdT),
    ...at('started', pod.startedT),
    ...at('ready', pod.readyT),
    ...at('terminating', pod.terminatingT),
    ...at('gone', pod.goneT),
  ].join(', ');
}

function lifeTable(pods: readonly PodHistory[], { originT }: PageAxis): Markup {
  const clock = (t: number | undefined): string =>
    t === undefined ? ABSENT : clockText(t - originT);
  const headings = [
    'pod',
    'created',
    'scheduled',
    'started',
    'ready',
    'in the endpoints',
    'times not ready',
    'restarts',
    'terminating',
    'gone',
  ];
  return tableMarkup({
    caption: 'When each pod was seen in a state for the first time; a dash: it was not seen',
    headings: headings.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
    rows: pods.map((pod) => [
      pod.name,
      clock(pod.createdT),
      clock(pod.scheduledT),
      clock(pod.startedT),
      clock(pod.readyT),
      clock(pod.endpointT),
      pod.readiness.filter(
        ({ t, isReady }, index) => index > 0 && !isReady && t < (pod.terminatingT ?? Infinity),
      ).length,
      pod.restarts.reduce((sum, { count }) => sum + count, 0),
      clock(pod.terminatingT),
      clock(pod.goneT),
    ]),
  });
}

function flapTable({ flaps, readiness }: Analysis, { originT }: PageAxis): Content {
  if (flaps.length === 0) return undefined;
  return tableMarkup({
    caption: `Readiness flaps: ready again within ${formatDurationMs(readiness.windowMs)}; what was going on from 10 s before, and the requests beyond those that failed or were late before it`,
    headings: figureHeadings('pod', ...FLAP_HEADINGS),
    rows: flaps.map(({ pod, unreadyT, forMs, hasRestarted, around, requests }) => [
      html`${pod}<small>${around.lastProbeFailure}</small>`,
      clockText(unreadyT - originT),
      formatDurationMs(forMs),
      hasRestarted ? 'yes' : 'no',
      measureText(around.cpuThrottledShare, percentText),
      measureText(around.cpuOfLimit, percentText),
      measureText(around.ratePerSecond, (rate) => `${numberText(rate, 1)}/s`),
      measureText(around.probeFailures, numberText),
      measureText(requests, ({ failedBecauseOfIt }) => numberText(failedBecauseOfIt)),
      measureText(requests, ({ lateBecauseOfIt }) => measureText(lateBecauseOfIt, numberText)),
    ]),
  });
}

function churnTable({ endpoints, readiness }: Analysis, { originT }: PageAxis): Markup {
  return factTable('Pods in rotation', [
    ['pods that came into the endpoints or left them', measureMarkup(endpoints.churn, numberText)],
    ['an hour', measureMarkup(endpoints.churnPerHour, (value) => numberText(value, 1))],
    [
      'smallest share of the pods in rotation that was ready',
      measureMarkup(
        endpoints.smallestReadyShare,
        ({ share, t }) => `${percentText(share)} at ${clockText(t - originT)}`,
      ),
    ],
    ['out of rotation, all pods together', formatDurationMs(readiness.outOfRotationMs)],
  ]);
}
