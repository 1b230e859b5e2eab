import { describe, expect, it } from 'vitest';
import { containerEnvironment } from '../../../../src/control-plane/kubelet/container-environment.js';
import type { Pod, Service, ServiceSpec } from '../../../../src/core/objects.js';

const service = (namespace: string, name: string, spec: ServiceSpec): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
  spec,
});

const SERVICES = [
  service('shop', 'my-web', {
    clusterIP: '127.80.0.7',
    ports: [
      { name: 'http', port: 80 },
      { name: 'dns-udp', port: 53, protocol: 'UDP' },
    ],
  }),
  service('shop', 'headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
  service('default', 'kubernetes', { clusterIP: '127.80.0.1', ports: [{ port: 443 }] }),
  service('default', 'other', { clusterIP: '127.80.0.2', ports: [{ port: 1 }] }),
];

function environment(spec: Partial<Pod['spec']>, env: { name: string; value: string }[] = []) {
  const container = { name: 'app', image: 'app:1', env };
  const made = containerEnvironment({
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'shop', name: 'p' },
      spec: { ...spec, containers: [container] },
    },
    container,
    addresses: { podIP: '127.70.0.1', hostIP: '127.0.0.1' },
    nodeLimits: { cpu: '1', memory: '1Gi' },
    referenced: {
      services: (namespace) => SERVICES.filter(({ metadata }) => metadata.namespace === namespace),
    },
  });
  return made.kind === 'resolved' ? Object.fromEntries(made.values) : made.message;
}

const KUBERNETES = {
  KUBERNETES_SERVICE_HOST: '127.80.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  KUBERNETES_PORT: 'tcp://127.80.0.1:443',
  KUBERNETES_PORT_443_TCP: 'tcp://127.80.0.1:443',
  KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
  KUBERNETES_PORT_443_TCP_PORT: '443',
  KUBERNETES_PORT_443_TCP_ADDR: '127.80.0.1',
};

describe('the variables of Services', () => {
  it('are of the namespace of the pod, and of the API', () => {
    expect(environment({})).toEqual({
      MY_WEB_SERVICE_HOST: '127.80.0.7',
      MY_WEB_SERVICE_PORT: '80',
      MY_WEB_SERVICE_PORT_HTTP: '80',
      MY_WEB_SERVICE_PORT_DNS_UDP: '53',
      MY_WEB_PORT: 'tcp://127.80.0.7:80',
      MY_WEB_PORT_80_TCP: 'tcp://127.80.0.7:80',
      MY_WEB_PORT_80_TCP_PROTO: 'tcp',
      MY_WEB_PORT_80_TCP_PORT: '80',
      MY_WEB_PORT_80_TCP_ADDR: '127.80.0.7',
      MY_WEB_PORT_53_UDP: 'udp://127.80.0.7:53',
      MY_WEB_PORT_53_UDP_PROTO: 'udp',
      MY_WEB_PORT_53_UDP_PORT: '53',
      MY_WEB_PORT_53_UDP_ADDR: '127.80.0.7',
      ...KUBERNETES,
    });
  });

  it('are those of the API alone when the pod wants no links', () => {
    expect(environment({ enableServiceLinks: false })).toEqual(KUBERNETES);
  });

  it('can be referred to, and are not seen beside variables of their name', () => {
    const env = [
      { name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST)' },
      { name: 'KUBERNETES_PORT', value: 'mine' },
    ];

    expect(environment({ enableServiceLinks: false }, env)).toEqual({
      ...KUBERNETES,
      URL: 'https://127.80.0.1',
      KUBERNETES_PORT: 'mine',
    });
  });
});
