/** Adoption and release: which objects a controller's owner really has. */
import type { KubeObject, LabelSelector } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { isSelected } from '../label-selector.js';
import { controllerOf, withController, withoutOwners } from '../owner-references.js';
import type { Resource } from '../resources.js';

/** Whose objects, and which it wants. */
export interface Claim<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly owner: KubeObject;
  readonly selector: LabelSelector;
  /** Put on what is adopted and taken from what is released. */
  readonly finalizer?: string;
}

/**
 * The candidates that belong to the owner when this returns: orphans that its selector selects are
 * adopted, its own that it no longer selects are released. An owner that is being deleted does neither.
 *
 * @see Source: kubernetes `pkg/controller/controller_ref_manager.go`, `ClaimObject`.
 */
export function claimObjects<T extends KubeObject>(
  api: KubeApi,
  claim: Claim<T>,
  candidates: readonly T[],
): readonly T[] {
  const claimed: T[] = [];
  for (const candidate of candidates) {
    const kept = claimOne(api, claim, candidate);
    if (kept !== undefined) claimed.push(kept);
  }
  return claimed;
}

function claimOne<T extends KubeObject>(
  api: KubeApi,
  { resource, owner, selector, finalizer }: Claim<T>,
  candidate: T,
): T | undefined {
  const controller = controllerOf(candidate);
  const isWanted = isSelected(selector, candidate.metadata.labels);
  const isOwnerGoing = owner.metadata.deletionTimestamp !== undefined;
  if (controller === undefined) {
    const isGoing = candidate.metadata.deletionTimestamp !== undefined;
    if (isOwnerGoing || isGoing || !isWanted) return undefined;
    const adopted = withFinalizer(withController(candidate, owner), finalizer);
    return unlessGone(() => api.update(resource, adopted));
  }
  if (controller.uid !== owner.metadata.uid) return undefined;
  if (isWanted) return candidate;
  if (!isOwnerGoing) {
    const released = withoutFinalizer(
      withoutOwners(candidate, ({ uid }) => uid === owner.metadata.uid),
      finalizer,
    );
    unlessGone(() => api.update(resource, released));
  }
  return undefined;
}

function withFinalizer<T extends KubeObject>(object: T, finalizer: string | undefined): T {
  const { finalizers = [] } = object.metadata;
  if (finalizer === undefined || finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
}

function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string | undefined): T {
  const { finalizers, ...metadata } = object.metadata;
  if (finalizer === undefined || finalizers === undefined) return object;
  const left = finalizers.filter((name) => name !== finalizer);
  return { ...object, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } };
}

function unlessGone<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return undefined;
    throw error;
  }
}
