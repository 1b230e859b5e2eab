/** PodDisruptionBudget. */
import type { PodDisruptionBudget } from '../../core/disruption-objects.js';
import type { FieldError } from '../api-error.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { invalidValue, negativeValue, unsupportedValue } from '../field-error.js';
import { POD_DISRUPTION_BUDGETS } from '../resources.js';
import { POD_DISRUPTION_BUDGET, POD_DISRUPTION_BUDGET_SPEC } from '../schema/policy-types.js';
import { amountFaults, isOverAll } from './amounts.js';
import { POD_DISRUPTION_BUDGET_COLUMNS } from './columns/job-columns.js';
import { conditionsFaults } from './condition-validation.js';
import { goInternal } from './go-internal.js';
import type { Kind } from './kind.js';
import { selectorFaults } from './selectors.js';

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'] as const;

/**
 * Budgets of disruptions.
 *
 * @see Source: kubernetes `pkg/registry/policy/poddisruptionbudget/strategy.go`,
 *   `pkg/apis/policy/validation/validation.go`.
 */
export const POD_DISRUPTION_BUDGET_KIND: Kind<PodDisruptionBudget> = {
  resource: POD_DISRUPTION_BUDGETS,
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  categories: [],
  type: POD_DISRUPTION_BUDGET,
  nameRule: 'path-segment',
  hasStatus: true,
  isVersionRequired: true,
  isNewGeneration: (object, old) => !isEqualJson(object.spec, old.spec),
  validate: ({ spec }) => [
    ...(spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
      ? [
          invalidValue(
            'spec',
            goInternal(POD_DISRUPTION_BUDGET_SPEC, spec),
            'minAvailable and maxUnavailable cannot be both set',
          ),
        ]
      : []),
    ...(['minAvailable', 'maxUnavailable'] as const).flatMap((name) => amount(name, spec[name])),
    ...(spec.selector === undefined ? [] : selectorFaults('spec.selector', spec.selector)),
    ...evictionPolicyFaults(spec.unhealthyPodEvictionPolicy),
  ],
  validateStatus: ({ status }) => [
    ...conditionsFaults('status.conditions', status?.conditions ?? []),
    ...(
      ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const
    ).flatMap((name) => negativeValue(`status.${name}`, status?.[name])),
  ],
  unknownFieldMessage: (field) =>
    `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  columns: POD_DISRUPTION_BUDGET_COLUMNS,
};

function amount(name: string, value: number | string | undefined): readonly FieldError[] {
  if (value === undefined) return [];
  const field = `spec.${name}`;
  return [
    ...amountFaults(field, value),
    ...(isOverAll(value) ? [invalidValue(field, value, 'must not be greater than 100%')] : []),
  ];
}

function evictionPolicyFaults(policy: string | undefined): readonly FieldError[] {
  const allowed: readonly string[] = EVICTION_POLICIES;
  if (policy === undefined || allowed.includes(policy)) return [];
  return [unsupportedValue('spec.unhealthyPodEvictionPolicy', policy, allowed)];
}
