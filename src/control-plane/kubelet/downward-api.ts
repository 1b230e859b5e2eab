/** The downward API: what a pod can learn of itself, as environment or as files. */
import type { Container, Pod, StringMap } from '../../core/objects.js';
import { parseQuantity } from '../../core/quantity.js';

/** Where a pod and its node are reached. */
export interface PodAddresses {
  readonly podIP: string;
  readonly hostIP: string;
}

/** Where a limit that is not set comes from: the node's allocatable, as upstream. */
export interface NodeLimits {
  readonly cpu: string;
  readonly memory: string;
}

/** The text, or why there is none. */
export type DownwardValue =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'wrong'; readonly message: string };

/** Whose limits and requests are meant. */
export interface ResourceSubject {
  readonly pod: Pod;
  /** The container itself, where a reference names none; absent in files, which always name one. */
  readonly container?: Container;
  readonly nodeLimits: NodeLimits;
}

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/**
 * A field of the pod as text.
 *
 * @param addresses - absent in files, which cannot name them.
 * @see Source: kubernetes `pkg/fieldpath/fieldpath.go`, `ExtractFieldPathAsString`.
 */
export function fieldValue(
  path: string,
  { pod, addresses }: { readonly pod: Pod; readonly addresses?: PodAddresses },
): DownwardValue {
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

function plainFields(
  pod: Pod,
  addresses: PodAddresses | undefined,
): Readonly<Record<string, string | undefined>> {
  return {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid ?? '',
    'metadata.labels': printedMap(pod.metadata.labels),
    'metadata.annotations': printedMap(pod.metadata.annotations),
    'spec.nodeName': pod.spec.nodeName ?? '',
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? '',
    'status.hostIP': addresses?.hostIP,
    'status.hostIPs': addresses?.hostIP,
    'status.podIP': addresses?.podIP,
    'status.podIPs': addresses?.podIP,
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
export function resourceValue(
  ref: {
    readonly containerName?: string;
    readonly resource: string;
    readonly divisor?: string;
  },
  { pod, container, nodeLimits }: ResourceSubject,
): DownwardValue {
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
