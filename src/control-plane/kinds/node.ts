/** Node. */
import type { Node } from '../../core/objects.js';
import { NODES } from '../resources.js';
import { NODE } from '../schema/cluster-types.js';
import { NODE_COLUMNS } from './columns/cluster-columns.js';
import type { Draft, Kind } from './kind.js';

/** Nodes. */
export const NODE_KIND: Kind<Node> = {
  resource: NODES,
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  type: NODE,
  nameRule: 'subdomain',
  hasStatus: true,
  isStatusCreated: true,
  prepareCreate: taintNew,
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

/**
 * A new node takes no pods until a controller has seen that it is ready.
 *
 * @see Source: kubernetes `plugin/pkg/admission/nodetaint/admission.go`.
 */
function taintNew({ spec }: Draft<Node>): void {
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;
  const taints = spec.taints ?? [];
  const isThere = taints.some(({ key, effect }) => key === taint.key && effect === taint.effect);
  if (!isThere) spec.taints = [...taints, taint];
}
