/** Faults of Services that come from their type: addresses, names elsewhere, policies, affinity. */
import type { Service, ServiceSpec } from '../../core/objects.js';
import { subdomainFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import {
  duplicateValue,
  forbiddenValue,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../field-error.js';
import { textOf, valueAt } from '../schema/json.js';
import { legacyIpFaults } from './legacy-ip.js';

const HEADLESS = 'None';
const MAX_AFFINITY_SECONDS = 86_400;
const POLICIES = ['Cluster', 'Local'];
const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];

/**
 * Whether traffic from outside can reach a Service.
 *
 * @see Source: kubernetes `pkg/apis/core/v1/helper`, `pkg/api/v1/service/util.go`, `ExternallyAccessible`.
 */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  const { type } = spec;
  const addresses = spec['externalIPs'];
  return (
    type === 'NodePort' ||
    type === 'LoadBalancer' ||
    (type === 'ClusterIP' && Array.isArray(addresses) && addresses.length > 0)
  );
}

/** @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateService`. */
export function serviceTypeFaults({ spec }: Service): readonly FieldError[] {
  return [
    ...(spec.type === 'ExternalName' ? externalNameFaults(spec) : addressFaults(spec)),
    ...policyFaults(spec),
    ...affinityFaults(spec),
  ];
}

function externalNameFaults(spec: ServiceSpec): readonly FieldError[] {
  const name = textOf(spec['externalName']).replace(/\.$/, '');
  const none = 'may not be set for ExternalName services';
  return [
    ...((spec.clusterIPs ?? []).length > 0 ? [forbiddenValue('spec.clusterIPs', none)] : []),
    ...(spec['ipFamilies'] === undefined ? [] : [forbiddenValue('spec.ipFamilies', none)]),
    ...(spec['ipFamilyPolicy'] === undefined ? [] : [forbiddenValue('spec.ipFamilyPolicy', none)]),
    ...(name === ''
      ? [requiredValue('spec.externalName')]
      : subdomainFaults(name).map((fault) => invalidValue('spec.externalName', name, fault))),
  ];
}

/** Addresses and their families; this server has those of IPv4. */
function addressFaults(spec: ServiceSpec): readonly FieldError[] {
  const { type = '', clusterIP = '', clusterIPs = [] } = spec;
  const first = clusterIPs[0] ?? clusterIP;
  const faults: FieldError[] = [];
  if (first === HEADLESS) {
    if (type !== 'ClusterIP') {
      const detail = `may not be set to 'None' for ${type} services`;
      faults.push(invalidValue('spec.clusterIPs[0]', first, detail));
    }
  } else if (first !== '') faults.push(...legacyIpFaults('spec.clusterIPs[0]', first));
  return [...faults, ...familyFaults(spec)];
}

/** @see Source: kubernetes `pkg/registry/core/service/storage/alloc.go`, `initIPFamilyFields`. */
function familyFaults(spec: ServiceSpec): readonly FieldError[] {
  const policy = textOf(spec['ipFamilyPolicy']);
  const families: readonly unknown[] = Array.isArray(spec['ipFamilies']) ? spec['ipFamilies'] : [];
  const faults: FieldError[] = [];
  if (policy !== '' && !FAMILY_POLICIES.includes(policy)) {
    faults.push(unsupportedValue('spec.ipFamilyPolicy', policy, FAMILY_POLICIES));
  } else if (policy === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    faults.push(invalidValue('spec.ipFamilyPolicy', policy, detail));
  }
  for (const [index, family] of families.entries()) {
    const field = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(textOf(family))) {
      faults.push(unsupportedValue(field, family, FAMILIES));
    } else if (families.indexOf(family) < index) faults.push(duplicateValue(field, family));
    else if (family === 'IPv6') {
      faults.push(invalidValue(field, family, 'not configured on this cluster'));
    }
  }
  return faults;
}

/** @see Source: `validation.go`, `validateServiceExternalTrafficPolicy` and its neighbors. */
function policyFaults(spec: ServiceSpec): readonly FieldError[] {
  const external = textOf(spec['externalTrafficPolicy']);
  const internal = textOf(spec['internalTrafficPolicy']);
  const distribution = textOf(spec['trafficDistribution']);
  const faults: FieldError[] = [];
  if (isExternallyAccessible(spec)) {
    if (!POLICIES.includes(external)) {
      faults.push(unsupportedValue('spec.externalTrafficPolicy', external, POLICIES));
    }
  } else if (external !== '') {
    const detail = 'may only be set for externally-accessible services';
    faults.push(invalidValue('spec.externalTrafficPolicy', external, detail));
  }
  if (internal !== '' && !POLICIES.includes(internal)) {
    faults.push(unsupportedValue('spec.internalTrafficPolicy', internal, POLICIES));
  }
  if (distribution !== '' && !DISTRIBUTIONS.includes(distribution)) {
    faults.push(unsupportedValue('spec.trafficDistribution', distribution, DISTRIBUTIONS));
  }
  return faults;
}

/** @see Source: `validation.go`, `validateClientIPAffinityConfig`. */
function affinityFaults(spec: ServiceSpec): readonly FieldError[] {
  if (spec['sessionAffinity'] !== 'ClientIP') return [];
  const seconds = valueAt(spec, ['sessionAffinityConfig', 'clientIP', 'timeoutSeconds']);
  if (typeof seconds !== 'number' || (seconds > 0 && seconds <= MAX_AFFINITY_SECONDS)) return [];
  return [
    invalidValue(
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      seconds,
      `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`,
    ),
  ];
}
