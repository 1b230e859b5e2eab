/** What clients are warned of in Services that are accepted. */
import type { Service } from '../../core/objects.js';
import { textOf } from '../schema/json.js';
import { legacyIpWarnings } from './legacy-ip.js';

const OLD_TOPOLOGY_ANNOTATION = 'service.kubernetes.io/topology-aware-hints';

/** @see Source: kubernetes `pkg/api/service/warnings.go`, `GetWarningsForService`. */
export function serviceWarnings({ metadata, spec }: Service): readonly string[] {
  const isExternal = spec.type === 'ExternalName';
  const isHeadless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  const externalIps = textsOf(spec['externalIPs']);
  const loadBalancerIp = textOf(spec['loadBalancerIP']);
  const warnings: string[] = [];
  if (metadata.annotations?.[OLD_TOPOLOGY_ANNOTATION] !== undefined) {
    warnings.push(
      `annotation ${OLD_TOPOLOGY_ANNOTATION} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  }
  if (spec.clusterIP !== undefined && !isHeadless) {
    warnings.push(...ipWarnings('spec.clusterIPs', spec.clusterIPs ?? []));
  }
  if (isHeadless) {
    const ignored = 'is ignored for headless services';
    if (loadBalancerIp !== '') warnings.push(`spec.loadBalancerIP ${ignored}`);
    if (externalIps.length > 0) warnings.push(`spec.externalIPs ${ignored}`);
    if (spec['sessionAffinity'] !== 'None') warnings.push(`spec.SessionAffinity ${ignored}`);
  }
  warnings.push(...ipWarnings('spec.externalIPs', externalIps));
  if (externalIps.length > 0 && !isHeadless && !isExternal) {
    warnings.push(
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    );
  }
  if (loadBalancerIp !== '') {
    warnings.push(...legacyIpWarnings('spec.loadBalancerIP', loadBalancerIp));
  }
  if (isExternal && externalIps.length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (!isExternal && textOf(spec['externalName']) !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec['trafficDistribution'] === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}

function ipWarnings(field: string, addresses: readonly string[]): readonly string[] {
  return addresses.flatMap((address, index) => legacyIpWarnings(`${field}[${index}]`, address));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((item) => textOf(item)) : [];
}
