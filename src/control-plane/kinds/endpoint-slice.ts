/** EndpointSlice. */
import type { EndpointSlice } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { FieldError } from '../api-error.js';
import {
  duplicateValue,
  immutableField,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../field-error.js';
import { ENDPOINT_SLICES } from '../resources.js';
import { ENDPOINT_SLICE } from '../schema/cluster-types.js';
import { isIpAddress, isIpv4, isIpv6 } from './ip-address.js';
import { ENDPOINT_SLICE_COLUMNS } from './columns/cluster-columns.js';
import type { Kind } from './kind.js';
import { endpointIpFaults } from './legacy-ip.js';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

/**
 * Endpoint slices.
 *
 * @see Source: kubernetes `pkg/registry/discovery/endpointslice/strategy.go`,
 *   `pkg/apis/discovery/validation/validation.go`.
 */
export const ENDPOINT_SLICE_KIND: Kind<EndpointSlice> = {
  resource: ENDPOINT_SLICES,
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  type: ENDPOINT_SLICE,
  nameRule: 'subdomain',
  hasStatus: false,
  isNewGeneration: (object, old) =>
    !isEqualJson(content(object), content(old)) ||
    !isEqualJson(object.metadata.labels, old.metadata.labels),
  setDefaults(draft) {
    for (const port of draft.ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  validate: (object, { isLoopbackAllowed }) => sliceFaults(object, isLoopbackAllowed),
  validateUpdate: (object, old) =>
    object.addressType === old.addressType
      ? []
      : [immutableField('addressType', object.addressType)],
  columns: ENDPOINT_SLICE_COLUMNS,
};

function content({ addressType, endpoints, ports }: EndpointSlice): unknown {
  return { addressType, endpoints, ports };
}

function sliceFaults(slice: EndpointSlice, isLoopbackAllowed: boolean): readonly FieldError[] {
  return [
    ...addressTypeFaults(slice),
    ...(slice.endpoints ?? []).flatMap(({ addresses }, index) => {
      const field = `endpoints[${index}].addresses`;
      if ((addresses ?? []).length === 0) {
        return [requiredValue(field, 'must contain at least 1 address')];
      }
      return addresses.flatMap((address, position) =>
        addressFaults(
          { field, index: position, address },
          { addressType: slice.addressType, isLoopbackAllowed },
        ),
      );
    }),
    ...portFaults(slice),
  ];
}

function addressTypeFaults({ addressType }: EndpointSlice): readonly FieldError[] {
  if ((addressType as string) === '') return [requiredValue('addressType')];
  if (ADDRESS_TYPES.includes(addressType)) return [];
  return [unsupportedValue('addressType', addressType, ADDRESS_TYPES)];
}

function addressFaults(
  place: { readonly field: string; readonly index: number; readonly address: string },
  rules: { readonly addressType: string; readonly isLoopbackAllowed: boolean },
): readonly FieldError[] {
  const { field, index, address } = place;
  const { addressType } = rules;
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return [];
  const path = `${field}[${index}]`;
  if (!isIpAddress(address)) {
    return [
      invalidValue(path, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
    ];
  }
  const isOfFamily = addressType === 'IPv4' ? isIpv4(address) : isIpv6(address);
  return [
    ...(isOfFamily ? [] : [invalidValue(field, address, `must be an ${addressType} address`)]),
    ...endpointIpFaults(path, address, rules.isLoopbackAllowed),
  ];
}

function portFaults({ ports }: EndpointSlice): readonly FieldError[] {
  const names = new Set<string>();
  return (ports ?? []).flatMap(({ name = '' }, index) => {
    if (names.has(name)) return [duplicateValue(`ports[${index}].name`, name)];
    names.add(name);
    return [];
  });
}
