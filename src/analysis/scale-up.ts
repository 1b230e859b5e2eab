/**
 * Where the time of a scale-up went: from the load change to that many pods in the endpoints.
 *
 *   load change -> over target -> metric visible -> decision -> pods created -> scheduled
 *     -> started -> ready -> endpoint
 *
 * A stage's length runs from the stage before it that was seen; so lengths never overlap and add up to
 * the whole. A stage that was not seen is absent with its reason and has no length.
 */
import type { LoadRecord } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import { rescaleReason, type HpaWords } from './hpa-reason.js';
import type { LoadChange } from './load-changes.js';
import { measured, noData, notReached, valueOf, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { firstInstant, type Rescale } from './replicas.js';
import { secondsWithin } from './requests.js';
import { responseTimes, type ResponseTimes } from './response-times.js';
import { causeOf, metricVisible, type CauseSources, type Instant } from './scale-up-cause.js';

/** The stages after the load change, in order. */
export const SCALE_UP_STAGES = [
  'over-target',
  'metric-visible',
  'decision',
  'pods-created',
  'scheduled',
  'started',
  'ready',
  'endpoint',
] as const;

/** See {@link SCALE_UP_STAGES}. */
export type ScaleUpStageName = (typeof SCALE_UP_STAGES)[number];

/** A stage that was seen. Instants are ms since the run began, on our clock. */
interface SeenStage {
  readonly t: number;
  /** Since the load change, or since the first stage seen where that is not known. */
  readonly sinceChangeMs: number;
  /** Since the stage before it that was seen. */
  readonly lengthMs: number;
  /** How we know. */
  readonly evidence: string;
}

/** One stage of one scale-up. */
interface ScaleUpStage {
  readonly name: ScaleUpStageName;
  readonly seen: Measure<SeenStage>;
}

/** A pod that a scale-up added; instants are ms since the run began. */
interface AddedPod {
  readonly name: string;
  readonly createdT: number;
  readonly scheduledT: Measure;
  readonly startedT: Measure;
  readonly readyT: Measure;
  readonly endpointT: Measure;
}

/** One scale-up and where its time went. */
export interface ScaleUp {
  readonly from: number;
  readonly to: number;
  readonly decisionT: number;
  readonly change: Measure<LoadChange>;
  /** Why the HPA chose that size, in words. */
  readonly reason: Measure<string>;
  /** From the load change to `to` pods ready. */
  readonly latencyMs: Measure;
  /** All of {@link SCALE_UP_STAGES}, in order. */
  readonly stages: readonly ScaleUpStage[];
  readonly pods: readonly AddedPod[];
  /** Of requests due between the load change and `to` pods ready. */
  readonly responseTimesWhileWaiting: Measure<ResponseTimes>;
}

/** What a scale-up is explained from. */
export interface ScaleUpSources extends CauseSources, HpaWords {
  /** Empty when the plan is not known. */
  readonly changes: readonly LoadChange[];
  readonly pods: readonly PodHistory[];
  readonly ready: StepSeries;
  readonly endpoints: StepSeries;
  readonly seconds: readonly LoadRecord[];
  /** End of the observation. */
  readonly endT: number;
}

/** The Deployment and its pods come by two watches, which may be this far apart. */
const WATCH_SKEW_MS = 2_000;
/**
 * Explains one scale-up.
 *
 * - *load change*, *over target*: see {@link causeOf}.
 * - *metric visible*: the first content of the metrics API, from over target on, that says the same.
 * - *decision*: `spec.replicas` was seen changed.
 * - *pods created, scheduled, started*: the last of the added pods was.
 * - *ready*, *endpoint*: that many pods were, for the first time since the decision.
 *
 * @param next - the rescale after it, if any: from a scale-down on it can no longer be completed.
 */
export function explainScaleUp(
  rescale: Rescale,
  next: readonly Rescale[],
  sources: ScaleUpSources,
): ScaleUp {
  const cause = causeOf(rescale, sources, sources.changes);
  const { change } = cause;
  const end = completionLimit(rescale, next, sources.endT);
  const added = addedPods(rescale, next, sources.pods);
  const found: Readonly<Record<ScaleUpStageName, Measure<Instant>>> = {
    'over-target': cause.overTarget,
    'metric-visible': metricVisible(rescale, cause, sources),
    decision: measured({ t: rescale.t, evidence: 'spec.replicas of the Deployment was changed' }),
    'pods-created': lastOf(added, rescale, {
      end,
      what: 'created',
      instant: (pod) => pod.createdT,
    }),
    scheduled: lastOf(added, rescale, { end, what: 'scheduled', instant: (pod) => pod.scheduledT }),
    started: lastOf(added, rescale, { end, what: 'started', instant: (pod) => pod.startedT }),
    ready: thatMany(sources.ready, rescale, { end, what: 'pods ready' }),
    endpoint: thatMany(sources.endpoints, rescale, { end, what: 'endpoints ready' }),
  };
  const stages = lengths(found, valueOf(change)?.t);
  const readyT = valueOf(found.ready)?.t;
  return {
    from: rescale.from,
    to: rescale.to,
    decisionT: rescale.t,
    change,
    reason: rescaleReason(rescale, sources),
    latencyMs: latency(change, found.ready),
    stages,
    pods: added.map(addedPod),
    responseTimesWhileWaiting:
      change.kind !== 'measured' || readyT === undefined
        ? noData('the wait has no known beginning or end')
        : measured(
            responseTimes(secondsWithin(sources.seconds, { fromT: change.value.t, toT: readyT })),
          ),
  };
}

function latency(change: Measure<LoadChange>, ready: Measure<Instant>): Measure {
  if (change.kind !== 'measured') return change;
  return ready.kind === 'measured' ? measured(ready.value.t - change.value.t) : ready;
}

/** Until when a scale-up can be completed, and what ended it. */
interface CompletionLimit {
  readonly t: number;
  readonly because: string;
}

function completionLimit(
  rescale: Rescale,
  next: readonly Rescale[],
  endT: number,
): CompletionLimit {
  const lower = next.find(({ to }) => to < rescale.to);
  return lower === undefined
    ? { t: endT, because: 'when the observation ended' }
    : { t: lower.t, because: `when it was scaled to ${lower.to}` };
}

/** Pods first seen after the decision and before the next one, as many as were asked for. */
function addedPods(
  rescale: Rescale,
  next: readonly Rescale[],
  pods: readonly PodHistory[],
): readonly PodHistory[] {
  const fromT = rescale.t - WATCH_SKEW_MS;
  const toT = next[0]?.t ?? Infinity;
  return pods
    .filter(({ createdT }) => createdT >= fromT && createdT < toT)
    .slice(0, rescale.to - rescale.from);
}

function lastOf(
  added: readonly PodHistory[],
  rescale: Rescale,
  of: {
    readonly end: CompletionLimit;
    readonly what: string;
    readonly instant: (pod: PodHistory) => number | undefined;
  },
): Measure<Instant> {
  const wanted = rescale.to - rescale.from;
  const instants = added.map(of.instant).filter((t) => t !== undefined && t <= of.end.t);
  if (instants.length < wanted) {
    return notReached(`${instants.length} of ${wanted} new pods were ${of.what} ${of.end.because}`);
  }
  const t = instants.reduce<number>((a, b) => Math.max(a, b ?? a), 0);
  return measured({ t, evidence: `the last of ${wanted} new pods was seen ${of.what}` });
}

function thatMany(
  series: StepSeries,
  rescale: Rescale,
  of: { readonly end: CompletionLimit; readonly what: string },
): Measure<Instant> {
  if (series.length === 0) return noData(`${of.what} were not observed`);
  const span = { fromT: rescale.t, toT: of.end.t };
  const t = firstInstant(series, span, (value) => value >= rescale.to);
  if (t !== undefined) return measured({ t, evidence: `${rescale.to} ${of.what}` });
  return notReached(`there were not ${rescale.to} ${of.what} at once ${of.end.because}`);
}

function lengths(
  found: Readonly<Record<ScaleUpStageName, Measure<Instant>>>,
  changeT: number | undefined,
): readonly ScaleUpStage[] {
  let startT = changeT;
  let previousT = changeT;
  return SCALE_UP_STAGES.map((name) => {
    const instant = found[name];
    if (instant.kind !== 'measured') return { name, seen: instant };
    // Two watches may show two stages in the wrong order, by milliseconds; order is what we know.
    const t = Math.max(instant.value.t, previousT ?? instant.value.t);
    startT ??= t;
    const lengthMs = t - (previousT ?? t);
    previousT = t;
    const stage = { t, sinceChangeMs: t - startT, lengthMs, evidence: instant.value.evidence };
    return { name, seen: measured(stage) };
  });
}

function addedPod(pod: PodHistory): AddedPod {
  return {
    name: pod.name,
    createdT: pod.createdT,
    scheduledT: seen(pod.scheduledT, 'scheduled'),
    startedT: seen(pod.startedT, 'started'),
    readyT: seen(pod.readyT, 'ready'),
    endpointT: seen(pod.endpointT, 'in the endpoints'),
  };
}

function seen(t: number | undefined, what: string): Measure {
  return t === undefined ? notReached(`it was not seen ${what}`) : measured(t);
}
