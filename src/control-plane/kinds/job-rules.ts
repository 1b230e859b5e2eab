/** What the labels, annotations, modes and conditions of Jobs mean, for the kind and the controller. */
import type { Job } from '../../core/batch-objects.js';

/** On each pod that is not counted yet. */
export const JOB_TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
/** Label of template, pods and Job: the Job's name; with its old form. */
export const JOB_NAME_LABELS = ['job-name', 'batch.kubernetes.io/job-name'] as const;
/** The Job's UID, by which its pods are selected. */
export const CONTROLLER_UID_LABEL = 'batch.kubernetes.io/controller-uid';
/** With its old form. */
export const CONTROLLER_UID_LABELS = ['controller-uid', CONTROLLER_UID_LABEL] as const;

/** The Job's pods have indexes. */
export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

/** The Job is to run no pods for now. */
export function isSuspended({ spec }: Job): boolean {
  return spec.suspend === true;
}

/** The Job's condition of a type is True. */
export function isJobCondition({ status }: Job, type: string): boolean {
  return (status?.conditions ?? []).some(
    (condition) => condition.type === type && condition.status === 'True',
  );
}

/** The Job is over, well or not. */
export function isJobFinished(job: Job): boolean {
  return isJobCondition(job, 'Complete') || isJobCondition(job, 'Failed');
}
