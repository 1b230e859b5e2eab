/** What becomes of a draft when it is written. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { Draft, Kind } from '../kinds/kind.js';
import { isSameButTimes } from '../managed-fields/managers.js';
import { decodeCopy, decodeStored } from '../schema/decode-known.js';
import type { DecodeReport } from '../schema/decode.js';
import { isEqualJson } from './equality.js';
import { ownersOf } from './field-ownership.js';
import type { ManagedFields } from './field-ownership.js';
import type { DecodingOptions } from './machinery-options.js';
import { decodedDraft } from './typed.js';

/** As it is stored: without empty lists and whatever else the rules left behind. */
export function canonical(kind: Kind, draft: KubeObject): Draft<KubeObject> {
  return decodedDraft(decodeStored(kind.type, draft));
}

/** What a client or a component sent, to be worked on. @throws {DecodeError} when it has the wrong types. */
export function draftOf(
  kind: Kind,
  object: unknown,
  report: DecodeReport | undefined,
): Draft<KubeObject> {
  return decodedDraft(decodeCopy(kind.type, object, { report, keepsEmpty: true }));
}

/** The draft with these owners; with none it has no such field. */
export function withOwners<T extends Draft<KubeObject>>(draft: T, managedFields: unknown): T {
  if (managedFields === undefined) delete draft.metadata.managedFields;
  else Reflect.set(draft.metadata, 'managedFields', managedFields);
  return draft;
}

/** Whether the change counts as a new generation; empty and absent are the same here. */
export function isNewGeneration(kind: Kind, draft: KubeObject, old: KubeObject): boolean {
  if (kind.isNewGeneration?.(draft, old) !== true) return false;
  return kind.isNewGeneration(canonical(kind, draft), old);
}

/**
 * Whether a write changes nothing. New times of owners alone are no change.
 *
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/fieldmanager/equality.go`.
 */
export function isUnchanged(
  draft: KubeObject,
  old: KubeObject,
  managedFields: ManagedFields,
): boolean {
  return isSameButTimes(managedFields, ownersOf(old)) && isEqualJson(draft, old);
}

/** Tells the client what it is to be warned of in an object that is accepted. */
export function warn(kind: Kind, object: KubeObject, options: DecodingOptions | undefined): void {
  if (options?.onWarning === undefined) return;
  for (const text of kind.warnings?.(object) ?? []) options.onWarning(text);
}

/** Refuses an object with faults. @throws {ApiError} 422. */
export function refuseFaults(
  kind: Kind,
  object: KubeObject,
  faults: Parameters<typeof ApiError.invalid>[2],
): void {
  if (faults.length === 0) return;
  throw ApiError.invalid(kind.resource, object.metadata.name ?? '', faults);
}
