/** Faults of what a pod says about its network: host ports, DNS, aliases. */
import type { Container, PodSpec } from '../../core/objects.js';
import { labelFaults, subdomainFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { duplicateValue, invalidValue, requiredValue } from '../field-error.js';
import { isJsonObject, jsonObjects, textOf } from '../schema/json.js';
import { legacyIpFaults } from './legacy-ip.js';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LENGTH = 2_048;

/** @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidatePodSpec`. */
export function networkFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const subdomain = textOf(spec['subdomain']);
  return [
    ...hostPortConflicts(`${field}.containers`, spec.containers ?? []),
    ...(spec.initContainers ?? []).flatMap((container) =>
      // upstream looks at each alone, and names the first place of the list for all of them
      hostPortConflicts(`${field}.initContainers`, [container]),
    ),
    ...hostNetworkFaults(`${field}.containers`, spec),
    ...dnsFaults(`${field}.dnsConfig`, spec),
    ...aliasFaults(`${field}.hostAliases`, spec),
    ...(subdomain === ''
      ? []
      : labelFaults(subdomain).map((fault) =>
          invalidValue(`${field}.subdomain`, subdomain, fault),
        )),
  ];
}

/** @see Source: `validation.go`, `AccumulateUniqueHostPorts`. */
function hostPortConflicts(field: string, containers: readonly Container[]): readonly FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort, protocol, hostIP = '' }, place) => {
      if (hostPort === undefined || hostPort === 0) return [];
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key))
        return [duplicateValue(`${field}[${index}].ports[${place}].hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}

/** @see Source: `validation.go`, `validatePodHostNetworkDeps`. */
function hostNetworkFaults(field: string, spec: PodSpec): readonly FieldError[] {
  if (spec['hostNetwork'] !== true) return [];
  return (spec.containers ?? []).flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ containerPort, hostPort }, place) =>
      hostPort === undefined || hostPort === 0 || hostPort === containerPort
        ? []
        : [
            invalidValue(
              `${field}[${index}].ports[${place}].hostPort`,
              hostPort,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ],
    ),
  );
}

/** @see Source: `validation.go`, `validatePodDNSConfig`. */
function dnsFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const config = spec['dnsConfig'];
  const nameservers = textsOf(config, 'nameservers');
  if (spec['dnsPolicy'] === 'None') {
    if (!isJsonObject(config)) {
      return [requiredValue(field, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    }
    if (nameservers.length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [requiredValue(`${field}.nameservers`, detail)];
    }
  }
  if (!isJsonObject(config)) return [];
  const faults: FieldError[] = [];
  if (nameservers.length > MAX_NAMESERVERS) {
    const detail = `must not have more than ${MAX_NAMESERVERS} nameservers`;
    faults.push(invalidValue(`${field}.nameservers`, nameservers, detail));
  }
  for (const [index, address] of nameservers.entries()) {
    faults.push(...legacyIpFaults(`${field}.nameservers[${index}]`, address));
  }
  return [
    ...faults,
    ...searchFaults(`${field}.searches`, textsOf(config, 'searches')),
    ...jsonObjects(config['options']).flatMap((option, index) =>
      textOf(option['name']) === ''
        ? [requiredValue(`${field}.options[${index}]`, 'must not be empty')]
        : [],
    ),
  ];
}

function searchFaults(field: string, searches: readonly string[]): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (searches.length > MAX_SEARCHES) {
    const detail = `must not have more than ${MAX_SEARCHES} search paths`;
    faults.push(invalidValue(field, searches, detail));
  }
  if (searches.join(' ').length > MAX_SEARCH_LENGTH) {
    const detail = `must not have more than ${MAX_SEARCH_LENGTH} characters (including spaces) in the search list`;
    faults.push(invalidValue(field, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const domain = search.replace(/\.$/, '');
    faults.push(
      ...domainFaults(domain).map((fault) => invalidValue(`${field}[${index}]`, domain, fault)),
    );
  }
  return faults;
}

const DOMAIN = /^[a-z0-9_]([-_a-z0-9]*[a-z0-9])?(\.[a-z0-9_]([-_a-z0-9]*[a-z0-9])?)*$/;
const DOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";

/** A domain in which underscores are fine. */
function domainFaults(domain: string): readonly string[] {
  return DOMAIN.test(domain) ? [] : [DOMAIN_RULE];
}

/** @see Source: `validation.go`, `ValidateHostAliases`. */
function aliasFaults(field: string, spec: PodSpec): readonly FieldError[] {
  return jsonObjects(spec['hostAliases']).flatMap((alias, index) => {
    const path = `${field}[${index}]`;
    const names = textsOf(alias, 'hostnames').flatMap((name, place) =>
      subdomainFaults(name).map((fault) =>
        invalidValue(`${path}.hostnames[${place}]`, name, fault),
      ),
    );
    return legacyIpFaults(`${path}.ip`, textOf(alias['ip'])).concat(names);
  });
}

function textsOf(value: unknown, field: string): readonly string[] {
  const list = isJsonObject(value) ? value[field] : undefined;
  return Array.isArray(list) ? list.map((entry: unknown) => textOf(entry)) : [];
}
