/** Endpoints. */
import type { EndpointAddress, Endpoints, EndpointSubset } from '../../core/quota-objects.js';
import { labelFaults, qualifiedNameFaults, subdomainFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { ENDPOINTS } from '../resources.js';
import { ENDPOINTS_TYPE } from '../schema/quota-types.js';
import { ENDPOINTS_COLUMNS } from './columns/quota-columns.js';
import { endpointIpFaults, legacyIpFaults, legacyIpWarnings } from './legacy-ip.js';
import type { Kind } from './kind.js';
import { portNumberFaults } from './port-rules.js';

/** The label that says who writes Endpoints. */
export const ENDPOINTS_MANAGER_LABEL = 'endpoints.kubernetes.io/managed-by';
/** The value of {@link ENDPOINTS_MANAGER_LABEL} for those of the Endpoints controller. */
export const ENDPOINTS_MANAGER = 'endpoint-controller';

/**
 * Endpoints, the older form of EndpointSlices.
 *
 * @see Source: kubernetes `pkg/registry/core/endpoint/strategy.go`,
 *   `pkg/apis/core/validation/validation.go`, `ValidateEndpoints`.
 */
export const ENDPOINTS_KIND: Kind<Endpoints> = {
  resource: ENDPOINTS,
  singular: 'endpoints',
  shortNames: ['ep'],
  categories: [],
  type: ENDPOINTS_TYPE,
  nameRule: 'subdomain',
  hasStatus: false,
  isCreatedByUpdate: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  setDefaults(draft) {
    for (const subset of draft.subsets ?? []) {
      for (const port of subset.ports ?? []) port.protocol ??= 'TCP';
    }
  },
  validate: ({ subsets = [] }, { isLoopbackAllowed }) =>
    subsets.flatMap((subset, index) =>
      subsetFaults(`subsets[${index}]`, subset, isLoopbackAllowed),
    ),
  warnings: ({ metadata, subsets = [] }) =>
    metadata.labels?.[ENDPOINTS_MANAGER_LABEL] === ENDPOINTS_MANAGER
      ? []
      : subsets.flatMap((subset, index) =>
          (['addresses', 'notReadyAddresses'] as const).flatMap((list) =>
            (subset[list] ?? []).flatMap(({ ip }, position) =>
              legacyIpWarnings(`subsets[${index}].${list}[${position}].ip`, ip),
            ),
          ),
        ),
  columns: ENDPOINTS_COLUMNS,
};

function subsetFaults(
  field: string,
  { addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset,
  isLoopbackAllowed: boolean,
): readonly FieldError[] {
  return [
    ...(addresses.length === 0 && notReadyAddresses.length === 0
      ? [requiredValue(field, 'must specify `addresses` or `notReadyAddresses`')]
      : []),
    ...addresses.flatMap((address, index) =>
      addressFaults(`${field}.addresses[${index}]`, address, isLoopbackAllowed),
    ),
    ...notReadyAddresses.flatMap((address, index) =>
      addressFaults(`${field}.notReadyAddresses[${index}]`, address, isLoopbackAllowed),
    ),
    ...ports.flatMap((port, index) =>
      portFaults(`${field}.ports[${index}]`, port, ports.length > 1),
    ),
  ];
}

function addressFaults(
  field: string,
  { ip, hostname, nodeName }: EndpointAddress,
  isLoopbackAllowed: boolean,
): readonly FieldError[] {
  return [
    ...legacyIpFaults(`${field}.ip`, ip),
    ...(hostname === undefined
      ? []
      : textFaults(`${field}.hostname`, hostname, labelFaults(hostname))),
    ...(nodeName === undefined
      ? []
      : textFaults(`${field}.nodeName`, nodeName, subdomainFaults(nodeName))),
    ...endpointIpFaults(`${field}.ip`, ip, isLoopbackAllowed),
  ];
}

function textFaults(
  field: string,
  value: string,
  faults: readonly string[],
): readonly FieldError[] {
  return faults.map((fault) => invalidValue(field, value, fault));
}

type Port = NonNullable<EndpointSubset['ports']>[number];

function portFaults(
  field: string,
  { name = '', port, protocol = '', appProtocol }: Port,
  isNameNeeded: boolean,
): readonly FieldError[] {
  const protocols = ['SCTP', 'TCP', 'UDP'];
  return [
    ...(name === ''
      ? isNameNeeded
        ? [requiredValue(`${field}.name`)]
        : []
      : labelFaults(name).map((fault) => invalidValue(`${field}.name`, name, fault))),
    ...portNumberFaults(`${field}.port`, port),
    ...(protocols.includes(protocol)
      ? []
      : [unsupportedValue(`${field}.protocol`, protocol, protocols)]),
    ...(appProtocol === undefined
      ? []
      : qualifiedNameFaults(appProtocol).map((fault) =>
          invalidValue(`${field}.appProtocol`, appProtocol, fault),
        )),
  ];
}
