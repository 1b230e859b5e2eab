/** Which real addresses stand behind each Service, for the proxy. */
import type { EndpointSlice, Pod, Service } from '../core/objects.js';
import type { KubeApi } from './api.js';
import { SERVICE_NAME_LABEL } from './controllers/endpoint-slice.js';
import { realPort } from './mapped-ports.js';
import { ENDPOINT_SLICES, PODS, SERVICES } from './resources.js';

/** One port of a Service with the pods that a new connection may go to. */
export interface RoutedPort {
  readonly port: number;
  /** The port at every node's own address; undefined: none. */
  readonly nodePort: number | undefined;
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

/** A Service as the proxy sees it. */
export interface ServiceRoute {
  /** `namespace/name`. */
  readonly key: string;
  /** Its cluster IP; 'None' and absent ones have no route. */
  readonly clusterIP: string;
  readonly ports: readonly RoutedPort[];
}

/** Every Service with a cluster IP, with its ready endpoints. */
export function serviceRoutes(api: KubeApi): readonly ServiceRoute[] {
  const slices = slicesByService(api.list(ENDPOINT_SLICES).items);
  return api.list(SERVICES).items.flatMap((service) => {
    const { clusterIP } = service.spec;
    if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None') return [];
    const key = keyOf(service.metadata.namespace, service.metadata.name);
    return [{ key, clusterIP, ports: routedPorts(api, service, slices.get(key) ?? []) }];
  });
}

function slicesByService(
  slices: readonly EndpointSlice[],
): ReadonlyMap<string, readonly EndpointSlice[]> {
  const byService = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
    if (name === undefined) continue;
    const key = keyOf(slice.metadata.namespace, name);
    byService.set(key, [...(byService.get(key) ?? []), slice]);
  }
  return byService;
}

/** A slice's port belongs to the Service port of the same name, as kube-proxy has it. */
function routedPorts(
  api: KubeApi,
  service: Service,
  slices: readonly EndpointSlice[],
): readonly RoutedPort[] {
  return (service.spec.ports ?? []).map(({ name = '', port, nodePort }) => ({
    port,
    nodePort,
    endpoints: slices.flatMap((slice) => {
      const target = slice.ports?.find((candidate) => (candidate.name ?? '') === name)?.port;
      return target === undefined ? [] : readyEndpoints(api, slice, target);
    }),
  }));
}

function readyEndpoints(
  api: KubeApi,
  slice: EndpointSlice,
  containerPort: number,
): RoutedPort['endpoints'] {
  return (slice.endpoints ?? [])
    .filter(({ conditions }) => conditions.ready !== false)
    .flatMap(({ addresses, targetRef }) => {
      const address = addresses[0];
      if (address === undefined) return [];
      const pod = podOf(api, slice, targetRef?.name);
      const port = pod === undefined ? containerPort : realPort(pod, containerPort);
      return [{ address, port }];
    });
}

function podOf(api: KubeApi, slice: EndpointSlice, name: string | undefined): Pod | undefined {
  if (name === undefined) return undefined;
  return api.get(PODS, { namespace: slice.metadata.namespace ?? '', name });
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}
