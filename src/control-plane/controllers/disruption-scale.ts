/** How many pods there should be of those a budget selects: what their controllers are scaled to. */
import type { OwnerReference, Pod } from '../../core/objects.js';
import type { PodDisruptionBudgetSpec } from '../../core/disruption-objects.js';
import type { KubeApi } from '../api.js';
import { scaledAmount } from '../kinds/amounts.js';
import { KINDS } from '../kinds/registry.js';
import { controllerOf } from '../owner-references.js';
import { DEPLOYMENTS, REPLICA_SETS } from '../resources.js';

/** What a budget comes to. */
export interface ExpectedPods {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  /** Pods without a controller were found where one is needed. */
  readonly hasUnmanaged: boolean;
}

/**
 * What a budget comes to for its pods.
 *
 * @throws {Error} in upstream's words, when a controller cannot be found or has no scale.
 * @see Source: kubernetes `pkg/controller/disruption/disruption.go`, `getExpectedPodCount`.
 */
export function expectedPodsOf(
  api: KubeApi,
  { minAvailable, maxUnavailable }: PodDisruptionBudgetSpec,
  pods: readonly Pod[],
): ExpectedPods {
  if (maxUnavailable !== undefined) {
    const { total, hasUnmanaged } = expectedScale(api, pods);
    const desiredHealthy = Math.max(0, total - scaledAmount(maxUnavailable, total));
    return { expectedPods: total, desiredHealthy, hasUnmanaged };
  }
  if (typeof minAvailable === 'string') {
    const { total, hasUnmanaged } = expectedScale(api, pods);
    const desiredHealthy = scaledAmount(minAvailable, total);
    return { expectedPods: total, desiredHealthy, hasUnmanaged };
  }
  if (minAvailable === undefined) {
    return { expectedPods: 0, desiredHealthy: 0, hasUnmanaged: false };
  }
  return { expectedPods: pods.length, desiredHealthy: minAvailable, hasUnmanaged: false };
}

/** @see Source: `disruption.go`, `getExpectedScale`. */
function expectedScale(
  api: KubeApi,
  pods: readonly Pod[],
): { readonly total: number; readonly hasUnmanaged: boolean } {
  const scales = new Map<string, number>();
  const asked = new Set<string>();
  let hasUnmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) hasUnmanaged = true;
    else if (!asked.has(owner.uid)) {
      asked.add(owner.uid);
      const found = scaleOf(api, owner, pod.metadata.namespace ?? '');
      if (found === undefined) {
        throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
      }
      scales.set(found.uid, found.replicas);
    }
  }
  const total = [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
  return { total, hasUnmanaged };
}

interface ControllerScale {
  readonly uid: string;
  readonly replicas: number;
}

/** A ReplicaSet's scale is its Deployment's, if it has one. */
function scaleOf(
  api: KubeApi,
  owner: OwnerReference,
  namespace: string,
): ControllerScale | undefined {
  const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  if (owner.kind !== 'ReplicaSet' || !['apps', 'extensions'].includes(group)) {
    return otherScale(owner, group);
  }
  const set = api.get(REPLICA_SETS, { namespace, name: owner.name });
  if (set === undefined || set.metadata.uid !== owner.uid) return undefined;
  const above = controllerOf(set);
  if (above?.kind !== 'Deployment') return { uid: owner.uid, replicas: set.spec.replicas ?? 1 };
  const deployment = api.get(DEPLOYMENTS, { namespace, name: above.name });
  if (deployment === undefined || deployment.metadata.uid !== above.uid) return undefined;
  return { uid: above.uid, replicas: deployment.spec.replicas ?? 1 };
}

/** @see Source: `disruption.go`, `getScaleController`. */
function otherScale({ kind, apiVersion }: OwnerReference, group: string): undefined {
  const version = apiVersion.split('/').at(-1) ?? '';
  const known = KINDS.find(
    ({ resource }) =>
      resource.kind === kind && resource.group === group && resource.version === version,
  );
  if (known === undefined) {
    throw new Error(
      `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`,
    );
  }
  if (known.hasScale === true) return undefined;
  const { plural } = known.resource;
  const name = group === '' ? plural : `${plural}.${group}`;
  throw new Error(`${name} does not implement the scale subresource`);
}
