/** What an update may not change, and which updates are refused before anything else is looked at. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
import type { Draft, Kind } from '../kinds/kind.js';
import { decode } from '../schema/decode.js';

const MODIFIED_MESSAGE =
  'the object has been modified; please apply your changes to the latest version and try again';

/**
 * Refuses an update of another object, or of another version than the present one.
 *
 * @throws {ApiError} 409.
 * @see Source: kubernetes `apiserver/pkg/registry/generic/registry/store.go`, `Update`: uid first.
 */
export function refuseStale(
  kind: Kind,
  incoming: KubeObject,
  { old, isPatch }: { readonly old: KubeObject; readonly isPatch: boolean },
): void {
  const { uid, resourceVersion, namespace = '', name } = incoming.metadata;
  if (uid !== undefined && uid !== old.metadata.uid && !isPatch) {
    throw ApiError.conflict(
      kind.resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${kind.resource.plural}/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
    throw ApiError.conflict(kind.resource, name, MODIFIED_MESSAGE);
  }
}

/**
 * Refuses an update that names no version, for kinds that ask for one.
 *
 * @throws {ApiError} 422.
 * @see Source: `store.go`, `Update`, where a strategy does not `AllowUnconditionalUpdate`.
 */
export function refuseUnversioned(kind: Kind, { metadata }: KubeObject): void {
  if (kind.isVersionRequired !== true || metadata.resourceVersion !== undefined) return;
  const { group, plural } = kind.resource;
  throw ApiError.invalid({ group, kind: plural }, metadata.name, [
    invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
  ]);
}

/**
 * Puts back the metadata that an update may not touch.
 *
 * @see Source: `apiserver/pkg/registry/rest/update.go`, `BeforeUpdate`.
 */
export function keepMetadata(draft: Draft<KubeObject>, old: KubeObject): void {
  const { metadata } = draft;
  copyField(metadata, old.metadata, 'generation');
  copyField(metadata, old.metadata, 'resourceVersion');
  copyField(metadata, old.metadata, 'creationTimestamp');
  for (const field of ['uid', 'deletionTimestamp', 'generateName'] as const) {
    if (metadata[field] === undefined) copyField(metadata, old.metadata, field);
  }
  if (metadata.deletionGracePeriodSeconds === undefined) {
    copyField(metadata, old.metadata, 'deletionGracePeriodSeconds');
  }
}

/** Puts back everything but metadata and status. */
export function keepAllButStatus(kind: Kind, draft: Draft<KubeObject>, old: KubeObject): void {
  for (const field of Object.keys(kind.type.fields)) {
    if (field !== 'status' && field !== 'metadata') copyField(draft, old, field);
  }
}

/** Gives a new object the empty status of its kind. */
export function clearStatus(kind: Kind, draft: Draft<KubeObject>): void {
  const empty = decode(kind.type, {});
  copyField(draft, empty, 'status');
}

/** Takes over one field, or its absence. */
export function copyField(target: object, source: object, field: string): void {
  const value: unknown = Reflect.get(source, field);
  if (value === undefined) Reflect.deleteProperty(target, field);
  else Reflect.set(target, field, value);
}
