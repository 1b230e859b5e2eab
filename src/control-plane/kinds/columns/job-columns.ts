/** Columns of Jobs and disruption budgets. */
import type { Job } from '../../../core/batch-objects.js';
import { kubeTimeMs } from '../../../core/kube-time.js';
import type { PodDisruptionBudget } from '../../../core/disruption-objects.js';
import type { EpochMs } from '../../../time/clock.js';
import { isJobCondition } from '../job-rules.js';
import type { TableColumn } from '../kind.js';
import {
  AGE_COLUMN,
  NAME_COLUMN,
  column,
  integerColumn,
  templateColumns,
} from './common-columns.js';
import { humanDuration } from './human-duration.js';

/** @see Source: kubernetes `pkg/printers/internalversion/printers.go`, `printJob`. */
export const JOB_COLUMNS: readonly TableColumn<Job>[] = [
  NAME_COLUMN,
  column('Status', 'Status of the job.', statusText),
  column(
    'Completions',
    'The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.',
    completionsText,
  ),
  column('Duration', 'Time required to complete the job.', durationText),
  AGE_COLUMN,
  ...templateColumns<Job>(
    'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
  ),
];

function statusText(job: Job): string {
  if (isJobCondition(job, 'Complete')) return 'Complete';
  if (isJobCondition(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const type = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((name) =>
    isJobCondition(job, name),
  );
  return type ?? 'Running';
}

function completionsText({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec;
  const succeeded = status?.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, nowMs: EpochMs): string {
  const startMs = kubeTimeMs(status?.startTime);
  if (startMs === undefined) return '';
  return humanDuration((kubeTimeMs(status?.completionTime) ?? nowMs) - startMs);
}

/** @see Source: `printers.go`, `printPodDisruptionBudget`. */
export const POD_DISRUPTION_BUDGET_COLUMNS: readonly TableColumn<PodDisruptionBudget>[] = [
  NAME_COLUMN,
  column('Min Available', 'The minimum number of pods that must be available.', ({ spec }) =>
    String(spec.minAvailable ?? 'N/A'),
  ),
  column('Max Unavailable', 'The maximum number of pods that may be unavailable.', ({ spec }) =>
    String(spec.maxUnavailable ?? 'N/A'),
  ),
  integerColumn(
    'Allowed Disruptions',
    'Calculated number of pods that may be disrupted at this time.',
    ({ status }) => status?.disruptionsAllowed ?? 0,
  ),
  AGE_COLUMN,
];
