/** Owners after a create, an update or a patch. */
import type { JsonObject } from '../schema/json.js';
import { compare, isSame } from './compare.js';
import { isEmptySet, union } from './field-set.js';
import {
  capUpdaters,
  identityOf,
  isReset,
  isWritten,
  readManagers,
  setManaged,
  writeManagers,
  writeOnly,
} from './managers.js';
import type { Identity, ManagedFieldsEntry, Managers } from './managers.js';
import { loseFields, ownable } from './ownership.js';
import type { Operation } from './ownership.js';
import { emptyObject } from './versioned.js';

/** A write that says what the object is to be. */
export interface UpdatedObject {
  /** As it is; undefined: it is new. */
  readonly live: JsonObject | undefined;
  /** `metadata.managedFields` as it is. */
  readonly liveEntries: unknown;
  /** As it is to be, with defaults. */
  readonly next: JsonObject;
  /** `metadata.managedFields` as the request has it. */
  readonly givenEntries: unknown;
}

/**
 * `metadata.managedFields` after a write; undefined: nobody owns anything. An object whose owners were
 * forgotten stays without them until somebody applies.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/fieldmanager.go`, `Update`;
 *   `skipnonapplied.go`.
 */
export function managedByUpdate(
  objects: UpdatedObject,
  operation: Operation,
): readonly ManagedFieldsEntry[] | undefined {
  if (objects.live === undefined && objects.givenEntries === undefined) {
    return managedByCreate(objects.next, operation);
  }
  const { entries, managers } = ownersBefore(objects, operation);
  if (managers.size === 0 && objects.live !== undefined) return undefined;
  const isChanged = ownUpdate(managers, objects, operation);
  if (!isChanged && isWritten(entries)) return entries;
  return writeManagers(managers);
}

/** The short way for the many objects that come without owners. */
function managedByCreate(
  next: JsonObject,
  operation: Operation,
): readonly ManagedFieldsEntry[] | undefined {
  const { apiVersion, type, manager, subresource, time, resetFields } = operation;
  const states = { before: emptyObject(type), after: next };
  const { added, modified } = compare(type, states, resetFields);
  const set = ownable(union(modified, added));
  if (isEmptySet(set)) return undefined;
  return writeOnly({ manager, operation: 'Update', apiVersion, subresource, time, set });
}

interface OwnersBefore {
  readonly entries: unknown;
  readonly managers: Managers;
}

/**
 * Owners the request names, else those there are. Through a subresource nobody can set them.
 *
 * @see Source: `fieldmanager.go`, `decodeLiveOrNew`.
 */
function ownersBefore(
  { liveEntries, givenEntries }: UpdatedObject,
  { subresource }: Operation,
): OwnersBefore {
  if (subresource === '' && givenEntries !== liveEntries) {
    if (isReset(givenEntries)) return { entries: undefined, managers: new Map() };
    const given = readManagers(givenEntries);
    if (given !== undefined && given.size > 0) return { entries: givenEntries, managers: given };
  }
  return { entries: liveEntries, managers: readManagers(liveEntries) ?? new Map() };
}

/**
 * Gives what the write sets to its manager. False: the write changes nothing for anybody.
 *
 * @see Source: `managedfieldsupdater.go`, `Update`.
 */
export function ownUpdate(
  managers: Managers,
  { live, next }: Pick<UpdatedObject, 'live' | 'next'>,
  operation: Operation,
): boolean {
  const { apiVersion, type, manager, subresource, time } = operation;
  const before = { apiVersion, type, value: live ?? emptyObject(type) };
  const owners = managers.size;
  const { comparison } = loseFields(
    managers,
    { before, after: { apiVersion, type, value: next } },
    { operation, except: undefined, isForced: true },
  );
  if (isSame(comparison)) return managers.size !== owners;
  const set = ownable(union(comparison.modified, comparison.added));
  if (!isEmptySet(set)) {
    const identity: Identity = { manager, operation: 'Update', apiVersion, subresource };
    const previous = managers.get(identityOf(identity));
    setManaged(managers, {
      ...identity,
      time,
      set: previous === undefined ? set : union(set, previous.set),
    });
  }
  capUpdaters(managers);
  return true;
}
