/**
 * Where the time of a scale-up went: from the load change to the SLO holding again.
 *
 *   load change -> (earlier step) -> over target -> metric visible -> decision -> pods created -> scheduled
 *     -> started -> ready -> endpoint -> first request -> recovered
 *
 * A stage's length runs from the stage before it that was seen; so lengths never overlap and add up to
 * the whole. A stage that was not seen is absent with its reason and has no length.
 */
import { addedPodOf, type AddedPod } from './added-pod.js';
import { rescaleReason } from './hpa-reason.js';
import type { LoadChange } from './load-changes.js';
import { mapMeasure, measured, noData, valueOf, type Measure } from './measure.js';
import type { Rescale } from './replicas.js';
import { secondsWithin } from './requests.js';
import { NOT_BY_HPA, rescaleAuthor, type RescaleAuthor } from './rescale-author.js';
import { responseTimes, type ResponseTimes } from './response-times.js';
import { addedPods } from './scale-pods.js';
import { causeOf, causeOfFurtherStep, type Cause } from './scale-up-cause.js';
import {
  causeStages,
  completionLimit,
  earlierStage,
  podStages,
  recoveredStage,
  thatMany,
  type ScaleUpSources,
  type ScaleUpStage,
  type ScaleUpStageName,
  type Step,
} from './scale-up-stages.js';
import { sloRecovery, type SloRecovery } from './slo-recovery.js';
import { stageChain, type FoundStage, type Instant } from './stages.js';

export type { AddedPod } from './added-pod.js';
export {
  SCALE_UP_STAGES,
  type ScaleUpSources,
  type ScaleUpStage,
  type ScaleUpStageName,
} from './scale-up-stages.js';

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

const NOT_THE_HPA = noData(NOT_BY_HPA);

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
