/** The file that lets kubectl and other clients in. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { ApiEndpoint } from './api-server.js';

/** Name of the cluster, the user and the context. */
export const KUBECONFIG_CONTEXT = 'hpa-lab';

/** A kubeconfig with one context, as YAML. */
export function kubeconfig({ url, caPem, token }: ApiEndpoint): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: KUBECONFIG_CONTEXT,
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(caPem).toString('base64'),
        },
      },
    ],
    users: [{ name: KUBECONFIG_CONTEXT, user: { token } }],
    contexts: [
      {
        name: KUBECONFIG_CONTEXT,
        context: { cluster: KUBECONFIG_CONTEXT, user: KUBECONFIG_CONTEXT },
      },
    ],
    'current-context': KUBECONFIG_CONTEXT,
  });
}

/** Writes a kubeconfig that only its owner may read. */
export function writeKubeconfig(path: string, endpoint: ApiEndpoint): void {
  writeFileSync(path, kubeconfig(endpoint), { mode: 0o600 });
}
