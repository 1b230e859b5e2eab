/** Where a Service is reached from within its cluster. */
import { CoreV1Api } from '@kubernetes/client-node';
import { LabError } from '../../core/errors.js';
import { clusterFailed } from './api-failure.js';
import { loadKubeconfig } from './kubeconfig.js';

/**
 * `http://<cluster IP>:<first port>`; of a Service without an address of its own its DNS name.
 *
 * @throws {LabError} `CLUSTER_FAILED` when it cannot be read, or has no port.
 */
export async function inClusterUrl(
  cluster: { readonly kubeconfigPath: string; readonly context: string },
  service: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const { namespace, name } = service;
  const config = loadKubeconfig(cluster.kubeconfigPath, cluster.context);
  try {
    const { spec } = await config.makeApiClient(CoreV1Api).readNamespacedService(service);
    const port = spec?.ports?.[0];
    if (port === undefined) {
      throw new LabError('CLUSTER_FAILED', `Service ${namespace}/${name} has no port`);
    }
    const scheme = port.name === 'https' || port.appProtocol === 'https' ? 'https' : 'http';
    const ip = spec?.clusterIP;
    const hasAddress = ip !== undefined && ip !== '' && ip !== 'None';
    // a certificate is of a name, never of a cluster IP
    const host = hasAddress && scheme === 'http' ? addressText(ip) : `${name}.${namespace}.svc`;
    return `${scheme}://${host}:${port.port}`;
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw clusterFailed(`cannot read Service ${namespace}/${name}`, error);
  }
}

function addressText(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
