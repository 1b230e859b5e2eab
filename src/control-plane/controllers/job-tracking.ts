/** Counts each pod of a Job once: first by name in the status, then, its finalizer gone, as a number. */
import type { Job } from '../../core/batch-objects.js';
import { kubeTime } from '../../core/kube-time.js';
import type { Pod } from '../../core/objects.js';
import type { KubeApi } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { JobIndexes } from '../kinds/job-indexes.js';
import { isIndexed, isJobCondition } from '../kinds/job-rules.js';
import { JOBS } from '../resources.js';
import { untrackPod } from './job-manage.js';
import { isPodFailed, isTracked, matchFailurePolicy, validIndex } from './job-pods.js';
import type { JobFinish, JobSync } from './job-sync-state.js';
import { stateJobCondition } from './job-sync-state.js';

/** Pods that may wait to be counted, at most. */
const MAX_UNCOUNTED = 500; // pkg/controller/job/job_controller.go, MaxUncountedPods

/**
 * Writes what ended pods come to, lets them go, and ends the Job when nothing is left to wait for.
 *
 * @returns how the Job ended; undefined while it goes on.
 * @see Source: kubernetes `pkg/controller/job/job_controller.go`, `trackJobStatusAndRemoveFinalizers`.
 */
export function trackJob(
  api: KubeApi,
  sync: JobSync,
  finish: JobFinish | undefined,
): JobFinish | undefined {
  settleGone(sync, tracked(sync.pods));
  const counting = newlyCounted(sync, finish);
  const end = interim(sync, finish);
  writeStatus(api, sync);
  for (const pod of counting.pods) untrackPod(api, pod);
  const gone = new Set(counting.pods.map(({ metadata }) => metadata.uid ?? ''));
  const left = new Set([...tracked(sync.pods)].filter((uid) => !gone.has(uid)));
  settleGone(sync, left);
  const done = counting.isAll ? enacted(sync, end) : undefined;
  writeStatus(api, sync);
  return done;
}

function tracked(pods: readonly Pod[]): ReadonlySet<string> {
  return new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
}

/** Pods that wait to be counted and have no finalizer any more become numbers. */
function settleGone({ job, status }: JobSync, withFinalizer: ReadonlySet<string>): void {
  const uncounted = (status.uncountedTerminatedPods ??= {});
  for (const list of ['succeeded', 'failed'] as const) {
    const before = uncounted[list] ?? [];
    const left = before.filter((uid) => withFinalizer.has(uid));
    // indexes that succeeded are counted by themselves
    if (list === 'failed' || !isIndexed(job)) {
      const count = (status[list] ?? 0) + before.length - left.length;
      if (count > 0) status[list] = count;
    }
    if (left.length === 0) delete uncounted[list];
    else uncounted[list] = left;
  }
}

interface Counting {
  /** Pods whose finalizers may go. */
  readonly pods: readonly Pod[];
  /** False: there are more than one sync takes. */
  readonly isAll: boolean;
}

function newlyCounted(sync: JobSync, finish: JobFinish | undefined): Counting {
  const { job, status } = sync;
  const pods: Pod[] = [];
  const indexes: number[] = [];
  let isAll = true;
  for (const pod of sync.pods) {
    if (!isTracked(pod) || !isRemovable(sync, pod, finish)) continue;
    pods.push(pod);
    countOne(sync, pod, { finish, indexes });
    const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
    if (indexes.length + succeeded.length + failed.length >= MAX_UNCOUNTED) {
      isAll = false;
      break;
    }
  }
  if (isIndexed(job)) writeIndexes(sync, indexes);
  return { pods, isAll };
}

/** @see Source: `job_controller.go`, `canRemoveFinalizer`. */
function isRemovable({ job, kept }: JobSync, pod: Pod, finish: JobFinish | undefined): boolean {
  const isOver = job.metadata.deletionTimestamp !== undefined || finish !== undefined;
  if (isOver || pod.status?.phase === 'Succeeded') return true;
  if (!isPodFailed(job, pod)) return false;
  const index = validIndex(job, pod);
  return index === undefined || kept.get(index)?.metadata.uid !== pod.metadata.uid;
}

function countOne(
  sync: JobSync,
  pod: Pod,
  to: { readonly finish: JobFinish | undefined; readonly indexes: number[] },
): void {
  const { job, countedIndexes, status } = sync;
  const uncounted = (status.uncountedTerminatedPods ??= {});
  const uid = pod.metadata.uid ?? '';
  const index = validIndex(job, pod);
  const isKnownFailed = (uncounted.failed ?? []).includes(uid);
  if (pod.status?.phase === 'Succeeded' && !isKnownFailed) {
    if (isIndexed(job)) {
      if (index !== undefined && !countedIndexes.has(index)) to.indexes.push(index);
    } else if (!(uncounted.succeeded ?? []).includes(uid)) {
      uncounted.succeeded = [...(uncounted.succeeded ?? []), uid];
    }
    return;
  }
  // once a Job is failing, every pod that did not succeed has failed
  const isFailing = to.finish !== undefined && to.finish.type !== 'SuccessCriteriaMet';
  if (!isPodFailed(job, pod) && !isFailing) return;
  if (isKnownFailed || (isIndexed(job) && index === undefined)) return;
  if (matchFailurePolicy(job, pod).isCounted) {
    uncounted.failed = [...(uncounted.failed ?? []), uid];
  }
}

function writeIndexes(
  { status, countedIndexes, failedIndexes, ...sync }: JobSync,
  added: number[],
): void {
  const indexes = sync.succeededIndexes.union(countedIndexes).union(JobIndexes.of(added));
  if (indexes.size === 0) delete status.succeeded;
  else status.succeeded = indexes.size;
  const text = indexes.toString();
  if (text === '') delete status.completedIndexes;
  else status.completedIndexes = text;
  if (failedIndexes === undefined) delete status.failedIndexes;
  else status.failedIndexes = failedIndexes.toString();
}

/** States what is decided, before any finalizer goes. @returns what the Job will end as. */
function interim(sync: JobSync, finish: JobFinish | undefined): JobFinish | undefined {
  if (finish?.type === 'FailureTarget') {
    stateJobCondition(sync, { ...finish, status: 'True' });
    return { ...finish, type: 'Failed' };
  }
  if (finish?.type === 'SuccessCriteriaMet') {
    if (!isJobCondition(sync.job, 'SuccessCriteriaMet')) {
      stateJobCondition(sync, { ...finish, status: 'True' });
    }
    return { ...finish, type: 'Complete' };
  }
  return finish;
}

/** @see Source: `job_controller.go`, `enactJobFinished`. */
function enacted(sync: JobSync, end: JobFinish | undefined): JobFinish | undefined {
  if (end === undefined) return undefined;
  const { succeeded = [], failed = [] } = sync.status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || sync.terminating > 0) return undefined;
  stateJobCondition(sync, { ...end, status: 'True' });
  if (end.type === 'Complete') sync.status.completionTime = kubeTime(sync.nowMs);
  return end;
}

function writeStatus(api: KubeApi, { job, status }: JobSync): void {
  const key = { namespace: job.metadata.namespace ?? '', name: job.metadata.name };
  const stored: Job | undefined = api.get(JOBS, key);
  if (stored === undefined || stored.metadata.uid !== job.metadata.uid) return;
  if (isEqualJson(stored.status, status)) return;
  api.update(JOBS, { ...stored, status }, { subresource: 'status' });
}
