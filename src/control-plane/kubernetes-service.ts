/** The Service `kubernetes` in `default`, behind which the API itself is. */
import type { EndpointSlice, Service } from '../core/objects.js';
import type { Endpoints } from '../core/quota-objects.js';
import type { KubeApi } from './api.js';
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from './resources.js';

/** Its namespace and name. */
export const KUBERNETES_SERVICE = { namespace: 'default', name: 'kubernetes' };

/** Where the API listens. */
export interface ApiAddress {
  readonly address: string;
  readonly port: number;
}

const PORT_NAME = 'https';

/**
 * Makes what is missing of the Service and its endpoints, and puts right where they lead.
 *
 * @param api - in the name of the API server.
 * @param clusterIP - of a Service that is made anew; absent: any that is free.
 * @returns the Service's address.
 * @see Source: kubernetes `pkg/controlplane/controller/kubernetesservice/controller.go`,
 *   `UpdateKubernetesService`; `pkg/controlplane/reconcilers/endpointsadapter.go`.
 */
export function ensureKubernetesService(
  api: KubeApi,
  at: ApiAddress,
  clusterIP?: string,
): string | undefined {
  const service =
    api.get(SERVICES, KUBERNETES_SERVICE) ?? api.create(SERVICES, serviceTo(at, clusterIP));
  const endpoints = endpointsAt(at);
  const stored = api.get(ENDPOINTS, KUBERNETES_SERVICE);
  if (stored === undefined) api.create(ENDPOINTS, endpoints);
  else if (!isSame(stored.subsets, endpoints.subsets)) {
    api.update(ENDPOINTS, { ...stored, ...pick(endpoints) });
  }
  const slice = sliceAt(at);
  const storedSlice = api.get(ENDPOINT_SLICES, KUBERNETES_SERVICE);
  if (storedSlice === undefined) api.create(ENDPOINT_SLICES, slice);
  else if (!isSame(storedSlice.endpoints, slice.endpoints)) {
    api.update(ENDPOINT_SLICES, { ...storedSlice, endpoints: slice.endpoints });
  }
  return service.spec.clusterIP;
}

function pick({ subsets = [] }: Endpoints): Pick<Endpoints, 'subsets'> {
  return { subsets };
}

/** Both are of plain values in an order that the API keeps. */
function isSame(stored: unknown, wanted: unknown): boolean {
  return JSON.stringify(stored) === JSON.stringify(wanted);
}

function serviceTo({ port }: ApiAddress, clusterIP: string | undefined): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...KUBERNETES_SERVICE,
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      ...(clusterIP === undefined ? {} : { clusterIP }),
      sessionAffinity: 'None',
      ports: [{ name: PORT_NAME, protocol: 'TCP', port: 443, targetPort: port }],
    },
  };
}

function endpointsAt({ address, port }: ApiAddress): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...KUBERNETES_SERVICE,
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [
      { addresses: [{ ip: address }], ports: [{ name: PORT_NAME, port, protocol: 'TCP' }] },
    ],
  };
}

function sliceAt({ address, port }: ApiAddress): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...KUBERNETES_SERVICE,
      labels: { 'kubernetes.io/service-name': KUBERNETES_SERVICE.name },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: PORT_NAME, port, protocol: 'TCP' }],
  };
}
