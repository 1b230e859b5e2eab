/** One pod that a scale-down removed. */
import { mapMeasure, measured, noData, notReached, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import type { ServedSpan } from './served-seconds.js';
import {
  ENDPOINT_CAUSE,
  LAST_REQUEST_CAUSE,
  REMOVAL_CAUSE,
  shutdownCause,
} from './stage-causes.js';
import { stageChain, type FoundStage, type Stage, type StageSpan } from './stages.js';

/** The stages of one pod after the decision to remove it, in order. */
export const REMOVED_POD_STAGES = [
  'terminating',
  'out-of-endpoints',
  'last-request',
  'gone',
] as const;

/** See {@link REMOVED_POD_STAGES}. */
export type RemovedPodStageName = (typeof REMOVED_POD_STAGES)[number];

/** A pod that a scale-down removed; instants are ms since the run began. */
export interface RemovedPod {
  readonly name: string;
  /** Seen to terminate; of a pod that was only seen gone, absent. */
  readonly terminatingT: Measure;
  readonly outOfEndpointsT: Measure;
  /** End of the last second in which a request was due that it answered; resolution 1 s. */
  readonly lastRequestT: Measure;
  readonly goneT: Measure;
  /** From the decision to gone. */
  readonly latencyMs: Measure;
  /** {@link REMOVED_POD_STAGES} in order; the first begins with the decision. */
  readonly stages: readonly Stage<RemovedPodStageName>[];
}

/**
 * What became of a removed pod.
 *
 * @param step - when the size was changed, and the load drop behind it; undefined when not known.
 */
export function removedPodOf(
  pod: PodHistory,
  step: { readonly decisionT: number; readonly changeT: number | undefined },
  served: ReadonlyMap<string, ServedSpan>,
): RemovedPod {
  const span = served.get(pod.name);
  const { terminatingT, leftEndpointsT, endpointT, goneT } = pod;
  const instants = {
    terminatingT: seen(terminatingT, 'it was not seen to terminate'),
    outOfEndpointsT:
      endpointT === undefined
        ? noData('it was never seen in the endpoints')
        : seen(leftEndpointsT, 'it was not seen to leave the endpoints'),
    lastRequestT:
      served.size === 0
        ? noData('the answers do not name the pod that gave them')
        : seen(span && Math.min(span.lastT, goneT ?? Infinity), 'it answered no request'),
    goneT: seen(goneT, 'it was not seen gone'),
  };
  const found: readonly FoundStage<RemovedPodStageName>[] = [
    stage('terminating', instants.terminatingT, () => REMOVAL_CAUSE),
    stage('out-of-endpoints', instants.outOfEndpointsT, () => ENDPOINT_CAUSE),
    stage('last-request', instants.lastRequestT, () => LAST_REQUEST_CAUSE),
    stage('gone', instants.goneT, shutdownCause),
  ];
  const { decisionT, changeT } = step;
  return {
    name: pod.name,
    ...instants,
    latencyMs: mapMeasure(instants.goneT, (t) => t - decisionT),
    stages: stageChain(found, { originT: changeT ?? decisionT, startT: decisionT }),
  };
}

function seen(t: number | undefined, because: string): Measure {
  return t === undefined ? notReached(because) : measured(t);
}

const SEEN_AS: Readonly<Record<RemovedPodStageName, string>> = {
  terminating: 'it was seen terminating',
  'out-of-endpoints': 'it was no longer among the ready endpoints of the Service',
  'last-request': 'the last request that it answered was due in the second before',
  gone: 'it was seen gone',
};

function stage(
  name: RemovedPodStageName,
  t: Measure,
  cause: (span: StageSpan) => string,
): FoundStage<RemovedPodStageName> {
  const instant = mapMeasure(t, (value) => ({ t: value, evidence: SEEN_AS[name] }));
  return { name, instant, cause };
}
