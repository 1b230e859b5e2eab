/** Faults of a Job's status: it moves in one direction only. */
import type { Job, JobStatus } from '../../core/batch-objects.js';
import { kubeTimeMs } from '../../core/kube-time.js';
import type { FieldError } from '../api-error.js';
import { isEqualJson } from '../api-machinery/equality.js';
import {
  duplicateValue,
  invalidPlace,
  invalidValue,
  negativeValue,
  requiredValue,
} from '../field-error.js';
import { JobIndexes, indexesFormat } from './job-indexes.js';
import { isIndexed, isJobCondition, isJobFinished, isSuspended } from './job-rules.js';

const CONDITIONS = 'status.conditions';

/** A rule of the new status, seen with the old one. */
type Rule = (job: Job, old: Job) => readonly FieldError[];

/**
 * Faults of a change of a Job's status. Most rules only hold where what they are about changed.
 *
 * @see Source: kubernetes `pkg/registry/batch/job/strategy.go`, `getStatusValidationOptions`;
 *   `pkg/apis/batch/validation/validation.go`, `validateJobStatus` and `ValidateJobStatusUpdate`.
 */
export function jobStatusFaults(job: Job, old: Job): readonly FieldError[] {
  return RULES.flatMap((rule) => rule(job, old));
}

const RULES: readonly Rule[] = [
  ({ status = {} }) => [
    ...(['active', 'succeeded', 'failed', 'ready', 'terminating'] as const).flatMap((name) =>
      negativeValue(`status.${name}`, status[name]),
    ),
    ...uncountedFaults(status),
  ],
  finishedFaults,
  completionTimeFaults,
  targetFaults,
  countFaults,
  indexesFaults,
  successCriteriaFaults,
  direction,
];

function uncountedFaults({ uncountedTerminatedPods: uncounted = {} }: JobStatus): FieldError[] {
  const seen = new Set<string>();
  const faults: FieldError[] = [];
  for (const list of ['succeeded', 'failed'] as const) {
    for (const [index, uid] of (uncounted[list] ?? []).entries()) {
      const field = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') faults.push(invalidValue(field, uid, 'must not be empty'));
      else if (seen.has(uid)) faults.push(duplicateValue(field, uid));
      else seen.add(uid);
    }
  }
  return faults;
}

/** Whether a fact about a Job differs between the two. */
function isChanged(job: Job, old: Job, fact: (job: Job) => unknown): boolean {
  return !isEqualJson(fact(job), fact(old));
}

function isTrue(type: string): (job: Job) => boolean {
  return (job) => isJobCondition(job, type);
}

const isComplete = isTrue('Complete');
const isFailed = isTrue('Failed');
const isTarget = isTrue('FailureTarget');
const isSuccess = isTrue('SuccessCriteriaMet');

function finishedFaults(job: Job, old: Job): readonly FieldError[] {
  const faults: FieldError[] = [];
  const changes = (...facts: ((job: Job) => unknown)[]): boolean =>
    facts.some((fact) => isChanged(job, old, fact));
  if (changes(isComplete, isFailed) && isComplete(job) && isFailed(job)) {
    faults.push(invalidPlace(CONDITIONS, 'cannot set Complete=True and Failed=true conditions'));
  }
  if (changes(isComplete, isTarget) && isComplete(job) && isTarget(job)) {
    faults.push(
      invalidPlace(CONDITIONS, 'cannot set Complete=True and FailureTarget=true conditions'),
    );
  }
  return faults;
}

function completionTimeFaults(job: Job, old: Job): readonly FieldError[] {
  const field = 'status.completionTime';
  const { completionTime, startTime } = job.status ?? {};
  const isTimeChanged = isChanged(job, old, ({ status }) => status?.completionTime);
  const faults: FieldError[] = [];
  if (isTimeChanged || isChanged(job, old, isComplete)) {
    if (completionTime !== undefined && !isComplete(job)) {
      const detail = 'cannot set completionTime when there is no Complete=True condition';
      faults.push(invalidValue(field, completionTime, detail));
    }
    if (completionTime === undefined && isComplete(job)) {
      faults.push(requiredValue(field, 'completionTime is required for Complete jobs'));
    }
  }
  const isOrderChanged = isTimeChanged || isChanged(job, old, ({ status }) => status?.startTime);
  const [startMs, endMs] = [kubeTimeMs(startTime), kubeTimeMs(completionTime)];
  if (isOrderChanged && startMs !== undefined && endMs !== undefined && endMs < startMs) {
    faults.push(invalidValue(field, completionTime, 'must be equal to or after `startTime`'));
  }
  return faults;
}

function targetFaults(job: Job, old: Job): readonly FieldError[] {
  const faults: FieldError[] = [];
  const isAboutFailure =
    isChanged(job, old, isFailed) || isChanged(job, old, ({ status }) => status?.failedIndexes);
  if (isAboutFailure && isFailed(job) && !isTarget(job)) {
    faults.push(
      invalidPlace(
        CONDITIONS,
        'cannot set Failed=True condition without the FailureTarget=true condition',
      ),
    );
  }
  const isAboutSuccess = isChanged(job, old, isComplete) || isChanged(job, old, isSuccess);
  if (isAboutSuccess && isComplete(job) && !isSuccess(job)) {
    faults.push(
      invalidPlace(
        CONDITIONS,
        'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
      ),
    );
  }
  return faults;
}

function countFaults(job: Job, old: Job): readonly FieldError[] {
  const { active = 0, startTime, uncountedTerminatedPods, terminating, ready } = job.status ?? {};
  const isFinished = isJobFinished(job);
  const isAbout = (fact: (job: Job) => unknown): boolean =>
    isChanged(job, old, isJobFinished) || isChanged(job, old, fact);
  const faults: FieldError[] = [];
  if (isFinished && active > 0 && isAbout(({ status }) => status?.active ?? 0)) {
    faults.push(invalidValue('status.active', active, 'active>0 is invalid for finished job'));
  }
  const isEmptySuspended = isSuspended(job) && job.spec.completions === 0;
  if (isFinished && startTime === undefined && !isEmptySuspended) {
    if (isAbout(({ status }) => status?.startTime)) {
      faults.push(requiredValue('status.startTime', 'startTime is required for finished job'));
    }
  }
  const { succeeded = [], failed = [] } = uncountedTerminatedPods ?? {};
  if (isFinished && succeeded.length + failed.length > 0) {
    if (isAbout(({ status }) => status?.uncountedTerminatedPods)) {
      const printed = { Succeeded: succeeded, Failed: failed };
      const detail = 'must be empty for finished job';
      faults.push(invalidValue('status.uncountedTerminatedPods', printed, detail));
    }
  }
  if (isFinished && (terminating ?? 0) > 0 && isAbout(({ status }) => status?.terminating)) {
    const detail = 'terminating>0 is invalid for finished job';
    faults.push(invalidValue('status.terminating', terminating, detail));
  }
  const isReadyChanged =
    isChanged(job, old, ({ status }) => status?.ready) ||
    isChanged(job, old, ({ status }) => status?.active ?? 0);
  if (isReadyChanged && ready !== undefined && ready > active) {
    faults.push(invalidValue('status.ready', ready, 'cannot set more ready pods than active'));
  }
  return faults;
}

function indexesFaults(job: Job, old: Job): readonly FieldError[] {
  const { completedIndexes = '', failedIndexes } = job.status ?? {};
  const { completions, backoffLimitPerIndex } = job.spec;
  const isCompletedChanged = isChanged(job, old, ({ status }) => status?.completedIndexes ?? '');
  const isFailedChanged = isChanged(job, old, ({ status }) => status?.failedIndexes);
  const faults: FieldError[] = [];
  const check = (name: 'completedIndexes' | 'failedIndexes', text: string): void => {
    const format = indexesFormat(text, completions ?? 0);
    if (format.kind === 'count') return;
    const detail = `error parsing ${name}: ${format.fault}`;
    faults.push(invalidValue(`status.${name}`, text, detail));
  };
  if (isCompletedChanged && completions !== undefined) check('completedIndexes', completedIndexes);
  if (isFailedChanged && completions !== undefined && backoffLimitPerIndex !== undefined) {
    if (failedIndexes !== undefined) check('failedIndexes', failedIndexes);
  }
  if (isCompletedChanged && completedIndexes !== '' && !isIndexed(job)) {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    faults.push(invalidValue('status.completedIndexes', completedIndexes, detail));
  }
  if (failedIndexes === undefined) return faults;
  if (isFailedChanged && backoffLimitPerIndex === undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    faults.push(invalidValue('status.failedIndexes', failedIndexes, detail));
  }
  if ((isFailedChanged || isCompletedChanged) && completions !== undefined) {
    const shared = sharedIndex(completedIndexes, failedIndexes, completions);
    if (shared !== undefined) {
      const detail = `failedIndexes and completedIndexes overlap at index: ${shared}`;
      faults.push(invalidValue('status.failedIndexes', failedIndexes, detail));
    }
  }
  return faults;
}

function sharedIndex(completed: string, failed: string, completions: number): number | undefined {
  const [one, other] = [
    JobIndexes.parse(completed, completions),
    JobIndexes.parse(failed, completions),
  ];
  if (one.overlap(other) === 0) return undefined;
  for (let index = 0; index < completions; index++) {
    if (one.has(index) && other.has(index)) return index;
  }
  return undefined;
}

function successCriteriaFaults(job: Job): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (isSuccess(job) && isFailed(job)) {
    faults.push(
      invalidPlace(CONDITIONS, 'cannot set SuccessCriteriaMet=True and Failed=true conditions'),
    );
  }
  if (isSuccess(job) && isTarget(job)) {
    faults.push(
      invalidPlace(
        CONDITIONS,
        'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
      ),
    );
  }
  if (job.spec.successPolicy !== undefined && !isSuccess(job) && isComplete(job)) {
    faults.push(
      invalidPlace(
        CONDITIONS,
        'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
      ),
    );
  }
  return faults;
}

/** What may not be taken back. */
function direction(job: Job, old: Job): readonly FieldError[] {
  const [now, before] = [job.status ?? {}, old.status ?? {}];
  const faults: FieldError[] = (['Failed', 'Complete', 'FailureTarget'] as const)
    .filter((type) => isJobCondition(old, type) && !isJobCondition(job, type))
    .map((type) => invalidPlace(CONDITIONS, `cannot disable the terminal ${type}=True condition`));
  if ((now.failed ?? 0) < (before.failed ?? 0)) {
    faults.push(
      invalidValue('status.failed', now.failed ?? 0, 'cannot decrease the failed counter'),
    );
  }
  const isElastic = isIndexed(job) && job.spec.completions === job.spec.parallelism;
  if (!isElastic && (now.succeeded ?? 0) < (before.succeeded ?? 0)) {
    const detail = 'cannot decrease the succeeded counter';
    faults.push(invalidValue('status.succeeded', now.succeeded ?? 0, detail));
  }
  if (now.completionTime !== undefined && before.completionTime !== undefined) {
    if (now.completionTime !== before.completionTime) {
      faults.push(invalidValue('status.completionTime', now.completionTime, 'field is immutable'));
    }
  }
  if (before.startTime !== undefined && before.startTime !== now.startTime) {
    const isResuming = isJobCondition(old, 'Suspended') && !isJobCondition(job, 'Suspended');
    if (!isSuspended(job) && !isResuming) {
      const detail = 'field is immutable for unsuspended job once set';
      faults.push(invalidValue('status.startTime', now.startTime ?? null, detail));
    }
  }
  if (isSuccess(old) && !isSuccess(job)) {
    faults.push(invalidPlace(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'));
  }
  if (isComplete(old) && !isSuccess(old) && isSuccess(job)) {
    const detail =
      'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    faults.push(invalidPlace(CONDITIONS, detail));
  }
  return faults;
}
