/** Makes the pods that a Job lacks and deletes those too many. */
import type { Job } from '../../core/batch-objects.js';
import type { Container, Pod, PodTemplateSpec } from '../../core/objects.js';
import type { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { keyOf } from '../object-keys.js';
import { PODS } from '../resources.js';
import { JobIndexes } from '../kinds/job-indexes.js';
import { JOB_TRACKING_FINALIZER, isIndexed, isSuspended } from '../kinds/job-rules.js';
import { backoffLeftMs } from './job-backoff.js';
import {
  COMPLETION_INDEX,
  INDEX_FAILURE_COUNT,
  INDEX_IGNORED_FAILURE_COUNT,
  completionIndex,
  finishedAtMs,
  indexFailures,
  matchFailurePolicy,
  removalOrder,
  replacesOnlyFailed,
} from './job-pods.js';
import type { JobSync } from './job-sync-state.js';
import { createPod, deletePods } from './pod-control.js';
import type { PodControl } from './pod-control.js';
import { isDeleting, isReady, isTerminal } from './pod-state.js';

/** Pods made or deleted in one sync at most. */
const MAX_PER_SYNC = 500; // pkg/controller/job/job_controller.go, MaxPodCreateDeletePerSync
const MAX_NAME_PREFIX = 58;
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** What managing came to. */
export interface Managed {
  readonly error?: ApiError;
  /** Ms until pods may be made that are held back because others failed. */
  readonly waitMs?: number;
}

/**
 * Brings the number of active pods to what is wanted and keeps count in the sync.
 *
 * @see Source: kubernetes `pkg/controller/job/job_controller.go`, `manageJob`.
 */
export function managePods(control: PodControl, sync: JobSync): Managed {
  const { job, activePods } = sync;
  if (isSuspended(job)) return removePods(control, sync, forRemoval(sync, activePods.length));
  const wanted = wantedActive(sync);
  const tooMany = forRemoval(sync, Math.max(0, sync.active - wanted)).slice(0, MAX_PER_SYNC);
  if (tooMany.length > 0) return removePods(control, sync, tooMany);
  const terminating = replacesOnlyFailed(job) ? sync.terminating : 0;
  const missing = Math.min(wanted - terminating - sync.active, MAX_PER_SYNC);
  return missing > 0 ? addPods(control, sync, missing) : {};
}

/** Deletes pods that go on, keeping their finalizers so that they are counted. */
export function deleteActivePods(control: PodControl, sync: JobSync): ApiError | undefined {
  let failure: ApiError | undefined;
  for (const pod of sync.activePods) {
    const error = deletePods(control, sync.job, [pod]);
    failure ??= error;
    if (error === undefined) countRemoved(sync, pod);
  }
  return failure;
}

/** Takes the finalizer by which a Job tracks it from a pod that is still there. */
export function untrackPod(api: KubeApi, pod: Pod): void {
  const stored = api.get(PODS, keyOf(pod));
  if (stored === undefined || stored.metadata.uid !== pod.metadata.uid) return;
  const { finalizers = [], ...metadata } = stored.metadata;
  if (!finalizers.includes(JOB_TRACKING_FINALIZER)) return;
  const left = finalizers.filter((name) => name !== JOB_TRACKING_FINALIZER);
  api.update(PODS, {
    ...stored,
    metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left },
  });
}

function wantedActive({ job, active, succeeded }: JobSync): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** @see Source: `job_controller.go`, `activePodsForRemoval`. */
function forRemoval(sync: JobSync, atLeast: number): readonly Pod[] {
  const { job, activePods } = sync;
  const [removed, left] = isIndexed(job) ? withoutRepeated(job, activePods) : [[], activePods];
  const more = Math.max(0, atLeast - removed.length);
  return [...removed, ...removalOrder(left).slice(0, more)];
}

/** Pods without an index or with one that is not asked for go, and all but one of each index. */
function withoutRepeated(
  { spec }: Job,
  pods: readonly Pod[],
): readonly [removed: readonly Pod[], left: readonly Pod[]] {
  const groups = new Map<number, Pod[]>();
  const removed: Pod[] = [];
  const left: Pod[] = [];
  for (const pod of pods) {
    const index = completionIndex(pod);
    if (index === undefined || index >= (spec.completions ?? 0)) removed.push(pod);
    else groups.set(index, [...(groups.get(index) ?? []), pod]);
  }
  for (const group of groups.values()) {
    const ordered = removalOrder(group);
    removed.push(...ordered.slice(0, -1));
    left.push(...ordered.slice(-1));
  }
  return [removed, left];
}

/** @see Source: `job_controller.go`, `deleteJobPods`. */
function removePods(control: PodControl, sync: JobSync, pods: readonly Pod[]): Managed {
  let failure: ApiError | undefined;
  for (const pod of pods) {
    untrackPod(control.api, pod);
    const error = deletePods(control, sync.job, [pod]);
    failure ??= error;
    if (error === undefined) countRemoved(sync, pod);
  }
  return failure === undefined ? {} : { error: failure };
}

function countRemoved(sync: JobSync, pod: Pod): void {
  sync.active--;
  sync.terminating++;
  if (isReady(pod)) sync.ready--;
}

function addPods(control: PodControl, sync: JobSync, missing: number): Managed {
  const { job, backoff, nowMs } = sync;
  const isPerIndex = job.spec.backoffLimitPerIndex !== undefined;
  const waitMs = isPerIndex ? 0 : backoffLeftMs(backoff, nowMs);
  if (waitMs > 0) return holdBack(sync, waitMs);
  if (!isIndexed(job))
    return createAll(
      control,
      sync,
      Array.from({ length: missing }, () => undefined),
    );
  const pending = pendingIndexes(sync, missing);
  if (!isPerIndex) return createAll(control, sync, pending);
  const waits = pending.map((index) => indexWaitMs(sync, index));
  const due = pending.filter((_, place) => waits[place] === 0);
  if (due.length > 0 || waits.length === 0) return createAll(control, sync, due);
  return holdBack(sync, Math.min(...waits));
}

/** As upstream, none counts as active while the next one is held back. */
function holdBack(sync: JobSync, waitMs: number): Managed {
  sync.active = 0;
  return { waitMs };
}

function indexWaitMs({ kept, nowMs }: JobSync, index: number): number {
  const last = kept.get(index);
  if (last === undefined) return 0;
  const { counted, ignored } = indexFailures(last);
  const record = {
    failuresAfterLastSuccess: counted + ignored + 1,
    lastFailureMs: finishedAtMs(last),
  };
  return backoffLeftMs(record, nowMs);
}

/** @see Source: `indexed_job_utils.go`, `firstPendingIndexes`. */
function pendingIndexes(sync: JobSync, count: number): readonly number[] {
  const { job, pods, activePods, succeededIndexes, failedIndexes } = sync;
  const going = replacesOnlyFailed(job)
    ? pods.filter((pod) => isDeleting(pod) && !isTerminal(pod))
    : [];
  const taken = [...activePods, ...going]
    .map((pod) => completionIndex(pod))
    .filter((index) => index !== undefined);
  return succeededIndexes
    .union(JobIndexes.of(taken))
    .union(failedIndexes ?? JobIndexes.NONE)
    .firstMissing(count, job.spec.completions ?? 0);
}

/** In batches of 1, 2, 4, ...; a batch in which one fails is the last. */
function createAll(
  control: PodControl,
  sync: JobSync,
  indexes: readonly (number | undefined)[],
): Managed {
  let made = 0;
  for (let batch = 1; made < indexes.length; batch *= 2) {
    let failure: ApiError | undefined;
    for (const index of indexes.slice(made, made + batch)) {
      const error = createOne(control, sync, index);
      if (error === undefined) sync.active++;
      failure ??= error;
    }
    if (failure !== undefined) return { error: failure };
    made += batch;
  }
  return {};
}

function createOne(
  control: PodControl,
  sync: JobSync,
  index: number | undefined,
): ApiError | undefined {
  const { job } = sync;
  const template = trackedTemplate(job);
  if (index === undefined) return createPod(control, job, { template });
  const suffix = `-${index}-`;
  const prefix = job.metadata.name.slice(0, MAX_NAME_PREFIX - suffix.length);
  return createPod(control, job, {
    template: indexedTemplate(sync, template, index),
    generateName: `${prefix}${suffix}`,
  });
}

function trackedTemplate({ spec }: Job): PodTemplateSpec {
  const { metadata = {} } = spec.template;
  const { finalizers = [] } = metadata;
  return {
    ...spec.template,
    metadata: {
      ...metadata,
      finalizers: finalizers.includes(JOB_TRACKING_FINALIZER)
        ? finalizers
        : [...finalizers, JOB_TRACKING_FINALIZER],
    },
  };
}

/** @see Source: `indexed_job_utils.go`, `addCompletionIndexEnvVariables` and what stands near it. */
function indexedTemplate(
  sync: JobSync,
  { metadata = {}, spec }: PodTemplateSpec,
  index: number,
): PodTemplateSpec {
  const { initContainers } = spec;
  return {
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [COMPLETION_INDEX]: String(index),
        ...failureCounts(sync, index),
      },
      labels: { ...metadata.labels, [COMPLETION_INDEX]: String(index) },
    },
    spec: {
      ...spec,
      hostname: `${sync.job.metadata.name}-${index}`,
      containers: spec.containers.map(withIndexVariable),
      ...(initContainers === undefined
        ? {}
        : { initContainers: initContainers.map(withIndexVariable) }),
    },
  };
}

function withIndexVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` };
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}

/** @see Source: `indexed_job_utils.go`, `getNewIndexFailureCounts`. */
function failureCounts({ job, kept }: JobSync, index: number): Readonly<Record<string, string>> {
  if (job.spec.backoffLimitPerIndex === undefined) return {};
  const last = kept.get(index);
  let { counted, ignored } = last === undefined ? { counted: 0, ignored: 0 } : indexFailures(last);
  if (last !== undefined) {
    if (matchFailurePolicy(job, last).isCounted) counted++;
    else ignored++;
  }
  return {
    [INDEX_FAILURE_COUNT]: String(counted),
    ...(ignored > 0 ? { [INDEX_IGNORED_FAILURE_COUNT]: String(ignored) } : {}),
  };
}
