/** One pod that a scale-up added, stage by stage. */
import { measured, noData, notReached, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import type { ServedSpan } from './served-seconds.js';
import {
  CREATION_CAUSE,
  ENDPOINT_CAUSE,
  readyCause,
  requestCause,
  schedulingCause,
  startCause,
  type CauseFacts,
} from './stage-causes.js';
import { stageChain, type FoundStage, type Stage, type StageSpan } from './stages.js';

/** The stages of one pod after the decision, in order. */
export const ADDED_POD_STAGES = [
  'created',
  'scheduled',
  'started',
  'ready',
  'endpoint',
  'first-request',
] as const;

/** See {@link ADDED_POD_STAGES}. */
export type AddedPodStageName = (typeof ADDED_POD_STAGES)[number];

/** A pod that a scale-up added; instants are ms since the run began. */
export interface AddedPod {
  readonly name: string;
  readonly createdT: number;
  readonly scheduledT: Measure;
  readonly startedT: Measure;
  readonly readyT: Measure;
  readonly endpointT: Measure;
  /** To the second: the first in which a request was due that it answered, not before its endpoint. */
  readonly firstRequestT: Measure;
  /** {@link ADDED_POD_STAGES} in order; the first begins with the decision. */
  readonly stages: readonly Stage<AddedPodStageName>[];
}

/** What of a scale-up's sources a pod needs. */
interface PodSources extends CauseFacts {
  readonly served: ReadonlyMap<string, ServedSpan>;
}

/** What became of an added pod. `changeT` is that of the load change; undefined when not known. */
export function addedPodOf(
  pod: PodHistory,
  step: { readonly decisionT: number; readonly changeT: number | undefined },
  sources: PodSources,
): AddedPod {
  const instants = {
    scheduledT: seen(pod.scheduledT, 'it was not seen scheduled'),
    startedT: seen(pod.startedT, 'it was not seen started'),
    readyT: seen(pod.readyT, 'it was not seen ready'),
    endpointT: seen(pod.endpointT, 'it was not seen in the endpoints'),
    firstRequestT:
      sources.served.size === 0
        ? noData('the answers do not name the pod that gave them')
        : seen(firstRequest(pod, sources.served), 'it answered no request'),
  };
  const found: readonly FoundStage<AddedPodStageName>[] = [
    stage('created', measured(pod.createdT), () => CREATION_CAUSE),
    stage('scheduled', instants.scheduledT, ({ t }) => schedulingCause(pod, t, sources)),
    stage('started', instants.startedT, ({ t }) => startCause(pod, t, sources)),
    stage('ready', instants.readyT, (span) => readyCause(pod, span, sources)),
    stage('endpoint', instants.endpointT, () => ENDPOINT_CAUSE),
    stage('first-request', instants.firstRequestT, () => requestCause(sources)),
  ];
  const { decisionT, changeT } = step;
  return {
    name: pod.name,
    createdT: pod.createdT,
    ...instants,
    stages: stageChain(found, { originT: changeT ?? decisionT, startT: decisionT }),
  };
}

/**
 * When a pod answered its first request: the begin of the first second of the load in which one was due
 * that it answered, but not before it was in the endpoints. Resolution: 1 s. Undefined when it answered
 * none.
 */
export function firstRequest(
  pod: PodHistory,
  served: ReadonlyMap<string, ServedSpan>,
): number | undefined {
  const firstT = served.get(pod.name)?.firstT;
  if (firstT === undefined) return undefined;
  return Math.max(firstT, pod.endpointT ?? pod.readyT ?? pod.createdT);
}

function seen(t: number | undefined, because: string): Measure {
  return t === undefined ? notReached(because) : measured(t);
}

const SEEN_AS: Readonly<Record<AddedPodStageName, string>> = {
  created: 'the pod was first seen',
  scheduled: 'it was seen on a node',
  started: 'its containers were seen running',
  ready: 'it was seen ready',
  endpoint: 'it was seen among the ready endpoints of the Service',
  'first-request': 'it answered a request that was due in the second from here',
};

function stage(
  name: AddedPodStageName,
  t: Measure,
  cause: (span: StageSpan) => string,
): FoundStage<AddedPodStageName> {
  const instant = t.kind === 'measured' ? measured({ t: t.value, evidence: SEEN_AS[name] }) : t;
  return { name, instant, cause };
}
