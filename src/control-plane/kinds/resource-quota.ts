/** ResourceQuota. */
import type { ResourceList } from '../../core/objects.js';
import type { ResourceQuota } from '../../core/quota-objects.js';
import { compareQuantities } from '../../core/quantity.js';
import type { FieldError } from '../api-error.js';
import { immutableField, invalidValue, requiredValue } from '../field-error.js';
import { RESOURCE_QUOTAS } from '../resources.js';
import { RESOURCE_QUOTA } from '../schema/quota-types.js';
import { RESOURCE_QUOTA_COLUMNS } from './columns/quota-columns.js';
import type { Kind } from './kind.js';
import {
  isStandardQuotaResource,
  quotaResourceNameFaults,
  resourceAmountFaults,
} from './resource-names.js';

/**
 * Resource quotas. What is used is written by admission and by the quota controller.
 *
 * @see Source: kubernetes `pkg/registry/core/resourcequota/strategy.go`,
 *   `pkg/apis/core/validation/validation.go`, `ValidateResourceQuota` and what it calls.
 */
export const RESOURCE_QUOTA_KIND: Kind<ResourceQuota> = {
  resource: RESOURCE_QUOTAS,
  singular: 'resourcequota',
  shortNames: ['quota'],
  categories: [],
  type: RESOURCE_QUOTA,
  nameRule: 'subdomain',
  hasStatus: true,
  isReturnedByDelete: true,
  validate: ({ spec }) => [
    ...amountsFaults('spec.hard', spec.hard),
    ...scopesFaults(spec),
    ...selectorFaults(spec),
  ],
  validateUpdate: ({ spec }, old) =>
    isSameSet(spec.scopes, old.spec.scopes)
      ? []
      : [immutableField('spec.scopes', spec.scopes ?? null)],
  validateStatus: ({ status }) => [
    ...amountsFaults('status.hard', status?.hard),
    ...amountsFaults('status.used', status?.used),
  ],
  createWarnings: ({ spec }) => crossedAmountWarnings(spec.hard ?? {}),
  columns: RESOURCE_QUOTA_COLUMNS,
};

function amountsFaults(field: string, amounts: ResourceList = {}): readonly FieldError[] {
  return Object.entries(amounts).flatMap(([name, amount]) =>
    amountFaults(`${field}[${name}]`, name, amount),
  );
}

function amountFaults(field: string, name: string, amount: string): readonly FieldError[] {
  return [...quotaResourceNameFaults(field, name), ...resourceAmountFaults(field, name, amount)];
}

const PODS = ['pods'];
const POD_COMPUTE = [
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
];
const POD_SCOPED: ReadonlySet<string> = new Set([...PODS, ...POD_COMPUTE]);

/** What quotas of each scope may limit. */
const SCOPED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Terminating', POD_SCOPED],
  ['NotTerminating', POD_SCOPED],
  ['NotBestEffort', POD_SCOPED],
  ['PriorityClass', POD_SCOPED],
  ['CrossNamespacePodAffinity', POD_SCOPED],
  ['BestEffort', new Set(PODS)],
  ['VolumeAttributesClass', new Set(['persistentvolumeclaims', 'requests.storage'])],
]);

const CONFLICTING_SCOPES = [
  ['BestEffort', 'NotBestEffort'],
  ['NotTerminating', 'Terminating'],
] as const;

type Spec = ResourceQuota['spec'];

function scopesFaults({ hard, scopes = [] }: Spec): readonly FieldError[] {
  const fault = (detail: string): FieldError => invalidValue('spec.scopes', scopes, detail);
  return [
    ...scopes.flatMap((scope) => [
      ...(SCOPED.has(scope) ? [] : [fault('unsupported scope')]),
      ...misplacedResources(scope, hard).map(() => fault('unsupported scope applied to resource')),
    ]),
    ...conflicts(scopes).map(() => fault('conflicting scopes')),
  ];
}

/** Limits that have no meaning in a scope. */
function misplacedResources(scope: string, hard: ResourceList = {}): readonly string[] {
  const allowed = SCOPED.get(scope);
  if (allowed === undefined) return [];
  return Object.keys(hard).filter((name) => isStandardQuotaResource(name) && !allowed.has(name));
}

function conflicts(scopes: readonly string[]): readonly unknown[] {
  return CONFLICTING_SCOPES.filter((pair) => pair.every((scope) => scopes.includes(scope)));
}

const FIELD = 'spec.scopeSelector.matchExpressions';

const ONLY_EXISTS: ReadonlySet<string> = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]);

function selectorFaults(spec: Spec): readonly FieldError[] {
  const { scopeSelector, hard, scopes } = spec;
  if (scopeSelector === undefined) return [];
  const requirements = scopeSelector.matchExpressions ?? [];
  // upstream shows its internal struct here, with Go's field names
  const shown = {
    MatchExpressions:
      scopeSelector.matchExpressions?.map(({ scopeName, operator, values }) => ({
        ScopeName: scopeName,
        Operator: operator,
        Values: values ?? null,
      })) ?? null,
  };
  return [
    ...requirements.flatMap(({ scopeName, operator, values = [] }) => [
      ...(SCOPED.has(scopeName)
        ? []
        : [invalidValue(`${FIELD}.scopeName`, scopeName, 'unsupported scope')]),
      ...misplacedResources(scopeName, hard).map(() =>
        invalidValue(FIELD, shown, 'unsupported scope applied to resource'),
      ),
      ...(ONLY_EXISTS.has(scopeName) && operator !== 'Exists'
        ? [
            invalidValue(
              `${FIELD}.operator`,
              operator,
              "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
            ),
          ]
        : []),
      ...operatorFaults(operator, values),
    ]),
    ...conflicts(requirements.map(({ scopeName }) => scopeName)).map(() =>
      invalidValue(FIELD, scopes ?? null, 'conflicting scopes'),
    ),
  ];
}

function operatorFaults(operator: string, values: readonly string[]): readonly FieldError[] {
  const field = `${FIELD}.values`;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return [];
      return [
        requiredValue(
          field,
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        ),
      ];
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return [];
      return [
        invalidValue(
          field,
          values,
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      ];
    default:
      return [invalidValue(`${FIELD}.operator`, operator, 'not a valid selector operator')];
  }
}

/** Requests that may be above the limits of the same resource. */
function crossedAmountWarnings(hard: ResourceList): readonly string[] {
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((resource) => {
    const bare = resource === 'cpu' || resource === 'memory' ? [resource] : [];
    const name = [`requests.${resource}`, ...bare].find((one) => hard[one] !== undefined);
    const request = name === undefined ? undefined : hard[name];
    const limit = hard[`limits.${resource}`];
    if (name === undefined || request === undefined || limit === undefined) return [];
    if (compareQuantities(request, limit) <= 0) return [];
    return [`ResourceQuota ${name} (${request}) should be less than limits.${resource} (${limit})`];
  });
}

function isSameSet(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.every((item) => b.includes(item)) && b.every((item) => a.includes(item));
}
