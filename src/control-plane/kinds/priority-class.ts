/** PriorityClass. */
import type { PriorityClass } from '../../core/quota-objects.js';
import { ApiError } from '../api-error.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, immutableField, requiredValue, unsupportedValue } from '../field-error.js';
import { PRIORITY_CLASSES } from '../resources.js';
import { PRIORITY_CLASS } from '../schema/quota-types.js';
import { PRIORITY_CLASS_COLUMNS } from './columns/quota-columns.js';
import type { Kind } from './kind.js';

/** Above it are only the system's own classes. */
const HIGHEST_USER_PRIORITY = 1_000_000_000; // kubernetes pkg/apis/scheduling/types.go
const SYSTEM_PREFIX = 'system-';

/**
 * Classes that every cluster has.
 *
 * @see Source: kubernetes `pkg/apis/scheduling/v1/helpers.go`, `SystemPriorityClasses`.
 */
export const SYSTEM_PRIORITY_CLASSES: readonly PriorityClass[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2 * HIGHEST_USER_PRIORITY + 1_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2 * HIGHEST_USER_PRIORITY,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/**
 * Priority classes.
 *
 * @see Source: kubernetes `pkg/registry/scheduling/priorityclass/strategy.go` and `storage/storage.go`,
 *   `pkg/apis/scheduling/v1/defaults.go`, `pkg/apis/scheduling/validation/validation.go`.
 */
export const PRIORITY_CLASS_KIND: Kind<PriorityClass> = {
  resource: PRIORITY_CLASSES,
  singular: 'priorityclass',
  shortNames: ['pc'],
  categories: [],
  type: PRIORITY_CLASS,
  nameRule: 'subdomain',
  hasStatus: false,
  // it is 1 and stays so
  isNewGeneration: () => false,
  setDefaults(draft) {
    draft.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate: classFaults,
  validateUpdate: (object, old) => [
    ...(object.value === old.value
      ? []
      : [forbiddenValue('value', 'may not be changed in an update.')]),
    ...(object.preemptionPolicy === old.preemptionPolicy
      ? []
      : [immutableField('preemptionPolicy', object.preemptionPolicy)]),
  ],
  refuseDeletion({ metadata: { name } }) {
    if (systemClass(name) === undefined) return;
    throw ApiError.forbidden(PRIORITY_CLASSES, name, {
      message: 'this is a system priority class and cannot be deleted',
    });
  },
  columns: PRIORITY_CLASS_COLUMNS,
};

function systemClass(name: string): PriorityClass | undefined {
  return SYSTEM_PRIORITY_CLASSES.find(({ metadata }) => metadata.name === name);
}

function classFaults(object: PriorityClass): readonly FieldError[] {
  return [...reservedFaults(object), ...policyFaults(object)];
}

function reservedFaults({ metadata, value, globalDefault }: PriorityClass): readonly FieldError[] {
  // an object that is refused for want of a name has none
  const name = metadata.name ?? '';
  if (!name.startsWith(SYSTEM_PREFIX)) {
    if (value <= HIGHEST_USER_PRIORITY) return [];
    return [
      forbiddenValue(
        'value',
        `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`,
      ),
    ];
  }
  const known = systemClass(name);
  const fault =
    known === undefined
      ? `${name} is not a known system priority class`
      : known.value !== value
        ? `value of ${name} PriorityClass must be ${known.value}`
        : globalDefault === true
          ? `globalDefault of ${name} PriorityClass must be false`
          : undefined;
  if (fault === undefined) return [];
  return [
    forbiddenValue(
      'metadata.name',
      `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${fault}`,
    ),
  ];
}

function policyFaults({ preemptionPolicy }: PriorityClass): readonly FieldError[] {
  const policies = ['PreemptLowerPriority', 'Never'];
  if (preemptionPolicy === undefined || policies.includes(preemptionPolicy)) return [];
  if (preemptionPolicy === '') return [requiredValue('preemptionPolicy')];
  return [unsupportedValue('preemptionPolicy', preemptionPolicy, policies)];
}
