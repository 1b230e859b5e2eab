/** Whether an indexed Job succeeded before all of its indexes did. */
import type { Job } from '../../core/batch-objects.js';
import { JobIndexes } from '../kinds/job-indexes.js';

/**
 * In upstream's words which rule is met; undefined: none is.
 *
 * @see Source: kubernetes `pkg/controller/job/success_policy.go`, `matchSuccessPolicy`.
 */
export function metSuccessRule({ spec }: Job, succeeded: JobIndexes): string | undefined {
  if (succeeded.size === 0) return undefined;
  for (const [index, rule] of (spec.successPolicy?.rules ?? []).entries()) {
    const { succeededIndexes, succeededCount } = rule;
    const message = `Matched rules at index ${index}`;
    if (succeededIndexes === undefined) {
      if (succeededCount !== undefined && succeeded.size >= succeededCount) return message;
      continue;
    }
    const required = JobIndexes.parse(succeededIndexes, spec.completions ?? 0);
    if (required.size === 0) continue;
    const count = required.overlap(succeeded);
    const isEnough = succeededCount !== undefined && count >= succeededCount;
    if (count === required.size || isEnough) return message;
  }
  return undefined;
}
