/** Ways from here to a Service of a real cluster, read from what its objects say. */
import { fieldOf, valueAt } from '../../core/json.js';
import type { ServiceRoute } from '../../experiment/cluster-settings.js';

/** A way that the cluster offers. */
export interface OfferedRoute {
  readonly route: Exclude<ServiceRoute, 'port-forward'>;
  /** Without a path unless an Ingress has one. */
  readonly url: string;
  /** What says so: `Ingress shop`. */
  readonly because: string;
}

/** What the cluster says; lists are empty where it does not tell. */
export interface RoutingObjects {
  readonly service: unknown;
  readonly ingresses: readonly unknown[];
  readonly nodes: readonly unknown[];
}

/** Every way that there is, in the order in which they are tried. */
export function offeredRoutes(objects: RoutingObjects): readonly OfferedRoute[] {
  return [
    ...ingressRoutes(objects),
    ...loadBalancerRoutes(objects),
    ...nodePortRoutes(objects),
    ...clusterIpRoutes(objects),
  ];
}

function ingressRoutes({ service, ingresses }: RoutingObjects): readonly OfferedRoute[] {
  const name = valueAt(service, ['metadata', 'name']);
  return ingresses.flatMap((ingress) => {
    const ingressName = text(valueAt(ingress, ['metadata', 'name']));
    const address = addressOf(list(valueAt(ingress, ['status', 'loadBalancer', 'ingress']))[0]);
    const tlsHosts = new Set(
      list(valueAt(ingress, ['spec', 'tls'])).flatMap((tls) => list(fieldOf(tls, 'hosts'))),
    );
    return list(valueAt(ingress, ['spec', 'rules'])).flatMap((rule) => {
      const host = text(fieldOf(rule, 'host'));
      const paths = list(valueAt(rule, ['http', 'paths']));
      const own = paths.find((path) => valueAt(path, ['backend', 'service', 'name']) === name);
      const at = host === '' ? address : host;
      if (own === undefined || at === undefined) return [];
      const scheme = tlsHosts.has(host) && host !== '' ? 'https' : 'http';
      const path = text(fieldOf(own, 'path')).replace(/[/*]+$/, '');
      const url = `${scheme}://${urlHost(at)}${path}`;
      return [{ route: 'ingress' as const, url, because: `Ingress ${ingressName}` }];
    });
  });
}

function loadBalancerRoutes({ service }: RoutingObjects): readonly OfferedRoute[] {
  if (valueAt(service, ['spec', 'type']) !== 'LoadBalancer') return [];
  const port = firstPort(service);
  return list(valueAt(service, ['status', 'loadBalancer', 'ingress'])).flatMap((ingress) => {
    const address = addressOf(ingress);
    if (address === undefined || port === undefined) return [];
    const url = urlOf(address, port);
    return [{ route: 'load-balancer' as const, url, because: 'its load balancer' }];
  });
}

function nodePortRoutes({ service, nodes }: RoutingObjects): readonly OfferedRoute[] {
  const port = firstPort(service);
  if (port?.nodePort === undefined) return [];
  const addresses = nodes.flatMap((node) => list(valueAt(node, ['status', 'addresses'])));
  return ['ExternalIP', 'InternalIP'].flatMap((type) =>
    addresses
      .filter((address) => fieldOf(address, 'type') === type)
      .map((address) => ({
        route: 'node-port' as const,
        url: urlOf(text(fieldOf(address, 'address')), { ...port, port: port.nodePort ?? 0 }),
        because: `port ${port.nodePort} of a node (${type})`,
      })),
  );
}

function clusterIpRoutes({ service }: RoutingObjects): readonly OfferedRoute[] {
  const ip = text(valueAt(service, ['spec', 'clusterIP']));
  const port = firstPort(service);
  if (ip === '' || ip === 'None' || port === undefined) return [];
  return [{ route: 'cluster-ip', url: urlOf(ip, port), because: 'its cluster IP' }];
}

interface Port {
  readonly port: number;
  readonly nodePort?: number;
  readonly isTls: boolean;
}

function firstPort(service: unknown): Port | undefined {
  const port = list(valueAt(service, ['spec', 'ports']))[0];
  const number = fieldOf(port, 'port');
  const nodePort = fieldOf(port, 'nodePort');
  if (typeof number !== 'number') return undefined;
  const isTls = fieldOf(port, 'appProtocol') === 'https' || fieldOf(port, 'name') === 'https';
  return { port: number, isTls, ...(typeof nodePort === 'number' ? { nodePort } : {}) };
}

function urlOf(address: string, { port, isTls }: Port): string {
  return `${isTls ? 'https' : 'http'}://${urlHost(address)}:${port}`;
}

function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function addressOf(ingress: unknown): string | undefined {
  const address = text(fieldOf(ingress, 'ip')) || text(fieldOf(ingress, 'hostname'));
  return address === '' ? undefined : address;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
