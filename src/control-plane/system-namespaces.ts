/** The namespaces that every cluster has from the start. */
import { API_SERVER, actingAs } from './acting-as.js';
import { ApiError } from './api-error.js';
import type { KubeApi } from './api.js';
import { NAMESPACES } from './resources.js';

/** Where each node's lease is. */
export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/** Upstream's, in the order in which they are made. */
const SYSTEM_NAMESPACES: readonly string[] = [
  'kube-system',
  'kube-public',
  NODE_LEASE_NAMESPACE,
  'default',
];

/** Those that nobody may delete. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Whether a cluster has a namespace of that name from the start. */
export function isSystemNamespace(name: string): boolean {
  return SYSTEM_NAMESPACES.includes(name);
}

/**
 * @throws {ApiError} 403 for a namespace that must not go.
 * @see Source: kubernetes `apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go`, `Admit`.
 */
export function refuseDeletionOfImmortal(name: string): void {
  if (!IMMORTAL.has(name)) return;
  throw ApiError.forbidden(NAMESPACES, name, { message: 'this namespace may not be deleted' });
}

/**
 * Makes the system namespaces that are missing.
 *
 * @see Source: kubernetes `pkg/controlplane/controller/systemnamespaces/system_namespaces_controller.go`.
 */
export function createSystemNamespaces(api: KubeApi): void {
  for (const name of SYSTEM_NAMESPACES) {
    try {
      actingAs(api, API_SERVER).create(NAMESPACES, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    }
  }
}
