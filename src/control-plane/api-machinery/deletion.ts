/** Deletion as upstream does it: preconditions, grace, finalizers for garbage collection. */
import { kubeTime, kubeTimeMs } from '../../core/kube-time.js';
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { DeleteOptions } from '../api.js';
import type { Draft, Kind } from '../kinds/kind.js';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** What a deletion comes to. */
export interface DeletionPlan {
  /** The object with its marks; undefined when nothing of it changes before it goes or stays. */
  readonly marked: Draft<KubeObject> | undefined;
  /** Whether the object goes now. */
  readonly isRemoved: boolean;
}

/**
 * Decides what a DELETE does to an object.
 *
 * @param draft - a copy of `old` that may be changed.
 * @throws {ApiError} 409 when a precondition does not hold.
 * @see Source: kubernetes `apiserver/pkg/registry/generic/registry/store.go`, `Delete` and
 *   `updateForGracefulDeletionAndFinalizers`; `apiserver/pkg/registry/rest/delete.go`, `BeforeDelete`.
 */
export function planDeletion(
  kind: Kind,
  objects: { readonly old: KubeObject; readonly draft: Draft<KubeObject> },
  request: { readonly options: DeleteOptions; readonly nowMs: number },
): DeletionPlan {
  const { old, draft } = objects;
  const { options, nowMs } = request;
  checkPreconditions(kind, old, options);
  const grace = markGraceful(kind, objects, request);
  if (grace === 'pending') return { marked: undefined, isRemoved: false };
  const finalizers = finalizersFor(kind, old, options);
  const hasNewFinalizers = finalizers.join(',') !== (old.metadata.finalizers ?? []).join(',');
  setFinalizers(draft, finalizers);
  const isHeld = finalizers.length > 0 || kind.isDeletable?.(old) === false;
  if (grace === 'none') {
    if (!isHeld) return { marked: undefined, isRemoved: true };
    const isMarked = markAsDeleting(kind, draft, nowMs);
    return { marked: isMarked || hasNewFinalizers ? draft : undefined, isRemoved: false };
  }
  return { marked: draft, isRemoved: !isHeld && grace === 0 };
}

/** Whether an update that left no finalizer completes a deletion that had begun. */
export function isDeletedByUpdate(kind: Kind, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  return (
    deletionTimestamp !== undefined &&
    (deletionGracePeriodSeconds ?? 0) === 0 &&
    (finalizers ?? []).length === 0 &&
    kind.isDeletable?.(object) !== false
  );
}

/** @see Source: kubernetes `apiserver/pkg/registry/rest/delete.go`, `BeforeDelete`: the kind, not the resource. */
function checkPreconditions(
  { resource }: Kind,
  object: KubeObject,
  { preconditions }: DeleteOptions,
): void {
  const { uid = '', resourceVersion = '', name } = object.metadata;
  const named = { ...resource, plural: resource.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw ApiError.conflict(
      named,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  const wanted = preconditions?.resourceVersion;
  if (wanted !== undefined && wanted !== resourceVersion) {
    throw ApiError.conflict(
      named,
      name,
      `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/** Marks the draft; gives the seconds of grace, `none` without grace, `pending` when nothing changes. */
function markGraceful(
  kind: Kind,
  { old, draft }: { readonly old: KubeObject; readonly draft: Draft<KubeObject> },
  { options, nowMs }: { readonly options: DeleteOptions; readonly nowMs: number },
): number | 'none' | 'pending' {
  if (kind.gracefulDeletion === undefined) return 'none';
  const { metadata } = draft;
  const requested = options.gracePeriodSeconds;
  const present = old.metadata.deletionGracePeriodSeconds;
  if (old.metadata.deletionTimestamp !== undefined) {
    if (present === undefined) return 'none';
    if (requested === undefined || requested >= present) return 'pending';
    const wasDueMs = kubeTimeMs(old.metadata.deletionTimestamp) ?? nowMs;
    metadata.deletionTimestamp = kubeTime(wasDueMs - (present - requested) * 1_000);
    metadata.deletionGracePeriodSeconds = requested;
    return requested;
  }
  const { gracePeriodSeconds } = kind.gracefulDeletion(old, requested);
  metadata.deletionTimestamp = kubeTime(nowMs + gracePeriodSeconds * 1_000);
  metadata.deletionGracePeriodSeconds = gracePeriodSeconds;
  bumpGeneration(draft);
  return gracePeriodSeconds;
}

/** False when the object was being deleted already. */
function markAsDeleting(kind: Kind, draft: Draft<KubeObject>, nowMs: number): boolean {
  const { metadata } = draft;
  if (metadata.deletionTimestamp !== undefined) return false;
  metadata.deletionTimestamp = kubeTime(nowMs);
  if (kind.beginDeletion === undefined) metadata.deletionGracePeriodSeconds = 0;
  else kind.beginDeletion(draft);
  bumpGeneration(draft);
  return true;
}

function bumpGeneration({ metadata }: Draft<KubeObject>): void {
  if (metadata.generation !== undefined) metadata.generation++;
}

/** @see Source: `store.go`, `deletionFinalizersForGarbageCollection`. */
function finalizersFor(kind: Kind, object: KubeObject, options: DeleteOptions): readonly string[] {
  const present = object.metadata.finalizers ?? [];
  const policy =
    options.propagationPolicy ??
    (present.includes(ORPHAN)
      ? 'Orphan'
      : present.includes(FOREGROUND)
        ? 'Foreground'
        : (kind.defaultPropagation ?? 'Background'));
  const others = present.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (policy === 'Orphan') return [...others, ORPHAN];
  if (policy === 'Foreground') return [...others, FOREGROUND];
  return others;
}

function setFinalizers({ metadata }: Draft<KubeObject>, finalizers: readonly string[]): void {
  if (finalizers.length === 0) delete metadata.finalizers;
  else metadata.finalizers = [...finalizers];
}
