/** The subsets of an Endpoints object, as pure functions. */
import type { Pod, Service } from '../../core/objects.js';
import type { EndpointAddress, EndpointSubset } from '../../core/quota-objects.js';
import { resolvedPort } from './endpoints.js';
import { isDeleting, isReady, isTerminal } from './pod-state.js';

/** Addresses an object holds at most; what is over them is left out. */
const MAX_ADDRESSES = 1_000; // pkg/controller/endpoint/endpoints_controller.go, maxCapacity

/** What a Service's pods come to. */
export interface DesiredSubsets {
  readonly subsets: readonly EndpointSubset[];
  /** More addresses were there than an object holds. */
  readonly isTruncated: boolean;
}

type Port = NonNullable<EndpointSubset['ports']>[number];

/** A port, and who offers it. */
interface OfferedPort {
  /** Undefined: a headless Service without ports. */
  readonly port: Port | undefined;
  readonly addresses: Map<string, { readonly address: EndpointAddress; readonly isReady: boolean }>;
}

/**
 * Addresses of pods that are there and not ending, grouped by the ports they offer. The order of ports and
 * subsets is by name and number; upstream's is that of a hash.
 *
 * @see Source: kubernetes `pkg/controller/endpoint/endpoints_controller.go`, `syncService`, and
 *   `pkg/api/v1/endpoints/util.go`, `RepackSubsets`.
 */
export function desiredSubsets(service: Service, pods: readonly Pod[]): DesiredSubsets {
  const offered = new Map<string, OfferedPort>();
  for (const pod of pods) {
    const address = addressOf(service, pod);
    if (address === undefined) continue;
    const state = {
      address,
      isReady: service.spec.publishNotReadyAddresses === true || isReady(pod),
    };
    for (const port of portsOf(service, pod)) {
      const key = port === undefined ? '' : portKey(port);
      const found = offered.get(key) ?? { port, addresses: new Map() };
      offered.set(key, found);
      found.addresses.set(addressKey(address), state);
    }
  }
  return truncated(repacked(offered));
}

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const ip = pod.status?.podIP ?? '';
  const isLeaving = isDeleting(pod) && service.spec.publishNotReadyAddresses !== true;
  if (ip === '' || isTerminal(pod) || isLeaving) return undefined;
  const { hostname, subdomain, nodeName } = pod.spec;
  const isNamed = typeof hostname === 'string' && hostname !== '';
  const { namespace, name, uid } = pod.metadata;
  return {
    ip,
    ...(isNamed && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: {
      kind: 'Pod',
      ...(namespace === undefined ? {} : { namespace }),
      name,
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

/** A port that no container has is left out; a headless Service may have none. */
function portsOf(service: Service, pod: Pod): readonly (Port | undefined)[] {
  const ports = service.spec.ports ?? [];
  if (ports.length === 0) return service.spec.clusterIP === 'None' ? [undefined] : [];
  return ports.flatMap((servicePort) => {
    const port = resolvedPort(servicePort, pod);
    if (port === undefined) return [];
    const { name, protocol = 'TCP', appProtocol } = servicePort;
    return [
      {
        ...(name === undefined ? {} : { name }),
        port,
        protocol,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      },
    ];
  });
}

function portKey({ name = '', port, protocol = '', appProtocol = '' }: Port): string {
  return [name, String(port).padStart(5, '0'), protocol, appProtocol].join('/');
}

function addressKey({ ip, targetRef }: EndpointAddress): string {
  return `${ip}/${targetRef?.uid ?? ''}`;
}

/** Ports that the same addresses offer go together. */
function repacked(offered: ReadonlyMap<string, OfferedPort>): readonly EndpointSubset[] {
  const groups = new Map<string, { ports: Port[]; addresses: OfferedPort['addresses'] }>();
  for (const [, { port, addresses }] of [...offered].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = [...addresses.keys()].sort().join(' ');
    const group = groups.get(key) ?? { ports: [], addresses };
    groups.set(key, group);
    if (port !== undefined) group.ports.push(port);
  }
  return [...groups.values()].map(({ ports, addresses }) => {
    const states = [...addresses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
    const ready = states.filter((state) => state.isReady).map(({ address }) => address);
    const notReady = states.filter((state) => !state.isReady).map(({ address }) => address);
    return subsetOf(ready, notReady, ports);
  });
}

/** Lists that are empty are absent. */
function subsetOf(
  addresses: readonly EndpointAddress[],
  notReadyAddresses: readonly EndpointAddress[],
  ports: readonly Port[],
): EndpointSubset {
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

/**
 * Ready addresses come before others; each subset keeps its share.
 *
 * @see Source: `endpoints_controller.go`, `truncateEndpoints`.
 */
function truncated(subsets: readonly EndpointSubset[]): DesiredSubsets {
  const count = (list: 'addresses' | 'notReadyAddresses'): number =>
    subsets.reduce((sum, subset) => sum + (subset[list]?.length ?? 0), 0);
  const ready = count('addresses');
  const notReady = count('notReadyAddresses');
  if (ready + notReady <= MAX_ADDRESSES) return { subsets, isTruncated: false };
  const cutsReady = ready > MAX_ADDRESSES;
  const list = cutsReady ? 'addresses' : 'notReadyAddresses';
  const room = cutsReady ? MAX_ADDRESSES : MAX_ADDRESSES - ready;
  let left = room;
  const kept = subsets.map((subset) => {
    const present = subset[list] ?? [];
    const share = Math.ceil((present.length / (cutsReady ? ready : notReady)) * room);
    const some = present.slice(0, Math.min(share, left));
    left -= some.length;
    const { addresses = [], ports = [] } = subset;
    return cutsReady ? subsetOf(some, [], ports) : subsetOf(addresses, some, ports);
  });
  return { subsets: kept, isTruncated: true };
}
