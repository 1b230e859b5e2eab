/** Node. */
import type { Node, Taint } from '../../core/objects.js';
import { labelValueFaults, qualifiedNameFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
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
  validate: ({ spec }) => taintFaults(spec.taints ?? []),
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

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `validateNodeTaints`. */
function taintFaults(taints: readonly Taint[]): readonly FieldError[] {
  return taints.flatMap((taint, index) => {
    const { key, value = '', effect } = taint;
    const field = `spec.taints[${index}]`;
    const faults = qualifiedNameFaults(key).map((fault) =>
      invalidValue(`${field}.key`, key, fault),
    );
    const wrong = labelValueFaults(value);
    if (wrong.length > 0) faults.push(invalidValue(`${field}.value`, value, wrong.join(';')));
    if (!EFFECTS.includes(effect)) {
      const place = `${field}.effect`;
      faults.push(
        effect === undefined ? requiredValue(place) : unsupportedValue(place, effect, EFFECTS),
      );
    }
    const isTwice = taints.slice(0, index).some((one) => one.key === key && one.effect === effect);
    if (isTwice) faults.push(repeatedTaint(field, taint));
    return faults;
  });
}

/** Upstream prints its internal struct here, with Go's field names. */
function repeatedTaint(field: string, { key, value = '', effect, timeAdded }: Taint): FieldError {
  const shown = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded ?? null };
  const { message, ...rest } = duplicateValue(field, shown);
  return { ...rest, message: `${message}: taints must be unique by key and effect pair` };
}
