/**
 * Where the time of a scale-up went: from the load change to the SLO holding again.
 *
 *   load change -> (earlier step) -> over target -> metric visible -> decision -> pods created -> scheduled
 *     -> started -> ready -> endpoint -> first request -> recovered
 *
 * A stage's length runs from the stage before it that was seen; so lengths never overlap and add up to
 * the whole. A stage that was not seen is absent with its reason and has no length.
 */
import type { LoadRecord } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import { addedPodOf, firstRequest, type AddedPod } from './added-pod.js';
import { rescaleReason, type HpaWords } from './hpa-reason.js';
import type { LoadChange } from './load-changes.js';
import { mapMeasure, measured, noData, notReached, valueOf, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { firstInstant, type Rescale } from './replicas.js';
import { secondsWithin } from './requests.js';
import { NOT_BY_HPA, rescaleAuthor, type RescaleAuthor } from './rescale-author.js';
import { responseTimes, type ResponseTimes } from './response-times.js';
import { addedPods } from './scale-pods.js';
import {
  causeOf,
  causeOfFurtherStep,
  metricVisible,
  type Cause,
  type CauseSources,
} from './scale-up-cause.js';
import type { ServedSpan } from './served-seconds.js';
import type { SloSecond } from './slo.js';
import { RECOVERED_SECONDS, sloRecovery, type SloRecovery } from './slo-recovery.js';
import {
  CREATION_CAUSE,
  decisionCause,
  ENDPOINT_CAUSE,
  metricCause,
  readingCause,
  readyCause,
  requestCause,
  schedulingCause,
  startCause,
  type CauseFacts,
} from './stage-causes.js';
import { stageChain, type FoundStage, type Instant, type Stage } from './stages.js';

export type { AddedPod } from './added-pod.js';

/**
 * The stages after the load change, in order. `earlier-step` is there only where a step before it answered
 * the same load change: the time until that step's decision.
 */
export const SCALE_UP_STAGES = [
  'earlier-step',
  'over-target',
  'metric-visible',
  'decision',
  'pods-created',
  'scheduled',
  'started',
  'ready',
  'endpoint',
  'first-request',
  'recovered',
] as const;

/** See {@link SCALE_UP_STAGES}. */
export type ScaleUpStageName = (typeof SCALE_UP_STAGES)[number];

/** One stage of one scale-up. */
export type ScaleUpStage = Stage<ScaleUpStageName>;

/** One scale-up and where its time went. Instants are ms since the run began. */
export interface ScaleUp {
  readonly from: number;
  readonly to: number;
  readonly decisionT: number;
  /** Of a size that someone else set there is no load change, and so no latency. */
  readonly author: RescaleAuthor;
  readonly change: Measure<LoadChange>;
  /** The step before it for the same load change; undefined: this is the first. */
  readonly earlierStep: { readonly to: number; readonly decisionT: number } | undefined;
  /** Why the HPA chose that size, in words. */
  readonly reason: Measure<string>;
  /** From the load change to `to` pods ready. */
  readonly latencyMs: Measure;
  /** From the first second that broke the SLO to the first of those that held it again; 0: none broke it. */
  readonly recoveryMs: Measure;
  /** {@link SCALE_UP_STAGES} in order; without `earlier-step` for a first step. */
  readonly stages: readonly ScaleUpStage[];
  readonly pods: readonly AddedPod[];
  /** Of requests due between the load change and `to` pods ready. */
  readonly responseTimesWhileWaiting: Measure<ResponseTimes>;
}

/** What a scale-up is explained from. */
export interface ScaleUpSources extends CauseSources, HpaWords, CauseFacts {
  /** Empty when the load is not known. */
  readonly changes: readonly LoadChange[];
  readonly pods: readonly PodHistory[];
  readonly ready: StepSeries;
  readonly endpoints: StepSeries;
  readonly seconds: readonly LoadRecord[];
  readonly served: ReadonlyMap<string, ServedSpan>;
  readonly slo: Measure<readonly SloSecond[]>;
  /** End of the observation. */
  readonly endT: number;
}

/** Explains every scale-up among the rescales of a run, which are in order of time. */
export function explainScaleUps(
  all: readonly Rescale[],
  sources: ScaleUpSources,
): readonly ScaleUp[] {
  const found: ScaleUp[] = [];
  let before: ScaleUp | undefined;
  all.forEach((rescale, index) => {
    if (rescale.to <= rescale.from) {
      before = undefined;
      return;
    }
    before = explainScaleUp(rescale, { before, next: all.slice(index + 1) }, sources);
    found.push(before);
  });
  return found;
}

interface Neighbors {
  /** The rescale just before it, if that was a scale-up. */
  readonly before: ScaleUp | undefined;
  /** Those after it: from a scale-down on it can no longer be completed. */
  readonly next: readonly Rescale[];
}

/**
 * - *load change*, *over target*: see {@link causeOf}.
 * - *earlier step*: a scale-up just before answered the same load change.
 * - *metric visible*: the first content of the metrics API, from over target on, that says the same.
 * - *decision*: `spec.replicas` was seen changed.
 * - *pods created, scheduled, started*: the last of the added pods was.
 * - *ready*, *endpoint*: that many pods were, for the first time since the decision.
 * - *first request*: each added pod has answered one; told by the second in which it was due.
 * - *recovered*: see {@link sloRecovery}; a violation counts from the load change to *ready*.
 */
function explainScaleUp(rescale: Rescale, neighbors: Neighbors, sources: ScaleUpSources): ScaleUp {
  const { next } = neighbors;
  const author = rescaleAuthor(rescale, sources, sources.endT);
  const { earlier, ...cause } =
    author === 'other' ? BY_HAND : causeAmong(rescale, neighbors, sources);
  const { change } = cause;
  const step: Step = {
    rescale,
    sources,
    end: completionLimit(rescale, next, sources.endT),
    added: addedPods(rescale, next, sources.pods),
  };
  const ready = thatMany(sources.ready, step, 'pods ready');
  const readyT = valueOf(ready)?.t;
  const changeT = valueOf(change)?.t;
  const recovery = recoveryOf(step, changeT, readyT);
  const found: readonly FoundStage<ScaleUpStageName>[] = [
    ...(earlier === undefined ? [] : [earlierStage(earlier)]),
    ...causeStages(step, cause, author),
    ...podStages(step, ready),
    recoveredStage(recovery, changeT, sources.changes),
  ];
  return {
    from: rescale.from,
    to: rescale.to,
    decisionT: rescale.t,
    author,
    change,
    earlierStep:
      earlier === undefined ? undefined : { to: earlier.to, decisionT: earlier.decisionT },
    reason: author === 'other' ? NOT_THE_HPA : rescaleReason(rescale, sources),
    latencyMs: latency(change, ready),
    recoveryMs: recoveryMs(recovery),
    stages: stageChain(found, { originT: changeT, startT: changeT }),
    pods: step.added.map((pod) => addedPodOf(pod, { decisionT: rescale.t, changeT }, sources)),
    responseTimesWhileWaiting:
      changeT === undefined || readyT === undefined
        ? noData('the wait has no known beginning or end')
        : measured(responseTimes(secondsWithin(sources.seconds, { fromT: changeT, toT: readyT }))),
  };
}

const NOT_THE_HPA = noData(
  'the HPA did not set this size: someone else did (kubectl scale, a rollout)',
);

const BY_HAND = {
  change: NOT_THE_HPA,
  overTarget: NOT_THE_HPA,
  readingMs: undefined,
  earlier: undefined,
};

interface CauseAmongSteps extends Cause {
  readonly earlier: ScaleUp | undefined;
}

function causeAmong(
  rescale: Rescale,
  { before }: Neighbors,
  sources: ScaleUpSources,
): CauseAmongSteps {
  const own = causeOf(rescale, sources, sources.changes);
  const changeT = valueOf(own.change)?.t;
  const isFurther = changeT !== undefined && valueOf(before?.change ?? own.change)?.t === changeT;
  if (before === undefined || !isFurther) return { ...own, earlier: undefined };
  return { ...causeOfFurtherStep(rescale, sources, before), earlier: before };
}

function latency(change: Measure<LoadChange>, ready: Measure<Instant>): Measure {
  if (change.kind !== 'measured') return change;
  return ready.kind === 'measured' ? measured(ready.value.t - change.value.t) : ready;
}

/** One scale-up while it is explained. */
interface Step {
  readonly rescale: Rescale;
  readonly sources: ScaleUpSources;
  readonly end: CompletionLimit;
  readonly added: readonly PodHistory[];
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

function earlierStage({ to, decisionT, reason }: ScaleUp): FoundStage<ScaleUpStageName> {
  const why = reason.kind === 'measured' ? `: ${reason.value}` : ', which was not enough';
  return {
    name: 'earlier-step',
    instant: measured({ t: decisionT, evidence: `the step before it, to ${to}, was decided` }),
    cause: () => `HPA: it went to ${to} first${why}`,
  };
}

function causeStages(
  { rescale, sources }: Step,
  cause: Cause,
  author: RescaleAuthor,
): readonly FoundStage<ScaleUpStageName>[] {
  const visible = author === 'other' ? NOT_THE_HPA : metricVisible(rescale, cause, sources);
  return [
    {
      name: 'over-target',
      instant: cause.overTarget,
      cause: (span) => readingCause(valueOf(cause.change), cause.readingMs, span),
    },
    {
      name: 'metric-visible',
      instant: visible,
      cause: () => metricCause(valueOf(visible)?.windowMs, sources),
    },
    {
      name: 'decision',
      instant: measured({ t: rescale.t, evidence: 'spec.replicas of the Deployment was changed' }),
      cause: (span) => (author === 'other' ? NOT_BY_HPA : decisionCause('up', span, sources)),
    },
  ];
}

function podStages(step: Step, ready: Measure<Instant>): readonly FoundStage<ScaleUpStageName>[] {
  const { sources, added } = step;
  const scheduled = lastOf(step, 'scheduled', (pod) => pod.scheduledT);
  const started = lastOf(step, 'started', (pod) => pod.startedT);
  const readyT = valueOf(ready)?.t ?? Infinity;
  const lastReady = added
    .filter((pod) => (pod.readyT ?? Infinity) <= readyT)
    .reduce<PodHistory | undefined>(
      (last, pod) => ((pod.readyT ?? 0) > (last?.readyT ?? -1) ? pod : last),
      undefined,
    );
  return [
    {
      name: 'pods-created',
      instant: lastOf(step, 'created', (pod) => pod.createdT).instant,
      cause: () => CREATION_CAUSE,
    },
    {
      name: 'scheduled',
      instant: scheduled.instant,
      cause: ({ t }) => schedulingCause(scheduled.pod, t, sources),
    },
    {
      name: 'started',
      instant: started.instant,
      cause: ({ t }) => startCause(started.pod, t, sources),
    },
    { name: 'ready', instant: ready, cause: (span) => readyCause(lastReady, span, sources) },
    {
      name: 'endpoint',
      instant: thatMany(sources.endpoints, step, 'endpoints ready'),
      cause: () => ENDPOINT_CAUSE,
    },
    {
      name: 'first-request',
      instant: firstRequests(step),
      cause: () => requestCause(sources),
    },
  ];
}

/** When the last of the added pods came to something, and which that was. */
function lastOf(
  { rescale, added, end }: Step,
  what: string,
  instantOf: (pod: PodHistory) => number | undefined,
): { readonly instant: Measure<Instant>; readonly pod: PodHistory | undefined } {
  const wanted = rescale.to - rescale.from;
  const came = added
    .map((pod) => ({ pod, t: instantOf(pod) ?? Infinity }))
    .filter(({ t }) => t <= end.t)
    .sort((a, b) => a.t - b.t);
  const last = came.at(-1);
  if (came.length < wanted || last === undefined) {
    const because = `${came.length} of ${wanted} new pods were ${what} ${end.because}`;
    return { instant: notReached(because), pod: undefined };
  }
  const evidence = `the last of ${wanted} new pods was seen ${what}: ${last.pod.name}`;
  return { instant: measured({ t: last.t, evidence }), pod: last.pod };
}

function firstRequests(step: Step): Measure<Instant> {
  const { served, seconds } = step.sources;
  if (seconds.length === 0) return noData('no second of the load was told');
  if (served.size === 0) return noData('the answers do not name the pod that gave them');
  return mapMeasure(
    lastOf(step, 'answering requests', (pod) => firstRequest(pod, served)).instant,
    ({ t, evidence }) => ({ t, evidence: `${evidence} (to the second in which it was due)` }),
  );
}

function thatMany(series: StepSeries, { rescale, end }: Step, what: string): Measure<Instant> {
  if (series.length === 0) return noData(`${what} were not observed`);
  const span = { fromT: rescale.t, toT: end.t };
  const t = firstInstant(series, span, (value) => value >= rescale.to);
  if (t !== undefined) return measured({ t, evidence: `${rescale.to} ${what}` });
  return notReached(`there were not ${rescale.to} ${what} at once ${end.because}`);
}

function recoveryOf(
  { sources, end }: Step,
  changeT: number | undefined,
  readyT: number | undefined,
): Measure<SloRecovery> {
  if (changeT === undefined) return noData('it is not known from when on to look');
  return mapMeasure(sources.slo, (seconds) =>
    sloRecovery(seconds, { fromT: changeT, toT: readyT ?? end.t }),
  );
}

function recoveryMs(recovery: Measure<SloRecovery>): Measure {
  if (recovery.kind !== 'measured') return recovery;
  const { value } = recovery;
  if (value.kind === 'held') return measured(0);
  return mapMeasure(value.recoveredT, (t) => t - value.violatedT);
}

function recoveredStage(
  recovery: Measure<SloRecovery>,
  changeT: number | undefined,
  changes: readonly LoadChange[],
): FoundStage<ScaleUpStageName> {
  const instant = recoveredInstant(recovery);
  const t = valueOf(instant)?.t ?? -Infinity;
  const fall = changes.find(
    (change) => change.direction === 'down' && change.t > (changeT ?? t) && change.t <= t,
  );
  return {
    name: 'recovered',
    instant,
    cause: (span) => {
      if (fall !== undefined) return 'load: it had fallen by then, which may be why the SLO held';
      return span.t > span.startT
        ? 'backlog: what had waited was worked off'
        : 'none: the SLO held again before all pods were there';
    },
  };
}

function recoveredInstant(recovery: Measure<SloRecovery>): Measure<Instant> {
  if (recovery.kind !== 'measured') return recovery;
  const { value } = recovery;
  if (value.kind === 'held') return noData('the SLO held: there was nothing to recover from');
  return mapMeasure(value.recoveredT, (t) => ({
    t,
    evidence: `the first of ${RECOVERED_SECONDS} seconds in a row that held the SLO`,
  }));
}
