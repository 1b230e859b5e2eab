/** Who owns an object and who controls it. */
import type { KubeObject, OwnerReference } from '../core/objects.js';

/** The reference to the one owner that controls the object, if any does. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** A reference that makes `owner` the controller and lets a foreground deletion wait for the object. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The object, controlled by `owner` from now on. */
export function withController<T extends KubeObject>(object: T, owner: KubeObject): T {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/** The object without its references to the owners that `isDropped` names. */
export function withoutOwners<T extends KubeObject>(
  object: T,
  isDropped: (reference: OwnerReference) => boolean,
): T {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const kept = ownerReferences.filter((reference) => !isDropped(reference));
  return {
    ...object,
    metadata: kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept },
  };
}
