/** Service. */
import type { Service, ServicePort, ServiceSpec } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { labelFaults } from '../api-machinery/names.js';
import { labelsFaults } from '../api-machinery/metadata-rules.js';
import type { FieldError } from '../api-error.js';
import {
  duplicateValue,
  forbiddenValue,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../field-error.js';
import { SERVICES } from '../resources.js';
import { SERVICE } from '../schema/cluster-types.js';
import { textOf } from '../schema/json.js';
import { SERVICE_COLUMNS } from './columns/cluster-columns.js';
import type { Draft, Kind } from './kind.js';
import { endpointIpFaults, legacyIpFaults } from './legacy-ip.js';
import { portNameFaults, portNumberFaults } from './port-rules.js';
import { isExternallyAccessible, serviceTypeFaults } from './service-validation.js';
import { serviceWarnings } from './service-warnings.js';

/** Three hours, as upstream's default. */
const CLIENT_IP_TIMEOUT_SECONDS = 10_800;
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/**
 * Services.
 *
 * @see Source: kubernetes `pkg/registry/core/service/strategy.go` and `storage/alloc.go`,
 *   `pkg/apis/core/v1/defaults.go`, `SetDefaults_Service`, `pkg/apis/core/validation/validation.go`.
 */
export const SERVICE_KIND: Kind<Service> = {
  resource: SERVICES,
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  type: SERVICE,
  nameRule: 'label',
  hasStatus: true,
  isCreatedByUpdate: true,
  isReturnedByDelete: true,
  setDefaults: ({ spec }) => setServiceDefaults(spec),
  prepareUpdate: ({ spec }, old) => patchAllocated(spec, old.spec),
  reserve(draft, old, { services }) {
    services.allocate(draft, old);
  },
  validate: serviceFaults,
  warnings: serviceWarnings,
  validateUpdate: ({ spec }, old) => clusterIpChangeFaults(spec, old.spec),
  selectableFields: ({ spec }) => ({
    'spec.clusterIP': spec.clusterIP ?? '',
    'spec.type': spec.type ?? '',
  }),
  columns: SERVICE_COLUMNS,
};

function setServiceDefaults(spec: Draft<ServiceSpec>): void {
  spec['sessionAffinity'] ??= 'None';
  spec.type ??= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') {
      port.targetPort = port.port;
    }
  }
  if (isExternallyAccessible(spec)) spec['externalTrafficPolicy'] ??= 'Cluster';
  if (spec.type !== 'ExternalName') spec['internalTrafficPolicy'] ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true;
  if (spec['sessionAffinity'] === 'ClientIP') {
    spec['sessionAffinityConfig'] ??= { clientIP: { timeoutSeconds: CLIENT_IP_TIMEOUT_SECONDS } };
  } else delete spec['sessionAffinityConfig'];
}

/**
 * What an update leaves out of allocated values stays as it was.
 *
 * @see Source: `strategy.go`, `patchAllocatedValues` and `dropTypeDependentFields`.
 */
function patchAllocated(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  const needsIp = spec.type !== 'ExternalName' && old.type !== 'ExternalName';
  if (needsIp && old.clusterIP !== undefined) {
    if (spec.clusterIP === undefined && spec.clusterIPs === undefined) {
      spec.clusterIP = old.clusterIP;
      spec.clusterIPs = [...(old.clusterIPs ?? [])];
    } else if (spec.clusterIP !== old.clusterIP && isEqualJson(spec.clusterIPs, old.clusterIPs)) {
      spec.clusterIPs = spec.clusterIP === undefined ? [] : [spec.clusterIP];
    }
    spec['ipFamilies'] ??= old['ipFamilies'];
    spec['ipFamilyPolicy'] ??= old['ipFamilyPolicy'];
  }
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName') dropAddresses(spec);
  const isCutOff = isExternallyAccessible(old) && !isExternallyAccessible(spec);
  if (isCutOff && spec['externalTrafficPolicy'] === old['externalTrafficPolicy']) {
    delete spec['externalTrafficPolicy'];
  }
  if (hasNodePorts(spec.type) && hasNodePorts(old.type)) {
    for (const port of spec.ports ?? []) {
      const before = (old.ports ?? []).find(
        (other) => other.port === port.port && other.protocol === port.protocol,
      );
      if (port.nodePort === undefined && before?.nodePort !== undefined) {
        port.nodePort = before.nodePort;
      }
    }
  } else if (hasNodePorts(old.type)) dropNodePorts(spec, old);
}

/** An allocated node port goes when the type no longer has one; one that was asked for stays, and is refused. */
function dropNodePorts(spec: Draft<ServiceSpec>, old: ServiceSpec): void {
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (port.nodePort === old.ports?.[index]?.nodePort) delete port.nodePort;
  }
}

function dropAddresses(spec: Draft<ServiceSpec>): void {
  delete spec.clusterIP;
  delete spec.clusterIPs;
  delete spec['ipFamilies'];
  delete spec['ipFamilyPolicy'];
  delete spec['internalTrafficPolicy'];
}

function hasNodePorts(type: string | undefined): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

function serviceFaults(service: Service): readonly FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const isHeadless = spec.clusterIP === 'None';
  return [
    ...(ports.length === 0 && !isHeadless && spec.type !== 'ExternalName'
      ? [requiredValue('spec.ports')]
      : []),
    ...serviceTypeFaults(service),
    ...portsFaults(ports),
    ...(TYPES.includes(spec.type ?? '') ? [] : [unsupportedValue('spec.type', spec.type, TYPES)]),
    ...(spec['sessionAffinity'] === 'None' || spec['sessionAffinity'] === 'ClientIP'
      ? []
      : [unsupportedValue('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None'])]),
    ...labelsFaults('spec.selector', spec.selector),
    ...externalIpFaults(spec['externalIPs']),
    ...(hasNodePorts(spec.type)
      ? []
      : ports.flatMap((port, index) =>
          port.nodePort === undefined
            ? []
            : [
                forbiddenValue(
                  `spec.ports[${index}].nodePort`,
                  `may not be used when \`type\` is '${spec.type ?? ''}'`,
                ),
              ],
        )),
    ...repeatedPortFaults(ports),
  ];
}

/** @see Source: `validation.go`, `ValidateService`. */
function externalIpFaults(addresses: unknown): readonly FieldError[] {
  if (!Array.isArray(addresses)) return [];
  return addresses.flatMap((address: unknown, index) => {
    const field = `spec.externalIPs[${index}]`;
    const faults = legacyIpFaults(field, textOf(address));
    return faults.length > 0 ? faults : endpointIpFaults(field, textOf(address), false);
  });
}

function portsFaults(ports: readonly ServicePort[]): readonly FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const faults: FieldError[] = [];
    if (port.name === undefined) {
      if (ports.length > 1) faults.push(requiredValue(`${field}.name`));
    } else {
      faults.push(
        ...labelFaults(port.name).map((fault) => invalidValue(`${field}.name`, port.name, fault)),
      );
      if (names.has(port.name)) faults.push(duplicateValue(`${field}.name`, port.name));
      names.add(port.name);
    }
    faults.push(...portNumberFaults(`${field}.port`, port.port));
    const protocols = ['SCTP', 'TCP', 'UDP'];
    if (!protocols.includes(port.protocol ?? '')) {
      faults.push(unsupportedValue(`${field}.protocol`, port.protocol, protocols));
    }
    const { targetPort = 0 } = port;
    faults.push(
      ...(typeof targetPort === 'number'
        ? portNumberFaults(`${field}.targetPort`, targetPort)
        : portNameFaults(targetPort).map((fault) =>
            invalidValue(`${field}.targetPort`, targetPort, fault),
          )),
    );
    return faults;
  });
}

function repeatedPortFaults(ports: readonly ServicePort[]): readonly FieldError[] {
  const seen = new Set<string>();
  return ports.flatMap(({ protocol, port }, index) => {
    const key = `${protocol ?? ''}/${port}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    // upstream prints its internal struct here, with Go's field names
    const shown = {
      Name: '',
      Protocol: protocol,
      AppProtocol: null,
      Port: port,
      TargetPort: 0,
      NodePort: 0,
    };
    return [duplicateValue(`spec.ports[${index}]`, shown)];
  });
}

/** @see Source: `validation.go`, `validateServiceClusterIPsRelatedFields` on update. */
function clusterIpChangeFaults(spec: ServiceSpec, old: ServiceSpec): readonly FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return [];
  const before = old.clusterIPs?.[0];
  const after = spec.clusterIPs?.[0] ?? spec.clusterIP;
  if (before === undefined || before === after) return [];
  return [
    invalidValue(
      'spec.clusterIPs[0]',
      after === undefined ? [] : [after],
      'may not change once set',
    ),
  ];
}
