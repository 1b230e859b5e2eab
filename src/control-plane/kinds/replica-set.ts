/** ReplicaSet. */
import type { ReplicaSet } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { FieldError } from '../api-error.js';
import { immutableField, invalidValue, negativeValue } from '../field-error.js';
import { REPLICA_SETS } from '../resources.js';
import { REPLICA_SET } from '../schema/workload-types.js';
import { REPLICA_SET_COLUMNS } from './columns/workload-columns.js';
import type { Kind } from './kind.js';
import { setPodSpecDefaults } from './pod-defaults.js';
import { hostnameWarnings, podWarnings } from './pod-warnings.js';
import { selectedTemplateFaults } from './template-validation.js';

/**
 * Replica sets.
 *
 * @see Source: kubernetes `pkg/registry/apps/replicaset/strategy.go`.
 */
export const REPLICA_SET_KIND: Kind<ReplicaSet> = {
  resource: REPLICA_SETS,
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  type: REPLICA_SET,
  nameRule: 'subdomain',
  hasStatus: true,
  hasScale: true,
  isNewGeneration: (object, old) => !isEqualJson(object.spec, old.spec),
  setDefaults(draft) {
    draft.spec.replicas ??= 1;
    setPodSpecDefaults(draft.spec.template.spec);
  },
  validate: ({ spec }) => [
    ...negativeValue('spec.replicas', spec.replicas),
    ...negativeValue('spec.minReadySeconds', spec.minReadySeconds),
    ...selectedTemplateFaults(
      spec.selector,
      spec.template,
      'empty selector is invalid for deployment',
    ),
  ],
  warnings: ({ metadata, spec }) => [
    ...hostnameWarnings(metadata, 'Pod names and hostnames'),
    ...podWarnings('spec.template.', spec.template),
  ],
  validateUpdate: ({ spec }, old) =>
    isEqualJson(spec.selector, old.spec.selector)
      ? []
      : [immutableField('spec.selector', spec.selector)],
  validateStatus: replicaSetStatusFaults,
  selectableFields: (object) => ({ 'status.replicas': String(object.status?.replicas ?? 0) }),
  columns: REPLICA_SET_COLUMNS,
};

/** @see Source: kubernetes `pkg/apis/apps/validation/validation.go`, `ValidateReplicaSetStatus`. */
function replicaSetStatusFaults({ status }: ReplicaSet): readonly FieldError[] {
  if (status === undefined) return [];
  const counts = [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
  ] as const;
  const faults: FieldError[] = [
    ...counts.flatMap((name) => negativeValue(`status.${name}`, status[name])),
    ...negativeValue('status.observedGeneration', status.observedGeneration),
  ];
  for (const name of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status[name] ?? 0;
    if (count > status.replicas) {
      faults.push(invalidValue(`status.${name}`, count, 'cannot be greater than status.replicas'));
    }
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    faults.push(
      invalidValue(
        'status.availableReplicas',
        status.availableReplicas,
        'cannot be greater than readyReplicas',
      ),
    );
  }
  return faults;
}
