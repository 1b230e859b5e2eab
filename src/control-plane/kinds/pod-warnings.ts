/** What upstream warns of in pods and templates, without refusing it. */
import type { ObjectMeta, PodSpec, StringMap } from '../../core/objects.js';
import { labelFaults, labelValueFaults } from '../api-machinery/names.js';
import { isJsonObject, jsonObjects, textOf, valueAt } from '../schema/json.js';
import { containerWarnings, fractionWarnings } from './container-warnings.js';
import { legacyIpWarnings } from './legacy-ip.js';
import { podAnnotationWarnings } from './pod-annotations.js';

const DEPRECATED_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/**
 * Warning about a name that pods take over into host names; undefined when it is a DNS label.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/validation/validation.go`, `IsDNS1123Label`, with
 *   `pkg/registry/core/pod/strategy.go` and `pkg/registry/apps/deployment/strategy.go`.
 */
export function hostnameWarnings({ name }: ObjectMeta, use: string): readonly string[] {
  const faults = name.includes('.') ? ['must not contain dots'] : labelFaults(name);
  if (faults.length === 0) return [];
  return [
    `metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`,
  ];
}

/** A pod or a template, as warnings look at it. */
interface PodLike {
  readonly metadata?: Pick<ObjectMeta, 'annotations'>;
  readonly spec: PodSpec;
}

/**
 * Warnings about a pod or a template, in upstream's order.
 *
 * @param prefix - where the pod is: '' or `spec.template.`.
 * @see Source: kubernetes `pkg/api/pod/warnings.go`, `warningsForPodSpecAndMeta`.
 */
export function podWarnings(prefix: string, { metadata, spec }: PodLike): readonly string[] {
  const field = `${prefix}spec`;
  return [
    ...labelWarnings(field, spec),
    ...spreadWarnings(field, spec),
    ...oldAnnotationWarnings(`${prefix}metadata`, metadata?.annotations),
    ...volumeWarnings(field, spec),
    ...repetitionWarnings(field, spec),
    ...fractionWarnings(`${field}.overhead`, textsOf(spec['overhead'])),
    ...podAnnotationWarnings(`${prefix}metadata`, metadata?.annotations, spec),
    ...containerWarnings(field, spec),
    ...affinityWarnings(field, spec),
    ...addressWarnings(field, spec),
  ];
}

function labelWarnings(field: string, spec: PodSpec): readonly string[] {
  const affinity = `${field}.affinity.nodeAffinity`;
  const required = valueAt(spec.affinity, [
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  ]);
  const preferred = valueAt(spec.affinity, [
    'nodeAffinity',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ]);
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((label) => {
      const text = DEPRECATED_NODE_LABELS[label];
      return text === undefined ? [] : [`${field}.nodeSelector[${label}]: ${text}`];
    }),
    ...jsonObjects(required).flatMap((term, index) =>
      termWarnings(
        `${affinity}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`,
        term,
        false,
      ),
    ),
    ...jsonObjects(preferred).flatMap((term, index) =>
      termWarnings(
        `${affinity}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`,
        term['preference'],
        true,
      ),
    ),
  ];
}

/** @see Source: kubernetes `pkg/api/node/util.go`, `GetWarningsForNodeSelectorTerm`. */
function termWarnings(field: string, term: unknown, withValues: boolean): readonly string[] {
  const warnings: string[] = [];
  for (const [index, { key, values }] of jsonObjects(
    valueAt(term, ['matchExpressions']),
  ).entries()) {
    const path = `${field}.matchExpressions[${index}]`;
    const text = DEPRECATED_NODE_LABELS[textOf(key)];
    if (text !== undefined) warnings.push(`${path}.key: ${textOf(key)} is ${text}`);
    if (!withValues || !Array.isArray(values)) continue;
    for (const [position, value] of values.map((one: unknown) => textOf(one)).entries()) {
      for (const fault of labelValueFaults(value)) {
        warnings.push(`${path}.values[${position}]: ${value} is invalid, ${fault}`);
      }
    }
  }
  return warnings;
}

const NO_POD = 'a null labelSelector results in matching no pod';

function spreadWarnings(field: string, spec: PodSpec): readonly string[] {
  const warnings: string[] = [];
  for (const [index, constraint] of (spec.topologySpreadConstraints ?? []).entries()) {
    const { topologyKey, labelSelector } = constraint;
    const path = `${field}.topologySpreadConstraints[${index}]`;
    const text = DEPRECATED_NODE_LABELS[topologyKey];
    if (text !== undefined) warnings.push(`${path}.topologyKey: ${topologyKey} is ${text}`);
    if (labelSelector === undefined) warnings.push(`${path}.labelSelector: ${NO_POD}`);
  }
  return warnings;
}

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod':
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls':
    'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls':
    'non-functional in v1.11+; use the "sysctls" field instead',
};

function oldAnnotationWarnings(field: string, annotations: StringMap = {}): readonly string[] {
  return Object.entries(OLD_ANNOTATIONS).flatMap(([key, text]) =>
    annotations[key] === undefined ? [] : [`${field}.annotations[${key}]: ${text}`],
  );
}

const OLD_VOLUMES: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

function volumeWarnings(field: string, spec: PodSpec): readonly string[] {
  return jsonObjects(spec['volumes']).flatMap((volume, index) =>
    Object.entries(OLD_VOLUMES).flatMap(([plugin, text]) => {
      // one of them is spelled otherwise where upstream names it
      const name = plugin === 'storageos' ? 'storageOS' : plugin;
      return volume[plugin] === undefined ? [] : [`${field}.volumes[${index}].${name}: ${text}`];
    }),
  );
}

function repetitionWarnings(field: string, spec: PodSpec): readonly string[] {
  const secrets = jsonObjects(spec['imagePullSecrets']).map(({ name }) => textOf(name));
  const aliases = jsonObjects(spec['hostAliases']).map(({ ip }) => textOf(ip));
  const repeated = (texts: readonly string[], list: string, key: string): readonly string[] =>
    texts.flatMap((text, index) =>
      texts.indexOf(text) < index
        ? [`${field}.${list}[${index}].${key}: duplicate ${key} ${JSON.stringify(text)}`]
        : [],
    );
  return [
    ...repeated(aliases, 'hostAliases', 'ip'),
    ...repeated(secrets, 'imagePullSecrets', 'name'),
    ...secrets.flatMap((name, index) =>
      name === '' ? [`${field}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
  ];
}

function affinityWarnings(field: string, spec: PodSpec): readonly string[] {
  const warningsOf = (kind: string, list: string, path: readonly string[]): readonly string[] =>
    selectorWarnings(
      `${field}.affinity.${kind}.${list}`,
      valueAt(spec.affinity, [kind, list]),
      path,
    );
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  const ofTerm = ['podAffinityTerm', 'labelSelector'];
  return [
    ...warningsOf('podAffinity', required, ['labelSelector']),
    ...warningsOf('podAffinity', preferred, ofTerm),
    ...warningsOf('podAntiAffinity', required, ['labelSelector']),
    ...warningsOf('podAntiAffinity', preferred, ofTerm),
  ];
}

function selectorWarnings(
  field: string,
  terms: unknown,
  path: readonly string[],
): readonly string[] {
  return jsonObjects(terms).flatMap((term, index) =>
    valueAt(term, path) === undefined ? [`${field}[${index}].${path.join('.')}: ${NO_POD}`] : [],
  );
}

function addressWarnings(field: string, spec: PodSpec): readonly string[] {
  const servers = valueAt(spec['dnsConfig'], ['nameservers']);
  return [
    ...(Array.isArray(servers) ? servers : []).flatMap((server: unknown, index) =>
      legacyIpWarnings(`${field}.dnsConfig.nameservers[${index}]`, textOf(server)),
    ),
    ...jsonObjects(spec['hostAliases']).flatMap(({ ip }, index) =>
      legacyIpWarnings(`${field}.hostAliases[${index}].ip`, textOf(ip)),
    ),
  ];
}

function textsOf(value: unknown): StringMap {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, textOf(text)]));
}
