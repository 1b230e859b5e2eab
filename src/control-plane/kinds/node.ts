/** Node. */
import type { Node } from '../../core/objects.js';
import { NODES } from '../resources.js';
import { NODE } from '../schema/cluster-types.js';
import { NODE_COLUMNS } from './columns/cluster-columns.js';
import type { Kind } from './kind.js';

/** Nodes. */
export const NODE_KIND: Kind<Node> = {
  resource: NODES,
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  type: NODE,
  nameRule: 'subdomain',
  hasStatus: true,
  setDefaults(draft) {
    // allocatable is capacity unless the kubelet says otherwise
    const { status } = draft;
    if (status?.capacity !== undefined && status.allocatable === undefined) {
      status.allocatable = { ...status.capacity };
    }
  },
  selectableFields: (object) => ({
    'spec.unschedulable': String(object.spec.unschedulable ?? false),
  }),
  columns: NODE_COLUMNS,
};
