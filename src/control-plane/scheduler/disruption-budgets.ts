/** PodDisruptionBudgets as the scheduler goes by them. */
import type { PodDisruptionBudget } from '../../core/disruption-objects.js';
import type { KubeApi } from '../api.js';
import { POD_DISRUPTION_BUDGETS } from '../resources.js';
import type { DisruptionBudget } from './preemption.js';

/** Every budget that there is. */
export function disruptionBudgets(api: KubeApi): readonly DisruptionBudget[] {
  return api.list(POD_DISRUPTION_BUDGETS).items.map(budgetOf);
}

function budgetOf({ metadata, spec, status }: PodDisruptionBudget): DisruptionBudget {
  return {
    namespace: metadata.namespace ?? '',
    selector: spec.selector,
    disruptionsAllowed: status?.disruptionsAllowed ?? 0,
    disruptedPods: new Set(Object.keys(status?.disruptedPods ?? {})),
  };
}
