/** Namespace. */
import type { Namespace } from '../../core/objects.js';
import { NAMESPACES } from '../resources.js';
import { NAMESPACE } from '../schema/cluster-types.js';
import { refuseDeletionOfImmortal } from '../system-namespaces.js';
import { NAMESPACE_COLUMNS } from './columns/cluster-columns.js';
import type { Draft, Kind } from './kind.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Namespaces. They end in two steps: DELETE marks them Terminating, and when what is in them is gone
 * the namespace controller takes the finalizer `kubernetes` away.
 *
 * @see Source: kubernetes `pkg/registry/core/namespace/strategy.go` and `storage/storage.go`.
 */
export const NAMESPACE_KIND: Kind<Namespace> = {
  resource: NAMESPACES,
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  type: NAMESPACE,
  nameRule: 'label',
  hasStatus: true,
  isReturnedByDelete: true,
  setDefaults: setNameLabel,
  prepareCreate(draft) {
    setNameLabel(draft);
    const finalizers = draft.spec?.finalizers ?? [];
    draft.spec = {
      finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
    };
    draft.status = { phase: 'Active' };
  },
  prepareUpdate(draft, old) {
    draft.spec = { finalizers: [...(old.spec?.finalizers ?? [])] };
    if (draft.spec.finalizers?.length === 0) draft.spec = {};
  },
  applySubresource(draft, { subresource, object }) {
    if (subresource !== 'finalize') return;
    const finalizers = object.spec?.finalizers ?? [];
    draft.spec = finalizers.length === 0 ? {} : { finalizers: [...finalizers] };
  },
  refuseDeletion: ({ metadata }) => refuseDeletionOfImmortal(metadata.name),
  isDeletable: (object) => (object.spec?.finalizers ?? []).length === 0,
  beginDeletion(draft) {
    draft.status = { ...draft.status, phase: 'Terminating' };
  },
  selectableFields: (object) => ({ 'status.phase': object.status?.phase ?? '' }),
  columns: NAMESPACE_COLUMNS,
};

function setNameLabel({ metadata }: Draft<Namespace>): void {
  if (metadata.name === undefined) return;
  metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
}
