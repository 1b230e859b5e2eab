/** Which endpoints a Service has and on which ports, as pure functions. */
import type {
  Container,
  Endpoint,
  EndpointSlice,
  Pod,
  Service,
  ServicePort,
} from '../../core/objects.js';
import { isDeleting, isReady, isTerminal } from './pod-state.js';

/** Ports of a slice. */
export type SlicePorts = NonNullable<EndpointSlice['ports']>;

/** Endpoints that share the same ports. */
export interface EndpointGroup {
  readonly ports: SlicePorts;
  readonly endpoints: readonly Endpoint[];
}

/** The zone of a node by name; undefined: the node is not there. */
export type FindNode = (name: string) => { readonly zone: string | undefined } | undefined;

/** What a Service's pods come to. */
export interface DesiredEndpoints {
  readonly groups: readonly EndpointGroup[];
  /** Why pods had to be left out for now. */
  readonly faults: readonly string[];
}

/** One pod as a Service sees it. */
interface ResolvedPod {
  readonly service: Service;
  readonly zone: string | undefined;
  readonly ports: SlicePorts;
  readonly portsKey: string;
  readonly endpoint: Endpoint;
}

/** What pods were last resolved to. Objects are never changed in place, so the same pod is the same. */
export type ResolvedPods = WeakMap<Pod, ResolvedPod>;

/**
 * Endpoints of a Service, grouped by how its ports resolve in each pod. A pod has one from when it has an
 * address until it ended.
 *
 * @param cluster - `resolved`: kept from call to call, a pod that did not change gives the same endpoint.
 * @see Source: kubernetes `endpointslice/reconciler.go`, `reconcileByAddressType`.
 */
export function desiredEndpoints(
  service: Service,
  pods: readonly Pod[],
  cluster: { readonly findNode: FindNode; readonly resolved: ResolvedPods },
): DesiredEndpoints {
  const groups = new Map<string, { ports: SlicePorts; endpoints: Endpoint[] }>();
  const faults: string[] = [];
  for (const pod of pods) {
    if ((pod.status?.podIP ?? '') === '' || isTerminal(pod)) continue;
    const nodeName = pod.spec.nodeName ?? '';
    const node = nodeName === '' ? undefined : cluster.findNode(nodeName);
    const isLost = nodeName !== '' && node === undefined;
    if (isLost && service.spec.publishNotReadyAddresses !== true) {
      faults.push(lostNode(service, pod));
      continue;
    }
    const known = cluster.resolved.get(pod);
    const isKnown = known?.service === service && known.zone === node?.zone;
    const resolved = isKnown ? known : resolvePod(service, pod, node?.zone);
    if (!isKnown) cluster.resolved.set(pod, resolved);
    const group = groups.get(resolved.portsKey) ?? { ports: resolved.ports, endpoints: [] };
    groups.set(resolved.portsKey, group);
    group.endpoints.push(resolved.endpoint);
  }
  return { groups: [...groups.values()], faults };
}

function resolvePod(service: Service, pod: Pod, zone: string | undefined): ResolvedPod {
  const ports = endpointPorts(service, pod);
  const address = pod.status?.podIP ?? '';
  return {
    service,
    zone,
    ports,
    portsKey: portsKey(ports),
    endpoint: endpoint(service, pod, { address, zone }),
  };
}

/** Equal ports in any order have equal keys. */
export function portsKey(ports: EndpointSlice['ports']): string {
  return (ports ?? [])
    .map(({ name = '', port, protocol, appProtocol = '' }) =>
      [name, port, protocol, appProtocol].join('/'),
    )
    .sort()
    .join(',');
}

/** What tells an endpoint from others, whatever its state: its pod, or an address alone. */
export function endpointId({ addresses, targetRef }: Endpoint): string {
  return targetRef?.uid ?? addresses.join(',');
}

/**
 * Ready is what proxies go by: serving and not terminating, or always when the Service publishes pods
 * that are not ready.
 *
 * @see Source: `endpointslice/utils.go`, `podToEndpoint`.
 */
function endpoint(
  service: Service,
  pod: Pod,
  { address, zone }: { readonly address: string; readonly zone: string | undefined },
): Endpoint {
  const serving = isReady(pod);
  const terminating = isDeleting(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { hostname, subdomain } = pod.spec;
  const isNamed = typeof hostname === 'string' && hostname !== '';
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(isNamed && subdomain === service.metadata.name ? { hostname } : {}),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === undefined ? {} : { zone }),
    targetRef: {
      kind: 'Pod',
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

/** A named port that no container has is left out. @see Source: `utils.go`, `getEndpointPorts`. */
function endpointPorts(service: Service, pod: Pod): SlicePorts {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = resolvedPort(servicePort, pod);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

/**
 * The number of a Service's port in a pod; undefined when no container has it.
 *
 * @see Source: kubernetes `pkg/api/v1/pod/util.go`, `FindPort`.
 */
export function resolvedPort(
  { targetPort, port, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  if (targetPort === undefined) return port;
  return portContainers(pod)
    .flatMap(({ ports }) => ports ?? [])
    .find(
      (candidate) => candidate.name === targetPort && (candidate.protocol ?? 'TCP') === protocol,
    )?.containerPort;
}

function portContainers({ spec }: Pod): readonly Container[] {
  const sidecars = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  );
  return [...spec.containers, ...sidecars];
}

function lostNode({ metadata }: Service, pod: Pod): string {
  return `skipping Pod ${pod.metadata.name} for Service ${metadata.namespace ?? ''}/${metadata.name}: Node ${pod.spec.nodeName ?? ''} Not Found`;
}
