/** Types of `batch/v1`. */
import { LABEL_SELECTOR, objectType } from './meta-types.js';
import { POD_TEMPLATE_SPEC } from './pod-types.js';
import {
  BOOLEAN,
  INT32,
  INT64,
  STRING,
  TIME,
  list,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';

const BATCH = 'io.k8s.api.batch.v1';

/** Rules by which failed pods count, are ignored or end the Job. */
export const POD_FAILURE_POLICY: StructType = struct(`${BATCH}.PodFailurePolicy`, {
  rules: required(
    list(
      struct(`${BATCH}.PodFailurePolicyRule`, {
        action: required(STRING),
        onExitCodes: pointer(
          struct(`${BATCH}.PodFailurePolicyOnExitCodesRequirement`, {
            containerName: pointer(STRING),
            operator: required(STRING),
            values: required(list(INT32, { applyKeys: [] })),
          }),
        ),
        onPodConditions: optional(
          list(
            struct(`${BATCH}.PodFailurePolicyOnPodConditionsPattern`, {
              type: required(STRING),
              status: required(STRING),
            }),
          ),
        ),
      }),
    ),
  ),
});

/** Rules by which an indexed Job succeeds before all of its indexes did. */
export const SUCCESS_POLICY: StructType = struct(`${BATCH}.SuccessPolicy`, {
  rules: required(
    list(
      struct(`${BATCH}.SuccessPolicyRule`, {
        succeededIndexes: pointer(STRING),
        succeededCount: pointer(INT32),
      }),
    ),
  ),
});

const UIDS = list(STRING, { applyKeys: [] });

/** `batch/v1` Job. */
export const JOB: StructType = objectType(`${BATCH}.Job`, {
  spec: optional(
    struct(`${BATCH}.JobSpec`, {
      parallelism: pointer(INT32),
      completions: pointer(INT32),
      activeDeadlineSeconds: pointer(INT64),
      podFailurePolicy: pointer(POD_FAILURE_POLICY),
      successPolicy: pointer(SUCCESS_POLICY),
      backoffLimit: pointer(INT32),
      backoffLimitPerIndex: pointer(INT32),
      maxFailedIndexes: pointer(INT32),
      selector: pointer(LABEL_SELECTOR),
      manualSelector: pointer(BOOLEAN),
      template: required(POD_TEMPLATE_SPEC),
      ttlSecondsAfterFinished: pointer(INT32),
      completionMode: pointer(STRING),
      suspend: pointer(BOOLEAN),
      podReplacementPolicy: pointer(STRING),
      managedBy: pointer(STRING),
    }),
  ),
  status: optional(
    struct(`${BATCH}.JobStatus`, {
      conditions: optional(
        list(
          struct(`${BATCH}.JobCondition`, {
            type: required(STRING),
            status: required(STRING),
            lastProbeTime: optional(TIME),
            lastTransitionTime: optional(TIME),
            reason: optional(STRING),
            message: optional(STRING),
          }),
          { mergeKey: 'type' },
        ),
      ),
      startTime: pointer(TIME),
      completionTime: pointer(TIME),
      active: optional(INT32),
      succeeded: optional(INT32),
      failed: optional(INT32),
      terminating: pointer(INT32),
      completedIndexes: optional(STRING),
      failedIndexes: pointer(STRING),
      uncountedTerminatedPods: pointer(
        struct(`${BATCH}.UncountedTerminatedPods`, {
          succeeded: optional(UIDS),
          failed: optional(UIDS),
        }),
      ),
      ready: pointer(INT32),
    }),
  ),
});
