/** A container's environment: literals, references to other variables, and the downward API. */
import type { Container, EnvVar, Pod, StringMap } from '../../core/objects.js';
import { parseQuantity } from '../../core/quantity.js';
import { expandVariables } from './expansion.js';

/** What the downward API can tell beside the pod's own fields. */
interface PodAddresses {
  readonly podIP: string;
  readonly hostIP: string;
}

/** Where a limit that is not set comes from: the node's allocatable, as upstream. */
export interface NodeLimits {
  readonly cpu: string;
  readonly memory: string;
}

/** Key-value objects that variables may refer to, by name; absent: there is no such object. */
export interface ReferencedData {
  readonly configMap?: (namespace: string, name: string) => StringMap | undefined;
  readonly secret?: (namespace: string, name: string) => StringMap | undefined;
}

/** The variables in order of declaration, or why they cannot be made. */
export type Environment =
  | { readonly kind: 'resolved'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'unresolved'; readonly message: string };

/** Everything that {@link containerEnvironment} reads. */
export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly addresses: PodAddresses;
  readonly nodeLimits: NodeLimits;
  readonly referenced: ReferencedData;
}

type Value =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'omitted' }
  | { readonly kind: 'wrong'; readonly message: string };

/**
 * Resolves a container's variables. References see what was declared before them.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`.
 */
export function containerEnvironment(input: EnvironmentInput): Environment {
  const values = new Map<string, string>();
  for (const variable of input.container.env ?? []) {
    const value = variableValue(variable, values, input);
    if (value.kind === 'wrong') return { kind: 'unresolved', message: value.message };
    if (value.kind === 'value') values.set(variable.name, value.text);
  }
  return { kind: 'resolved', values };
}

function variableValue(
  variable: EnvVar,
  before: ReadonlyMap<string, string>,
  input: EnvironmentInput,
): Value {
  if (variable.value !== undefined && variable.value !== '') {
    return { kind: 'value', text: expandVariables(variable.value, before) };
  }
  const from = variable.valueFrom;
  if (from?.fieldRef !== undefined) return fieldValue(from.fieldRef.fieldPath, input);
  if (from?.resourceFieldRef !== undefined) return resourceValue(from.resourceFieldRef, input);
  const namespace = input.pod.metadata.namespace ?? '';
  if (from?.configMapKeyRef !== undefined) {
    const data = input.referenced.configMap?.(namespace, from.configMapKeyRef.name);
    return keyValue(from.configMapKeyRef, data, { kind: 'ConfigMap', namespace });
  }
  if (from?.secretKeyRef !== undefined) {
    const data = input.referenced.secret?.(namespace, from.secretKeyRef.name);
    return keyValue(from.secretKeyRef, data, { kind: 'Secret', namespace });
  }
  return { kind: 'value', text: '' };
}

function keyValue(
  ref: { readonly name: string; readonly key: string; readonly optional?: boolean },
  data: StringMap | undefined,
  source: { readonly kind: 'ConfigMap' | 'Secret'; readonly namespace: string },
): Value {
  const text = data?.[ref.key];
  if (text !== undefined) return { kind: 'value', text };
  if (ref.optional === true) return { kind: 'omitted' };
  const message =
    data === undefined
      ? `${source.kind.toLowerCase()} "${ref.name}" not found`
      : `couldn't find key ${ref.key} in ${source.kind} ${source.namespace}/${ref.name}`;
  return { kind: 'wrong', message };
}

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.+)'\]$/;

function fieldValue(path: string, { pod, addresses }: EnvironmentInput): Value {
  const subscript = SUBSCRIPT.exec(path);
  if (subscript !== null) {
    const map = subscript[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations;
    return { kind: 'value', text: map?.[subscript[2] ?? ''] ?? '' };
  }
  const text = plainFields(pod, addresses)[path];
  return text === undefined
    ? { kind: 'wrong', message: `unsupported fieldPath: ${path}` }
    : { kind: 'value', text };
}

function plainFields(pod: Pod, addresses: PodAddresses): Readonly<Record<string, string>> {
  return {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid ?? '',
    'metadata.labels': printedMap(pod.metadata.labels),
    'metadata.annotations': printedMap(pod.metadata.annotations),
    'spec.nodeName': pod.spec.nodeName ?? '',
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? '',
    'status.hostIP': addresses.hostIP,
    'status.hostIPs': addresses.hostIP,
    'status.podIP': addresses.podIP,
    'status.podIPs': addresses.podIP,
  };
}

/** `key="value"` lines in order of key, as the downward API writes maps. */
function printedMap(map: StringMap | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

const NANO = 1_000_000_000n;

/**
 * Limit or request in units of the divisor, rounded up. A limit that is not set is the node's
 * allocatable, a request that is not set is 0.
 *
 * @see Source: kubernetes `pkg/api/v1/resource/helpers.go`, `ExtractContainerResourceValue`, and
 *   `component-helpers/resource`, `convertResourceCPUToString`.
 */
function resourceValue(
  ref: {
    readonly containerName?: string;
    readonly resource: string;
    readonly divisor?: string;
  },
  { pod, container, nodeLimits }: EnvironmentInput,
): Value {
  const [list, resource] = ref.resource.split('.');
  const isCpu = resource === 'cpu';
  if ((list !== 'limits' && list !== 'requests') || (!isCpu && resource !== 'memory')) {
    return { kind: 'wrong', message: `unsupported container resource : ${ref.resource}` };
  }
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const named =
    ref.containerName === undefined || ref.containerName === ''
      ? container
      : all.find((candidate) => candidate.name === ref.containerName);
  if (named === undefined) {
    return { kind: 'wrong', message: `container ${ref.containerName} not found` };
  }
  const fallback = list === 'limits' ? nodeLimits[isCpu ? 'cpu' : 'memory'] : '0';
  const amount = parseQuantity(named.resources?.[list]?.[resource ?? ''] ?? fallback);
  const divisor = parseQuantity(ref.divisor ?? '1');
  if (amount === undefined) return { kind: 'wrong', message: `no quantity: ${ref.resource}` };
  // A divisor of 0 is the API's way to say it was not set.
  const divisorNano = divisor === undefined || divisor.nano === 0n ? NANO : divisor.nano;
  return { kind: 'value', text: String((amount.nano + divisorNano - 1n) / divisorNano) };
}
