import { describe, expect, test } from 'vitest';
import type { ApiPort } from '../../../../src/cluster/api-port.js';
import { type ReachOptions, reachService } from '../../../../src/run/real-cluster/reach-service.js';

const PORTS = [{ port: 80, nodePort: 31_000 }];
const INGRESS = {
  metadata: { name: 'front' },
  spec: {
    tls: [{ hosts: ['shop.test'] }],
    rules: [
      {
        host: 'shop.test',
        http: { paths: [{ path: '/api/', backend: { service: { name: 'shop' } } }] },
      },
    ],
  },
};
const NODE = {
  status: {
    addresses: [
      { type: 'InternalIP', address: '10.0.0.7' },
      { type: 'ExternalIP', address: '198.51.100.7' },
    ],
  },
};

/** A cluster with a Service of this spec and status. */
function portOf(service: object, more: { ingresses?: unknown[]; nodes?: unknown[] } = {}): ApiPort {
  return {
    server: 'https://x',
    call: async ({ path }) => {
      const isList = path.endsWith('ingresses') || path.endsWith('nodes');
      const items = path.endsWith('nodes') ? more.nodes : more.ingresses;
      const body = isList ? { items: items ?? [] } : { metadata: { name: 'shop' }, ...service };
      return { status: 200, body, dateMs: 0, sentAtMs: 0, answeredAtMs: 0 };
    },
  };
}

function reach(api: ApiPort, options: Partial<ReachOptions> = {}) {
  return reachService({
    api,
    settings: { via: 'auto' },
    namespace: 'run',
    service: 'shop',
    canConnect: async () => true,
    forward: async () => 'http://127.0.0.1:5000',
    isInPod: false,
    ...options,
  });
}

const BALANCED = {
  spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9', ports: PORTS },
  status: { loadBalancer: { ingress: [{ hostname: 'lb.test' }] } },
};
const INSIDE = { spec: { clusterIP: '10.96.0.9', ports: [{ port: 80 }] } };

describe('reachService', () => {
  test.each<[string, ApiPort, Partial<ReachOptions>, string, string]>([
    [
      'an Ingress wins, by https where it has TLS',
      portOf(BALANCED, { ingresses: [INGRESS] }),
      {},
      'ingress',
      'https://shop.test/api',
    ],
    [
      'without one a load balancer does',
      portOf(BALANCED),
      {},
      'load-balancer',
      'http://lb.test:80',
    ],
    [
      'a node’s external address is tried before its internal one',
      portOf({ spec: { ports: PORTS } }, { nodes: [NODE] }),
      {},
      'node-port',
      'http://198.51.100.7:31000',
    ],
    [
      'what takes no connection is passed over',
      portOf(BALANCED, { nodes: [NODE] }),
      { canConnect: async (url) => url.includes('10.0.0.7') },
      'node-port',
      'http://10.0.0.7:31000',
    ],
    [
      'a cluster IP is not used from outside, where it is somebody else’s address',
      portOf(INSIDE),
      {},
      'port-forward',
      'http://127.0.0.1:5000',
    ],
    [
      'a cluster IP is used from within a pod',
      portOf(INSIDE),
      { isInPod: true },
      'cluster-ip',
      'http://10.96.0.9:80',
    ],
    [
      'a cluster IP is used where it is asked for',
      portOf(INSIDE),
      { settings: { via: 'cluster-ip' } },
      'cluster-ip',
      'http://10.96.0.9:80',
    ],
    [
      'a forwarded port is used where it is asked for',
      portOf(BALANCED),
      { settings: { via: 'port-forward' } },
      'port-forward',
      'http://127.0.0.1:5000',
    ],
    [
      'a URL given wins over all',
      portOf(BALANCED),
      { settings: { via: 'auto', serviceUrl: 'http://mine.test' } },
      'url',
      'http://mine.test',
    ],
  ])('%s', async (_, api, ...[options, route, url]) => {
    expect(await reach(api, options)).toMatchObject({ route, url });
  });

  test.each<[string, Partial<ReachOptions>, string]>([
    [
      'a URL where nobody listens',
      { settings: { via: 'auto', serviceUrl: 'http://mine.test' } },
      'nothing takes connections at http://mine.test',
    ],
    [
      'a load balancer where nobody listens, when it was asked for',
      { settings: { via: 'load-balancer' } },
      'http://lb.test:80',
    ],
    [
      'an Ingress that is not there, when it was asked for',
      { settings: { via: 'ingress' } },
      'the cluster offers none',
    ],
  ])('%s is told', async (_, options, message) => {
    const deaf = { canConnect: async () => false, ...options };
    await expect(reach(portOf(BALANCED), deaf)).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringContaining(message),
    });
  });
});
