/** Lease. */
import type { Lease } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, negativeValue } from '../field-error.js';
import { LEASES } from '../resources.js';
import { LEASE } from '../schema/cluster-types.js';
import { LEASE_COLUMNS } from './columns/cluster-columns.js';
import type { Kind } from './kind.js';

/**
 * Leases. Coordinated leader election is behind a gate that is off: its fields are dropped.
 *
 * @see Source: kubernetes `pkg/registry/coordination/lease/strategy.go`,
 *   `pkg/apis/coordination/validation/validation.go`.
 */
export const LEASE_KIND: Kind<Lease> = {
  resource: LEASES,
  singular: 'lease',
  shortNames: [],
  categories: [],
  type: LEASE,
  nameRule: 'subdomain',
  hasStatus: false,
  isCreatedByUpdate: true,
  prepareCreate(draft) {
    delete draft.spec?.strategy;
    delete draft.spec?.preferredHolder;
  },
  prepareUpdate(draft, old) {
    if (old.spec?.strategy === undefined) delete draft.spec?.strategy;
    if (old.spec?.preferredHolder === undefined) delete draft.spec?.preferredHolder;
  },
  validate: leaseFaults,
  columns: LEASE_COLUMNS,
};

function leaseFaults({ spec = {} }: Lease): readonly FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions } = spec;
  const field = 'spec.leaseDurationSeconds';
  return [
    ...(duration === undefined || duration > 0
      ? []
      : [invalidValue(field, duration, 'must be greater than 0')]),
    ...negativeValue('spec.leaseTransitions', leaseTransitions),
  ];
}
