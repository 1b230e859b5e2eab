/** What upstream warns of in pods and templates, without refusing it. */
import { parseQuantity } from '../../core/quantity.js';
import type { Container, ObjectMeta, PodSpec } from '../../core/objects.js';
import { labelFaults } from '../api-machinery/names.js';
import { jsonObjects, textOf } from '../schema/json.js';

const NANO = 1_000_000_000n;

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

/**
 * Warnings about a pod spec.
 *
 * @see Source: kubernetes `pkg/api/pod/warnings.go`.
 */
export function podSpecWarnings(field: string, spec: PodSpec): readonly string[] {
  const nodeLabels = Object.keys(spec.nodeSelector ?? {}).flatMap((label) => {
    const text = DEPRECATED_NODE_LABELS[label];
    return text === undefined ? [] : [`${field}.nodeSelector[${label}]: ${text}`];
  });
  const secrets = jsonObjects(spec['imagePullSecrets']).flatMap((secret, index) =>
    textOf(secret['name']) === ''
      ? [`${field}.imagePullSecrets[${index}].name: invalid empty name ""`]
      : [],
  );
  const containers = spec.containers.flatMap((container, index) =>
    containerWarnings(`${field}.containers[${index}]`, container),
  );
  return [...nodeLabels, ...secrets, ...containers];
}

function containerWarnings(field: string, container: Container): readonly string[] {
  return [
    ...portWarnings(field, container),
    ...envWarnings(field, container),
    ...memoryWarnings(field, container),
  ];
}

function portWarnings(field: string, { ports = [] }: Container): readonly string[] {
  const seen = new Map<string, number>();
  return ports.flatMap(({ containerPort, protocol, hostPort }, index) => {
    const key = `${containerPort}/${protocol ?? ''}/${hostPort ?? ''}`;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, index);
      return [];
    }
    return [`${field}.ports[${index}]: duplicate port definition with ${field}.ports[${first}]`];
  });
}

function envWarnings(field: string, { env = [] }: Container): readonly string[] {
  const seen = new Set<string>();
  return env.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      `${field}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
    ];
  });
}

function memoryWarnings(field: string, { resources = {} }: Container): readonly string[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const memory = resources[list]?.['memory'];
    const quantity = memory === undefined ? undefined : parseQuantity(memory);
    if (quantity === undefined || quantity.nano % NANO === 0n) return [];
    return [
      `${field}.resources.${list}[memory]: fractional byte value ${JSON.stringify(memory)} is invalid, must be an integer`,
    ];
  });
}
