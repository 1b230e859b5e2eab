/** Finds the way from here to the service under test, and says which it is. */
import { type ApiPort, findObject } from '../../cluster/api-port.js';
import { LabError } from '../../core/errors.js';
import { fieldOf } from '../../core/json.js';
import type { ClusterSettings, ServiceRoute } from '../../experiment/cluster-settings.js';
import { type OfferedRoute, offeredRoutes } from './service-routes.js';

/** A way to the service that answered. */
export interface ServiceReach {
  readonly route: ServiceRoute | 'url';
  readonly url: string;
  /** One sentence for the user. */
  readonly because: string;
}

/** What it is found with. */
export interface ReachOptions {
  readonly api: ApiPort;
  readonly settings: Pick<ClusterSettings, 'serviceUrl' | 'via'>;
  readonly namespace: string;
  readonly service: string;
  /** Whether something takes connections there. */
  readonly canConnect: (url: string) => Promise<boolean>;
  /** Begins to forward a local port to the pods, and gives its URL. */
  readonly forward: () => Promise<string>;
  /** Whether the lab itself runs in a pod: only then cluster IPs are where they should be. */
  readonly isInPod: boolean;
}

/**
 * The URL given, else the first that there is of Ingress, load balancer, node port, the cluster IP (from within a pod), else
 * a forwarded port.
 *
 * @throws {LabError} `CLUSTER_FAILED` when the way that was asked for does not exist or nothing answers there.
 */
export async function reachService(options: ReachOptions): Promise<ServiceReach> {
  const { settings, canConnect, service, namespace } = options;
  if (settings.serviceUrl !== undefined) {
    if (await canConnect(settings.serviceUrl)) {
      return { route: 'url', url: settings.serviceUrl, because: 'the URL that was given' };
    }
    throw new LabError('CLUSTER_FAILED', `nothing takes connections at ${settings.serviceUrl}`, {
      hint: 'look at the URL (--url, or cluster.service.url), or leave it out: the cluster is asked then',
    });
  }
  const { via } = settings;
  if (via === 'port-forward') return forwarded(options, 'as was asked for');
  const offered = offeredRoutes(await routingObjects(options));
  const tried: string[] = [];
  for (const each of offered.filter((one) => isWanted(one, options))) {
    if (await canConnect(each.url)) {
      return { route: each.route, url: each.url, because: each.because };
    }
    tried.push(`${each.because} says ${each.url}, where nothing takes connections from here`);
  }
  if (via === 'auto') {
    return forwarded(options, tried[0] ?? 'the cluster offers no other way from here');
  }
  const found = tried.length > 0 ? tried.join('\n  ') : 'the cluster offers none';
  throw new LabError(
    'CLUSTER_FAILED',
    `expected Service ${namespace}/${service} to be reached by ${via}:\n  ${found}`,
    { hint: 'cluster.service.via: auto takes what there is, a forwarded port in the end' },
  );
}

function isWanted({ route }: OfferedRoute, { settings: { via }, isInPod }: ReachOptions): boolean {
  return via === 'auto' ? route !== 'cluster-ip' || isInPod : route === via;
}

async function forwarded({ forward }: ReachOptions, because: string): Promise<ServiceReach> {
  return { route: 'port-forward', url: await forward(), because };
}

/** @throws {LabError} `CLUSTER_FAILED` when the Service itself cannot be read. */
async function routingObjects({ api, namespace, service }: ReachOptions) {
  const path = `/api/v1/namespaces/${namespace}/services/${service}`;
  let found: unknown;
  try {
    found = await findObject(api, path);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new LabError('CLUSTER_FAILED', `cannot read Service ${service}: ${because}`, {
      cause: error,
    });
  }
  if (found === undefined) {
    throw new LabError('CLUSTER_FAILED', `there is no Service ${service} in ${namespace}`);
  }
  return {
    service: found,
    ingresses: await itemsOf(api, `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`),
    nodes: await itemsOf(api, '/api/v1/nodes'),
  };
}

/** Empty as well when one may not look: there are other ways. */
async function itemsOf(api: ApiPort, path: string): Promise<readonly unknown[]> {
  try {
    const items = fieldOf((await api.call({ path })).body, 'items');
    return Array.isArray(items) ? items : [];
  } catch {
    return [];
  }
}
