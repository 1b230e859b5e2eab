/** How long a Job waits before it makes up for pods that failed. */
import type { Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { finishedAtMs } from './job-pods.js';

// pkg/controller/job/job_controller.go, DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff
const BASE_DELAY_MS = 10_000;
const MAX_DELAY_MS = 600_000;

/** What is remembered of a Job's failures. */
export interface BackoffRecord {
  readonly failuresAfterLastSuccess: number;
  /** Absent: there was none since the last success. */
  readonly lastFailureMs?: EpochMs;
}

/** Before anything failed. */
export const NO_FAILURES: BackoffRecord = { failuresAfterLastSuccess: 0 };

/**
 * The record with pods that ended since.
 *
 * @see Source: kubernetes `pkg/controller/job/backoff_utils.go`, `newBackoffRecord`.
 */
export function withFinished(
  record: BackoffRecord,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
): BackoffRecord {
  const failures = failed.map(finishedAtMs).sort((a, b) => a - b);
  const lastFailureMs = failures.at(-1);
  if (succeeded.length === 0) {
    if (lastFailureMs === undefined) return record;
    return {
      failuresAfterLastSuccess: record.failuresAfterLastSuccess + failures.length,
      lastFailureMs,
    };
  }
  const lastSuccessMs = Math.max(...succeeded.map(finishedAtMs));
  const after = failures.filter((failedMs) => failedMs > lastSuccessMs).length;
  return after === 0 || lastFailureMs === undefined
    ? NO_FAILURES
    : { failuresAfterLastSuccess: after, lastFailureMs };
}

/** Ms until a new pod may be made: 10 s after the first failure, doubling with each up to 10 min. */
export function backoffLeftMs(
  { failuresAfterLastSuccess: failures, lastFailureMs }: BackoffRecord,
  nowMs: EpochMs,
): number {
  if (failures === 0 || lastFailureMs === undefined) return 0;
  const delayMs = Math.min(BASE_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  return Math.max(0, delayMs - (nowMs - lastFailureMs));
}
