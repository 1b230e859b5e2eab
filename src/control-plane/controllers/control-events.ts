/** Which owners a change to an object concerns: its controllers, or whoever might adopt it. */
import type { KubeObject, LabelSelector, OwnerReference } from '../../core/objects.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { ReconcileKey } from '../controller.js';
import { isSelected } from '../label-selector.js';
import { reconcileKey } from '../object-keys.js';
import { controllerOf } from '../owner-references.js';
import type { Resource } from '../resources.js';

interface Selecting extends KubeObject {
  readonly spec: { readonly selector: LabelSelector };
}

/**
 * Keys of the owners of one kind that must look at a changed object: the one that controls it, the one
 * that did until now, and when nobody does, all whose selectors select it.
 *
 * @see Source: kubernetes `pkg/controller/replicaset/replica_set.go`, `addPod`, `updatePod`, `deletePod`.
 */
export function ownersToSync<T extends Selecting>(
  api: KubeApi,
  owners: Resource<T>,
  { type, object, previous }: WatchEvent,
): readonly ReconcileKey[] {
  const controller = controllerOf(object);
  const former = previous === undefined ? undefined : controllerOf(previous);
  const keys = [controller, former?.uid === controller?.uid ? undefined : former]
    .filter((reference) => reference?.kind === owners.kind)
    .map((reference) => ownerKey(object, reference));
  if (controller !== undefined || type === 'DELETED') return keys;
  const isNews =
    previous === undefined ||
    former !== undefined ||
    !isEqualJson(previous.metadata.labels, object.metadata.labels);
  if (!isNews) return keys;
  const { items } = api.list(owners, { namespace: object.metadata.namespace ?? '' });
  const adopters = items.filter(({ spec }) => isSelected(spec.selector, object.metadata.labels));
  return [...keys, ...adopters.map(reconcileKey)];
}

function ownerKey({ metadata }: KubeObject, owner: OwnerReference | undefined): ReconcileKey {
  return `${metadata.namespace ?? ''}/${owner?.name ?? ''}`;
}
