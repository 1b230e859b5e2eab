/** The lease by which a node shows that it is alive. */
import { kubeMicroTime } from '../../core/kube-time.js';
import type { Lease } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { LEASES, NODES } from '../resources.js';
import { NODE_LEASE_NAMESPACE } from '../system-namespaces.js';

/** Upstream's `nodeLeaseDurationSeconds`. */
const LEASE_DURATION_SECONDS = 40;

/** How often a kubelet renews its lease, ms: a quarter of the lease's duration. */
export const LEASE_RENEW_MS = 10_000;

/**
 * Renews the node's lease, or makes it. A lease that the API refuses is tried again with the next one.
 *
 * @see Source: kubernetes `component-helpers/apimachinery/lease/controller.go`, `sync`, and
 *   `pkg/kubelet/util/nodelease.go`, `SetNodeOwnerFunc`.
 */
export function renewNodeLease(api: KubeApi, node: string, nowMs: EpochMs): void {
  const key = { namespace: NODE_LEASE_NAMESPACE, name: node };
  const renewTime = kubeMicroTime(nowMs);
  try {
    const lease = api.get(LEASES, key);
    if (lease === undefined) api.create(LEASES, newLease(api, node, renewTime));
    else api.update(LEASES, { ...lease, spec: { ...lease.spec, renewTime } });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

function newLease(api: KubeApi, name: string, renewTime: string): Lease {
  const uid = api.get(NODES, { namespace: '', name })?.metadata.uid;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: NODE_LEASE_NAMESPACE,
      ...(uid === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] }),
    },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_DURATION_SECONDS, renewTime },
  };
}
