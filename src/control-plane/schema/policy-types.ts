/** Types of `policy/v1`. */
import { LABEL_SELECTOR, objectType } from './meta-types.js';
import {
  INT32,
  INT64,
  INT_OR_STRING,
  STRING,
  TIME,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';

const POLICY = 'io.k8s.api.policy.v1';

/** What a budget asks for. */
export const POD_DISRUPTION_BUDGET_SPEC: StructType = struct(`${POLICY}.PodDisruptionBudgetSpec`, {
  minAvailable: pointer(INT_OR_STRING),
  selector: { ...pointer(LABEL_SELECTOR), patchStrategy: 'replace' },
  maxUnavailable: pointer(INT_OR_STRING),
  unhealthyPodEvictionPolicy: pointer(STRING),
});

/** `policy/v1` PodDisruptionBudget. */
export const POD_DISRUPTION_BUDGET: StructType = objectType(`${POLICY}.PodDisruptionBudget`, {
  spec: optional(POD_DISRUPTION_BUDGET_SPEC),
  status: optional(
    struct(`${POLICY}.PodDisruptionBudgetStatus`, {
      observedGeneration: optional(INT64),
      disruptedPods: optional(map(TIME)),
      disruptionsAllowed: required(INT32),
      currentHealthy: required(INT32),
      desiredHealthy: required(INT32),
      expectedPods: required(INT32),
      conditions: optional(
        list(
          struct('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
            type: required(STRING),
            status: required(STRING),
            observedGeneration: optional(INT64),
            lastTransitionTime: required(TIME),
            reason: required(STRING),
            message: required(STRING),
          }),
          { mergeKey: 'type', applyKeys: ['type'] },
        ),
      ),
    }),
  ),
});
