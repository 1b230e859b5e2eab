/** The Service `kubernetes` in `default`, behind which the API itself is. */
import { API_SERVER, actingAs } from './acting-as.js';
import type { KubeApi } from './api.js';
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from './resources.js';

/** Its namespace and name. */
export const KUBERNETES_SERVICE = { namespace: 'default', name: 'kubernetes' };

const PORT_NAME = 'https';

/**
 * Makes the Service with its endpoints.
 *
 * @param at - where the API listens.
 * @see Source: kubernetes `pkg/controlplane/controller/kubernetesservice/controller.go`;
 *   `pkg/controlplane/reconcilers/endpointsadapter.go`.
 */
export function createKubernetesService(
  served: KubeApi,
  at: { readonly address: string; readonly port: number },
): void {
  const api = actingAs(served, API_SERVER);
  const own = { component: 'apiserver', provider: 'kubernetes' };
  api.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...KUBERNETES_SERVICE, labels: own },
    spec: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ports: [{ name: PORT_NAME, protocol: 'TCP', port: 443, targetPort: at.port }],
    },
  });
  api.create(ENDPOINTS, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...KUBERNETES_SERVICE,
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [
      {
        addresses: [{ ip: at.address }],
        ports: [{ name: PORT_NAME, port: at.port, protocol: 'TCP' }],
      },
    ],
  });
  api.create(ENDPOINT_SLICES, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...KUBERNETES_SERVICE,
      labels: { 'kubernetes.io/service-name': KUBERNETES_SERVICE.name },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [at.address], conditions: { ready: true } }],
    ports: [{ name: PORT_NAME, port: at.port, protocol: 'TCP' }],
  });
}
