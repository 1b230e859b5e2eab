/**
 * Where the time of a scale-down went: from the load drop to the last process gone.
 *
 *   load drop -> under target -> metric visible -> decision -> terminating -> out of the endpoints
 *     -> last request -> gone
 *
 * Stages are put in a chain as those of a scale-up are: lengths never overlap and add up to the whole.
 */
import { stretchStart } from './cpu-stretch.js';
import { rescaleReason } from './hpa-reason.js';
import type { LoadChange } from './load-changes.js';
import { mapMeasure, measured, noData, notReached, valueOf, type Measure } from './measure.js';
import { removedPodOf, type RemovedPod } from './removed-pod.js';
import { firstInstant, type Rescale } from './replicas.js';
import { NOT_BY_HPA, rescaleAuthor, type RescaleAuthor } from './rescale-author.js';
import { isOverTarget } from './run-facts.js';
import {
  byHandStages,
  decisionStages,
  endedBy,
  podStages,
  type ScaleDownSources,
  type ScaleDownStage,
  type Step,
} from './scale-down-stages.js';
import { removedPods } from './scale-pods.js';
import { stageChain } from './stages.js';

export type { RemovedPod } from './removed-pod.js';
export {
  SCALE_DOWN_STAGES,
  type ScaleDownStage,
  type ScaleDownStageName,
} from './scale-down-stages.js';

/** One scale-down. Instants are ms since the run began. */
export interface ScaleDown {
  readonly from: number;
  readonly to: number;
  readonly decisionT: number;
  /** Of a size that someone else set there is no load change, and so no latency. */
  readonly author: RescaleAuthor;
  /**
   * The last fall of the load before usage was so low that `to` pods were enough, and stayed so up to the
   * decision; without readings of usage, the last before the decision.
   */
  readonly change: Measure<LoadChange>;
  /** Why the HPA chose that size, in words. */
  readonly reason: Measure<string>;
  readonly changeToDecisionMs: Measure;
  /** To the first instant at which no more than `to` pods exist, terminating ones counted. */
  readonly decisionToGoneMs: Measure;
  /** From the load drop to the last of the removed pods gone. */
  readonly latencyMs: Measure;
  /** {@link SCALE_DOWN_STAGES} in order. */
  readonly stages: readonly ScaleDownStage[];
  readonly pods: readonly RemovedPod[];
}

/** Explains every scale-down among the rescales of a run, which are in order of time. */
export function explainScaleDowns(
  all: readonly Rescale[],
  sources: ScaleDownSources,
): readonly ScaleDown[] {
  return all.flatMap((rescale, index) =>
    rescale.to < rescale.from ? [explainScaleDown(rescale, all.slice(index + 1), sources)] : [],
  );
}

/**
 * - *load drop*: see {@link ScaleDown.change}.
 * - *under target*: the first reading of usage from the drop on for which `to` pods are enough.
 * - *metric visible*: the first content of the metrics API from then on that says the same.
 * - *decision*: `spec.replicas` was seen changed.
 * - *terminating, out of endpoints, gone*: the last of the removed pods was seen so.
 * - *last request*: the end of the last second of the load in which one was due that a removed pod answered.
 */
function explainScaleDown(
  rescale: Rescale,
  next: readonly Rescale[],
  sources: ScaleDownSources,
): ScaleDown {
  const author = rescaleAuthor(rescale, sources, sources.endT);
  const isByHand = author === 'other';
  const change = isByHand ? NOT_THE_HPA : causeOf(rescale, sources);
  const step: Step = {
    rescale,
    sources,
    removed: removedPods(rescale, { next, endT: sources.endT }, sources.pods),
    ended: endedBy(rescale, next),
  };
  const stages = stageChain(
    [
      ...(isByHand ? byHandStages(rescale) : decisionStages(rescale, change, sources)),
      ...podStages(step),
    ],
    { originT: valueOf(change)?.t, startT: valueOf(change)?.t },
  );
  const times = { decisionT: rescale.t, changeT: valueOf(change)?.t };
  const gone = stages.at(-1)?.seen ?? notReached('no stage was looked for');
  return {
    from: rescale.from,
    to: rescale.to,
    decisionT: rescale.t,
    author,
    change,
    reason: isByHand ? NOT_THE_HPA : rescaleReason(rescale, sources),
    changeToDecisionMs: mapMeasure(change, ({ t }) => rescale.t - t),
    decisionToGoneMs: decisionToGone(rescale, next, sources),
    latencyMs:
      change.kind === 'measured' ? mapMeasure(gone, ({ t }) => t - change.value.t) : change,
    stages,
    pods: step.removed.map((pod) => removedPodOf(pod, times, sources.served)),
  };
}

const NOT_THE_HPA = noData(NOT_BY_HPA);

function decisionToGone(
  rescale: Rescale,
  next: readonly Rescale[],
  { existing, endT }: ScaleDownSources,
): Measure {
  const higher = next.find(({ to }) => to > rescale.to);
  const span = { fromT: rescale.t, toT: higher?.t ?? endT };
  const goneT = firstInstant(existing, span, (pods) => pods <= rescale.to);
  return goneT === undefined
    ? notReached(`more than ${rescale.to} pods existed ${endedBy(rescale, next)}`)
    : measured(goneT - rescale.t);
}

function causeOf(rescale: Rescale, sources: ScaleDownSources): Measure<LoadChange> {
  const { target, usage, changes } = sources;
  if (changes.length === 0) return noData('the load is not known');
  const lowT =
    target.kind === 'measured'
      ? stretchStart(
          usage,
          rescale.t,
          (totalMillicores) => !isOverTarget(totalMillicores, rescale.to, target.value),
        )
      : undefined;
  const byT = lowT ?? rescale.t;
  const fall = changes.findLast(({ t, direction }) => direction === 'down' && t <= byT);
  return fall === undefined
    ? noData('no fall of the load came before usage was that low')
    : measured(fall);
}
