/** What one sync of a Job works on: what it found, and the status that it is writing. */
import type { Job, JobStatus } from '../../core/batch-objects.js';
import { kubeTime } from '../../core/kube-time.js';
import type { Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { JobIndexes } from '../kinds/job-indexes.js';
import { isIndexed } from '../kinds/job-rules.js';
import type { Draft } from '../kinds/kind.js';
import { draftCopy } from '../kinds/kind.js';
import type { BackoffRecord } from './job-backoff.js';
import { withFinished } from './job-backoff.js';
import {
  finishedAtMs,
  indexFailures,
  isPodFailed,
  isTracked,
  matchFailurePolicy,
  validIndex,
} from './job-pods.js';
import { isActive, isDeleting, isReady, isTerminal } from './pod-state.js';

/** How a Job ends. `FailureTarget` and `SuccessCriteriaMet` are decided, the others done. */
export interface JobFinish {
  readonly type: 'FailureTarget' | 'Failed' | 'SuccessCriteriaMet' | 'Complete';
  readonly reason: string;
  readonly message: string;
}

/** One sync of one Job; the counts and the status change as it goes on. */
export interface JobSync {
  /** As it was when the sync began. */
  readonly job: Job;
  /** In order of their indexes when they have some. */
  readonly pods: readonly Pod[];
  readonly activePods: readonly Pod[];
  readonly nowMs: EpochMs;
  /** Pods that ended since the last sync. */
  readonly ended: { readonly succeeded: readonly Pod[]; readonly failed: readonly Pod[] };
  readonly backoff: BackoffRecord;
  /** Pods that succeeded, the ones not yet counted included. */
  readonly succeeded: number;
  /** Pods that failed and count, the ones not yet counted included. */
  readonly failed: number;
  /** Indexes that had succeeded before, by the status. */
  readonly countedIndexes: JobIndexes;
  readonly succeededIndexes: JobIndexes;
  /** Present: the Job limits failures by index. */
  readonly failedIndexes: JobIndexes | undefined;
  /** By index: the failed pod that stays until its replacement has taken over its failure count. */
  readonly kept: ReadonlyMap<number, Pod>;
  readonly status: Draft<JobStatus>;
  active: number;
  ready: number;
  terminating: number;
}

/**
 * What a sync finds.
 *
 * @see Source: kubernetes `pkg/controller/job/job_controller.go`, `syncJob`.
 */
export function jobSync(
  job: Job,
  found: { readonly pods: readonly Pod[]; readonly backoff: BackoffRecord },
  nowMs: EpochMs,
): JobSync {
  const status = draftCopy(job.status ?? {});
  const uncounted = (status.uncountedTerminatedPods ??= {});
  const pods = isIndexed(job)
    ? [...found.pods].sort((a, b) => (validIndex(job, a) ?? -1) - (validIndex(job, b) ?? -1))
    : found.pods;
  const activePods = pods.filter(isActive);
  const ended = endedPods(job, pods);
  const counted = ended.failed.filter((pod) => matchFailurePolicy(job, pod).isCounted);
  const indexes = indexesOf(job, pods);
  return {
    job,
    pods,
    activePods,
    nowMs,
    ended,
    backoff: withFinished(found.backoff, ended.succeeded, ended.failed),
    succeeded: isIndexed(job)
      ? indexes.succeededIndexes.size
      : (status.succeeded ?? 0) + ended.succeeded.length + (uncounted.succeeded ?? []).length,
    failed: (status.failed ?? 0) + counted.length + (uncounted.failed ?? []).length,
    ...indexes,
    kept: keptPods(job, { pods, activePods, ...indexes }),
    status,
    active: activePods.length,
    ready: activePods.filter(isReady).length,
    terminating: pods.filter((pod) => isDeleting(pod) && !isTerminal(pod)).length,
  };
}

/** States a condition. @returns whether that changed anything. */
export function stateJobCondition(
  sync: JobSync,
  stated: { readonly type: string; readonly status: 'True' | 'False' } & Omit<JobFinish, 'type'>,
): boolean {
  const conditions = (sync.status.conditions ??= []);
  const now = kubeTime(sync.nowMs);
  const condition = { ...stated, lastProbeTime: now, lastTransitionTime: now };
  const place = conditions.findIndex(({ type }) => type === stated.type);
  const old = conditions[place];
  if (old === undefined) {
    // going from nothing to false says nothing
    if (stated.status === 'False') return false;
    conditions.push(condition);
    return true;
  }
  const isSame =
    old.status === stated.status && old.reason === stated.reason && old.message === stated.message;
  if (!isSame) conditions[place] = condition;
  return !isSame;
}

function isNew(known: readonly string[], { metadata }: Pod): boolean {
  return !known.includes(metadata.uid ?? '');
}

/** @see Source: `job_controller.go`, `getNewFinishedPods`. */
function endedPods(job: Job, pods: readonly Pod[]): JobSync['ended'] {
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const valid = pods.filter(
    (pod) => isTracked(pod) && (!isIndexed(job) || validIndex(job, pod) !== undefined),
  );
  return {
    succeeded: valid.filter((pod) => isNew(succeeded, pod) && pod.status?.phase === 'Succeeded'),
    failed: valid.filter((pod) => isNew(failed, pod) && isPodFailed(job, pod)),
  };
}

/** @see Source: `pkg/controller/job/indexed_job_utils.go`, `calculateSucceededIndexes`. */
function indexesOf(
  job: Job,
  pods: readonly Pod[],
): Pick<JobSync, 'countedIndexes' | 'succeededIndexes' | 'failedIndexes'> {
  if (!isIndexed(job)) {
    return {
      countedIndexes: JobIndexes.NONE,
      succeededIndexes: JobIndexes.NONE,
      failedIndexes: undefined,
    };
  }
  const { completions = 0, backoffLimitPerIndex } = job.spec;
  const indexes = (isWanted: (pod: Pod) => boolean): JobIndexes =>
    JobIndexes.of(
      pods
        .filter((pod) => isTracked(pod) && isWanted(pod))
        .map((pod) => validIndex(job, pod))
        .filter((index) => index !== undefined),
    );
  const countedIndexes = JobIndexes.parse(job.status?.completedIndexes, completions);
  return {
    countedIndexes,
    succeededIndexes: countedIndexes.union(indexes(({ status }) => status?.phase === 'Succeeded')),
    failedIndexes:
      backoffLimitPerIndex === undefined
        ? undefined
        : JobIndexes.parse(job.status?.failedIndexes, completions).union(
            indexes((pod) => isIndexFailed(job, pod)),
          ),
  };
}

/** @see Source: `indexed_job_utils.go`, `isIndexFailed`. */
function isIndexFailed(job: Job, pod: Pod): boolean {
  if (!isPodFailed(job, pod)) return false;
  const { action, isCounted } = matchFailurePolicy(job, pod);
  if (action === 'FailIndex') return true;
  const { counted } = indexFailures(pod);
  return isCounted && counted >= (job.spec.backoffLimitPerIndex ?? 0);
}

/** @see Source: `indexed_job_utils.go`, `getPodsWithDelayedDeletionPerIndex`. */
function keptPods(
  job: Job,
  found: Pick<JobSync, 'pods' | 'activePods' | 'succeededIndexes' | 'failedIndexes'>,
): ReadonlyMap<number, Pod> {
  const kept = new Map<number, Pod>();
  if (job.spec.backoffLimitPerIndex === undefined || !isIndexed(job)) return kept;
  const active = new Set(found.activePods.map((pod) => validIndex(job, pod)));
  for (const pod of found.pods) {
    const index = validIndex(job, pod);
    if (index === undefined || !isTracked(pod) || !isPodFailed(job, pod)) continue;
    const isSettled =
      active.has(index) ||
      found.succeededIndexes.has(index) ||
      found.failedIndexes?.has(index) === true;
    if (isSettled) continue;
    const other = kept.get(index);
    if (other === undefined || isLaterFailure(pod, other)) kept.set(index, pod);
  }
  return kept;
}

function isLaterFailure(pod: Pod, other: Pod): boolean {
  return failuresOf(other) <= failuresOf(pod) && finishedAtMs(pod) >= finishedAtMs(other);
}

function failuresOf(pod: Pod): number {
  const { counted, ignored } = indexFailures(pod);
  return counted + ignored;
}
