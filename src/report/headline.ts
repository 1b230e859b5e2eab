/** The figures a reader wants first, each in a line. */
import type { Analysis } from '../analysis/analyze.js';
import type { Distribution } from '../analysis/distribution.js';
import { valueOf, type Measure } from '../analysis/measure.js';
import type { LoadStretch } from '../analysis/requests.js';
import type { ScaleUp } from '../analysis/scale-up.js';
import { generatorTrouble } from '../analysis/verdicts.js';
import { formatDurationMs } from '../core/duration.js';
import {
  countsText,
  latencyText,
  measureText,
  moneyText,
  numberText,
  percentText,
  plural,
} from './format.js';
import { labelledLines, type Labelled } from './text/labelled-lines.js';
import { sloText } from './user-text.js';

/** The figures a reader wants first, in the order in which they are wanted. */
export function headlineTexts(analysis: Analysis): readonly Labelled[] {
  const all: readonly Labelled[] = [
    { label: 'Scaling', texts: scaling(analysis) },
    { label: 'Pods', texts: [pods(analysis)] },
    { label: 'Response time', texts: responses(analysis) },
    { label: 'SLO', texts: slo(analysis) },
    { label: 'Errors', texts: [errors(analysis)] },
    { label: 'Readiness', texts: [readinessText(analysis)] },
    { label: 'Cost', texts: cost(analysis) },
    { label: 'Load', texts: [generatorText(analysis)] },
  ];
  return all.filter(({ texts }) => texts.length > 0);
}

/** Headline figures, label first, wrapped to the width. */
export function headlines(analysis: Analysis, columns: number): readonly string[] {
  return labelledLines(headlineTexts(analysis), columns);
}

/** With more scale-ups than this a reader wants to know how they were as a whole. */
const MAX_SCALE_UPS = 3;

function scaling({ scaleUps, scaleUpTimes, hasHpa }: Analysis): readonly string[] {
  if (!hasHpa) return ['no HPA took part: nothing was there to scale by itself'];
  if (scaleUps.length === 0) return ['the HPA added no pods'];
  if (scaleUps.length > MAX_SCALE_UPS) return [scalingAsAWhole(scaleUps, scaleUpTimes.latency)];
  return scaleUps.map((scaleUp) => {
    const { from, to, latencyMs } = scaleUp;
    if (latencyMs.kind !== 'measured') return `${from} to ${to}: ${latencyMs.because}`;
    return `${from} to ${to} pods: ready ${formatDurationMs(latencyMs.value)} after the load change${spent(scaleUp)}`;
  });
}

function scalingAsAWhole(
  scaleUps: readonly ScaleUp[],
  { n, seen, p50Ms, p95Ms, maxMs }: Distribution,
): string {
  const vain = n === seen ? '' : `; ${n - seen} never had that many pods ready`;
  return `${plural(scaleUps.length, 'scale-up')}: ready ${timeText(p50Ms)} after the load change (median), p95 ${timeText(p95Ms)}, at most ${timeText(maxMs)}${vain}`;
}

function timeText(time: Measure): string {
  return measureText(time, formatDurationMs);
}

/** The wait in three parts that different people can do something about. */
function spent({ change, stages, decisionT, latencyMs }: ScaleUp): string {
  const visible = stages.find(({ name }) => name === 'metric-visible')?.seen;
  const latency = valueOf(latencyMs);
  if (visible?.kind !== 'measured' || change.kind !== 'measured' || latency === undefined)
    return '';
  const metricMs = visible.value.t - change.value.t;
  const hpaMs = decisionT - visible.value.t;
  const podsMs = latency - metricMs - hpaMs;
  return ` (${formatDurationMs(metricMs)} until the metrics showed it, ${formatDurationMs(hpaMs)} until the HPA acted, ${formatDurationMs(podsMs)} until the pods were ready)`;
}

function pods({ replicas, stability }: Analysis): string {
  const settled = measureText(
    replicas.settled,
    (last) => `${last.replicas} at the end (for ${formatDurationMs(last.unchangedForMs)})`,
  );
  const turns = plural(stability.directionChanges, 'change');
  return `${measureText(replicas.initialDesired, String)} at first, at most ${measureText(replicas.peakDesired, String)} wanted and ${measureText(replicas.peakReady, String)} ready, ${settled}; ${plural(stability.rescales, 'rescale')}, ${turns} of direction`;
}

function responses({ aroundPeak, wholeLoad }: Analysis): readonly string[] {
  if (aroundPeak.kind !== 'measured') {
    return [wholeLoad.kind === 'measured' ? stretchText(wholeLoad) : wholeLoad.because];
  }
  const { before, in: inPeak, after, thresholdPerSecond } = aroundPeak.value;
  return [
    `before the peak  ${stretchText(before)}`,
    `in the peak      ${stretchText(inPeak)}`,
    `after the peak   ${stretchText(after)}`,
    `the peak: from the first to the last second with more than ${numberText(thresholdPerSecond, 1)}/s planned, the middle between lowest and highest`,
  ];
}

function stretchText(stretch: Measure<LoadStretch>): string {
  if (stretch.kind !== 'measured') return stretch.because;
  const { count, p50Ms, p99Ms, maxMs } = stretch.value.responseTimes;
  if (count === 0) return 'no request was answered';
  return `p50 ${measureText(p50Ms, latencyText)}, p99 ${measureText(p99Ms, latencyText)}, max ${measureText(maxMs, latencyText)}`;
}

function slo({ slo: of }: Analysis): readonly string[] {
  return of.kind === 'measured' ? [sloText(of.value)] : [];
}

function errors({ wholeLoad }: Analysis): string {
  if (wholeLoad.kind !== 'measured') return wholeLoad.because;
  const { errors: count, due, errorShare, failed, answered, dropped, unsent } = wholeLoad.value;
  const kinds = countsText({ ...failed, '5xx': answered['5xx'], dropped, unsent });
  return `${numberText(count)} of ${plural(due, 'request')} (${measureText(errorShare, percentText)})${kinds === undefined ? '' : `: ${kinds}`}`;
}

function readinessText({ readiness }: Analysis): string {
  const { flaps, losses, restarts, windowMs, outOfRotationMs } = readiness;
  const flapText =
    flaps.length === 0
      ? 'no flaps'
      : `${plural(flaps.length, 'flap')} (ready again within ${formatDurationMs(windowMs)})`;
  const lossText =
    losses === 0
      ? ''
      : `, ready pods stopped being ready ${plural(losses, 'time')} for ${formatDurationMs(outOfRotationMs)} in all`;
  return `${flapText}${lossText}, ${restarts === 0 ? 'no restarts' : plural(restarts, 'restart')}`;
}

function cost({ cost: of }: Analysis): readonly string[] {
  const podSeconds = plural(of.podSeconds, 'pod-second');
  const { price, estimatedCost, estimatedCostPerHour } = of;
  if (estimatedCost.kind !== 'measured' || price.kind !== 'measured') {
    const reason = estimatedCost.kind === 'measured' ? '' : estimatedCost.because;
    return [`${podSeconds}; no cost: ${reason}`];
  }
  const { currency, title, region, asOf } = price.value;
  const perHour = measureText(
    estimatedCostPerHour,
    (amount) => `, ${moneyText(amount, currency)} an hour at this load`,
  );
  return [
    `${podSeconds}; estimated ${moneyText(estimatedCost.value, currency)}${perHour}`,
    `from requests x time; prices: ${title}${region === undefined ? '' : `, ${region}`}, as of ${asOf}`,
  ];
}

function generatorText({ generator }: Analysis): string {
  if (generator.kind === 'unknown' || generator.kind === 'modelled')
    return `not audited: ${generator.because}`;
  const { sendLagP99Ms, sendLagMaxMs } = generator.audit;
  // A closed model has nothing due: each request goes out when the one before was answered.
  const lag =
    sendLagP99Ms === undefined || sendLagMaxMs === undefined
      ? 'nothing was due at a set time'
      : `sent p99 ${latencyText(sendLagP99Ms)}, at most ${latencyText(sendLagMaxMs)} after it was due`;
  return generator.kind === 'kept-up'
    ? `the generator kept up (${lag})`
    : `${generatorTrouble(generator, 'the generator fell behind').toUpperCase()} (${lag}): ${generator.because}`;
}
