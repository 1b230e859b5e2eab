/** Whether a Job ends now, and how. */
import { kubeTimeMs } from '../../core/kube-time.js';
import { isJobCondition, isSuspended } from '../kinds/job-rules.js';
import { isPodFailed, matchFailurePolicy, restartsOf } from './job-pods.js';
import { metSuccessRule } from './job-success-policy.js';
import type { JobFinish, JobSync } from './job-sync-state.js';

type Verdict = (sync: JobSync) => JobFinish | undefined;

/**
 * The verdict; undefined: the Job goes on. What was decided before holds, then failure goes before
 * success.
 *
 * @see Source: kubernetes `pkg/controller/job/job_controller.go`, `syncJob`.
 */
export function jobFinish(sync: JobSync): JobFinish | undefined {
  for (const verdict of VERDICTS) {
    const finish = verdict(sync);
    if (finish !== undefined) return finish;
  }
  return undefined;
}

const VERDICTS: readonly Verdict[] = [
  (sync) => decided(sync, 'SuccessCriteriaMet', 'SuccessCriteriaMet'),
  (sync) => decided(sync, 'FailureTarget', 'Failed'),
  byFailurePolicy,
  ({ failed, job, pods }) =>
    failed > (job.spec.backoffLimit ?? 0) || hasTooManyRestarts({ job, pods })
      ? failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
      : undefined,
  (sync) =>
    deadlineLeftMs(sync) === 0
      ? failure('DeadlineExceeded', 'Job was active longer than specified deadline')
      : undefined,
  byFailedIndexes,
  bySuccessPolicy,
];

/** The Job has all that it needs. */
export function completionsReached(): JobFinish {
  return {
    type: 'SuccessCriteriaMet',
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  };
}

/** Ms until the deadline; 0 when it is over; undefined when there is none or it does not run. */
export function deadlineLeftMs({ job, status, nowMs }: JobSync): number | undefined {
  const { activeDeadlineSeconds } = job.spec;
  const startMs = kubeTimeMs(status.startTime);
  if (activeDeadlineSeconds === undefined || startMs === undefined || isSuspended(job)) {
    return undefined;
  }
  return Math.max(0, activeDeadlineSeconds * 1_000 - (nowMs - startMs));
}

function failure(reason: string, message: string): JobFinish {
  return { type: 'FailureTarget', reason, message };
}

function decided(
  { job }: JobSync,
  condition: 'SuccessCriteriaMet' | 'FailureTarget',
  type: JobFinish['type'],
): JobFinish | undefined {
  if (!isJobCondition(job, condition)) return undefined;
  const found = job.status?.conditions?.find((one) => one.type === condition);
  return { type, reason: found?.reason ?? '', message: found?.message ?? '' };
}

function byFailurePolicy({ job, pods }: JobSync): JobFinish | undefined {
  for (const pod of pods) {
    const message = isPodFailed(job, pod) ? matchFailurePolicy(job, pod).failJob : undefined;
    if (message !== undefined) return failure('PodFailurePolicy', message);
  }
  return undefined;
}

/** @see Source: `job_controller.go`, `pastBackoffLimitOnFailure`. */
function hasTooManyRestarts({ job, pods }: Pick<JobSync, 'job' | 'pods'>): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const limit = job.spec.backoffLimit ?? 0;
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .reduce((sum, pod) => sum + restartsOf(pod), 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function byFailedIndexes({ job, failedIndexes, succeededIndexes }: JobSync): JobFinish | undefined {
  if (failedIndexes === undefined) return undefined;
  const { maxFailedIndexes, completions = 0 } = job.spec;
  if (maxFailedIndexes !== undefined && failedIndexes.size > maxFailedIndexes) {
    return failure(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  }
  const isAllSettled = failedIndexes.size + succeededIndexes.size >= completions;
  return failedIndexes.size > 0 && isAllSettled
    ? failure('FailedIndexes', 'Job has failed indexes')
    : undefined;
}

function bySuccessPolicy({ job, succeededIndexes }: JobSync): JobFinish | undefined {
  const message = metSuccessRule(job, succeededIndexes);
  return message === undefined
    ? undefined
    : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}
