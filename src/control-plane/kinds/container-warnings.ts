/** What upstream warns of in the containers of a pod. */
import type { Container, ContainerPort, PodSpec } from '../../core/objects.js';
import { parseQuantity } from '../../core/quantity.js';

const NANO = 1_000_000_000n;

/** A container and the path to it. */
interface PlacedContainer {
  readonly field: string;
  readonly container: Container;
}

/** A port and the path to it. */
interface PlacedPort {
  readonly field: string;
  readonly port: ContainerPort;
}

/**
 * Warnings about the containers of a pod spec, in upstream's order.
 *
 * @param field - of the pod spec: `spec`, `spec.template.spec`.
 * @see Source: kubernetes `pkg/api/pod/warnings.go`, `warningsForPodSpecAndMeta`.
 */
export function containerWarnings(field: string, spec: PodSpec): readonly string[] {
  const placed = placedContainers(field, spec);
  const ports = placed.flatMap(({ field: path, container }) =>
    (container.ports ?? []).map((port, index) => ({ field: `${path}.ports[${index}]`, port })),
  );
  return [
    ...placed.flatMap((one) => ownWarnings(one)),
    ...portWarnings(ports),
    ...portNameWarnings(ports),
  ];
}

function ownWarnings({ field, container }: PlacedContainer): readonly string[] {
  return [
    ...fractionWarnings(`${field}.resources.limits`, container.resources?.limits),
    ...fractionWarnings(`${field}.resources.requests`, container.resources?.requests),
    ...envWarnings(field, container),
  ];
}

/** Every container of a pod spec, those that start first first. */
function placedContainers(field: string, spec: PodSpec): readonly PlacedContainer[] {
  return [
    ...(spec.initContainers ?? []).map((container, index) => ({
      field: `${field}.initContainers[${index}]`,
      container,
    })),
    ...(spec.containers ?? []).map((container, index) => ({
      field: `${field}.containers[${index}]`,
      container,
    })),
  ];
}

/** Warnings about parts of a byte. */
export function fractionWarnings(
  field: string,
  amounts: Readonly<Record<string, string>> | undefined,
): readonly string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) => {
    const amount = amounts?.[name];
    const quantity = amount === undefined ? undefined : parseQuantity(amount);
    if (quantity === undefined || quantity.nano % NANO === 0n) return [];
    return [
      `${field}[${name}]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`,
    ];
  });
}

/** A second value of a name is fine where it builds on the first. */
function envWarnings(field: string, { env = [] }: Container): readonly string[] {
  const seen = new Set<string>();
  return env.flatMap(({ name, value = '', valueFrom }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const reference = `$(${name})`;
    const isBuiltOn = valueFrom === undefined && value !== reference && value.includes(reference);
    if (isBuiltOn) return [];
    return [
      `${field}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
    ];
  });
}

function portWarnings(ports: readonly PlacedPort[]): readonly string[] {
  const seen = new Map<string, PlacedPort[]>();
  const warnings: string[] = [];
  for (const placed of ports) {
    const { field, port } = placed;
    if ((port.hostIP ?? '') !== '' && (port.hostPort ?? 0) === 0) {
      warnings.push(`${field}: hostIP set without hostPort: ${goPort(port)}`);
    }
    const key = `${port.containerPort}/${port.protocol ?? ''}`;
    const others = seen.get(key) ?? [];
    for (const other of others) {
      const relation = portRelation(port, other.port);
      if (relation !== undefined) {
        warnings.push(`${field}: ${relation} port definition with ${other.field}`);
      }
    }
    seen.set(key, [...others, placed]);
  }
  return warnings;
}

/** How two ports of the same number and protocol get into each other's way; undefined: they do not. */
function portRelation(a: ContainerPort, b: ContainerPort): string | undefined {
  const [firstIp, secondIp] = [a.hostIP ?? '', b.hostIP ?? ''];
  const [first, second] = [a.hostPort ?? 0, b.hostPort ?? 0];
  if (firstIp === secondIp && first === second) return 'duplicate';
  if (first === 0 || second === 0) return 'overlapping';
  const isAmbiguous = first === second && (firstIp === '') !== (secondIp === '');
  return isAmbiguous ? 'dangerously ambiguous' : undefined;
}

/** As Go prints the struct. */
function goPort({
  name = '',
  hostPort = 0,
  containerPort,
  protocol = '',
  hostIP = '',
}: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}

function portNameWarnings(ports: readonly PlacedPort[]): readonly string[] {
  const seen = new Map<string, string>();
  return ports.flatMap(({ field, port: { name = '' } }) => {
    if (name === '') return [];
    const first = seen.get(name);
    if (first !== undefined) {
      return [
        `${field}: duplicate port name ${JSON.stringify(name)} with ${first}, services and probes that select ports by name will use ${first}`,
      ];
    }
    seen.set(name, field);
    return [];
  });
}
