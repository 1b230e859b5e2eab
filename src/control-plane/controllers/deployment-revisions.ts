/** Revisions of a Deployment: which set has its template, and what its annotations say. */
import type { Deployment, PodTemplateSpec, ReplicaSet, StringMap } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { byCreation, maxSurge, wantedReplicas } from './deployment-rules.js';

/** The label that tells the pods of a Deployment's sets apart. */
export const TEMPLATE_HASH_LABEL = 'pod-template-hash';
/** The annotation with the number of a revision. */
export const REVISION = 'deployment.kubernetes.io/revision';
/** The annotation with the Deployment's wanted replicas when a set was last scaled. */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';

const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
const MAX_HISTORY_LENGTH = 2_000; // deployment_util.go, maxRevHistoryLengthInChars
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

/**
 * The set that has the Deployment's template: the oldest of them, should there be several.
 *
 * @see Source: kubernetes `pkg/controller/deployment/util/deployment_util.go`, `FindNewReplicaSet`.
 */
export function findNewSet(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec.template);
  return [...sets]
    .sort(byCreation)
    .find(({ spec }) => isEqualJson(withoutHash(spec.template), wanted));
}

/** Two templates are the same but for the hash label. */
export function isSameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return isEqualJson(withoutHash(a), withoutHash(b));
}

function withoutHash({ metadata = {}, spec }: PodTemplateSpec): unknown {
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = metadata.labels ?? {};
  return { metadata: { ...metadata, labels }, spec };
}

/** The revision of a set; 0 when it has none. */
export function revisionOf(set: ReplicaSet): number {
  const revision = Number.parseInt(set.metadata.annotations?.[REVISION] ?? '', 10);
  return Number.isNaN(revision) ? 0 : revision;
}

/** The highest revision of these sets; 0 when none has one. */
export function maxRevision(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf));
}

/** Lowest revision first, then oldest. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  return revisionOf(a) - revisionOf(b) || byCreation(a, b);
}

/**
 * The annotations of the new set: those of the Deployment, its revision, and the revisions it had
 * before when it is taken back into use. A revision is only ever raised.
 *
 * @see Source: `deployment_util.go`, `SetNewReplicaSetAnnotations`.
 */
export function newSetAnnotations(
  deployment: Deployment,
  annotations: StringMap,
  revision: number,
): StringMap {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !NOT_COPIED.has(key),
  );
  const merged = { ...annotations, ...Object.fromEntries(copied) };
  const current = annotations[REVISION];
  const currentNumber = current === undefined ? 0 : Number.parseInt(current, 10);
  if (Number.isNaN(currentNumber) || currentNumber >= revision) return merged;
  const history = current === undefined ? {} : { [REVISION_HISTORY]: grown(annotations, current) };
  return { ...merged, ...history, [REVISION]: String(revision) };
}

function grown(annotations: StringMap, revision: string): string {
  const history = [...(annotations[REVISION_HISTORY] ?? '').split(','), revision].filter(
    (entry) => entry !== '',
  );
  while (history.join(',').length > MAX_HISTORY_LENGTH) history.shift();
  return history.join(',');
}

/** The annotations by which proportional scaling later knows what the Deployment wanted. */
export function replicasAnnotations(deployment: Deployment): StringMap {
  const wanted = wantedReplicas(deployment);
  return {
    [DESIRED_REPLICAS]: String(wanted),
    [MAX_REPLICAS]: String(wanted + maxSurge(deployment)),
  };
}

/** What the Deployment wanted when the set was last scaled; undefined when it does not say. */
export function desiredReplicasOf(set: ReplicaSet): number | undefined {
  return annotatedNumber(set, DESIRED_REPLICAS);
}

/** Wanted replicas and surge when the set was last scaled; undefined when it does not say. */
export function maxReplicasOf(set: ReplicaSet): number | undefined {
  return annotatedNumber(set, MAX_REPLICAS);
}

function annotatedNumber(set: ReplicaSet, annotation: string): number | undefined {
  const value = Number.parseInt(set.metadata.annotations?.[annotation] ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
}
