/** Who owns which fields: the entries of `metadata.managedFields`, read and written. */
import { kubeTimeMs } from '../../core/kube-time.js';
import { isJsonObject, textOf } from '../schema/json.js';
import { EMPTY_SET, isSameSet, readSet, sortedSet, union } from './field-set.js';
import type { FieldSet } from './field-set.js';

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager?: string | undefined;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string | undefined;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: string | undefined;
}

/** What one manager owns by one operation, version and subresource. */
export interface Managed {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
  /** When what it owns last changed; absent where upstream leaves it out. */
  readonly time: string | undefined;
  readonly set: FieldSet;
  /** What it was read from, if that was written here. */
  readonly entry?: ManagedFieldsEntry;
}

/** Owners by their identity. */
export type Managers = Map<string, Managed>;

/** What tells one owner from another; an applier is the same in every version. */
export type Identity = Pick<Managed, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/**
 * The identity as one text.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/managedfields.go`,
 *   `BuildManagerIdentifier`.
 */
export function identityOf({ manager, operation, apiVersion, subresource }: Identity): string {
  const name = manager === '' ? '' : `"manager":${JSON.stringify(manager)},`;
  const version = operation === 'Apply' ? '' : `,"apiVersion":"${apiVersion}"`;
  const part = subresource === '' ? '' : `,"subresource":"${subresource}"`;
  return `{${name}"operation":"${operation}"${version}${part}}`;
}

/** Adds an owner, in place of the one with the same identity. */
export function setManaged(managers: Managers, managed: Managed): void {
  managers.set(identityOf(managed), managed);
}

/** An entry that was written here: it needs no reading before it is used again. */
class WrittenEntry implements ManagedFieldsEntry {
  readonly manager: string | undefined;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string | undefined;
  readonly fieldsType = 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource: string | undefined;

  constructor({ manager, operation, apiVersion, subresource, time, set }: Managed) {
    this.manager = manager === '' ? undefined : manager;
    this.operation = operation;
    this.apiVersion = apiVersion;
    this.time = time;
    this.fieldsV1 = sortedSet(set);
    this.subresource = subresource === '' ? undefined : subresource;
  }
}

/** Whether a list of entries was written here, and so is in order. */
export function isWritten(entries: unknown): entries is readonly ManagedFieldsEntry[] {
  return (
    Array.isArray(entries) &&
    entries.length > 0 &&
    entries.every((entry) => entry instanceof WrittenEntry)
  );
}

/**
 * Owners by what `metadata.managedFields` says; undefined when an entry is malformed.
 *
 * @see Source: `managedfields.go`, `DecodeManagedFields`.
 */
export function readManagers(entries: unknown): Managers | undefined {
  const managers: Managers = new Map();
  if (!Array.isArray(entries)) return managers;
  for (const entry of entries) {
    const managed = readEntry(entry);
    if (managed === undefined) return undefined;
    setManaged(managers, managed);
  }
  return managers;
}

function readEntry(entry: unknown): Managed | undefined {
  if (entry instanceof WrittenEntry) return managedOf(entry);
  if (!isJsonObject(entry)) return undefined;
  const operation = entry['operation'];
  const apiVersion = textOf(entry['apiVersion']);
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (apiVersion === '' || entry['fieldsType'] !== 'FieldsV1') return undefined;
  const set = entry['fieldsV1'] === undefined ? EMPTY_SET : readSet(entry['fieldsV1']);
  if (set === undefined) return undefined;
  const time = textOf(entry['time']);
  return {
    manager: textOf(entry['manager']),
    operation,
    apiVersion,
    subresource: textOf(entry['subresource']),
    time: time === '' ? undefined : time,
    set,
  };
}

function managedOf(entry: WrittenEntry): Managed {
  const { manager = '', operation, apiVersion, subresource = '', time, fieldsV1 } = entry;
  return { manager, operation, apiVersion, subresource, time, set: fieldsV1, entry };
}

/**
 * `metadata.managedFields` for these owners; undefined when there are none.
 *
 * @see Source: `managedfields.go`, `encodeManagedFields` and `sortEncodedManagedFields`.
 */
export function writeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  const owners = [...managers.values()];
  if (owners.length > 1) owners.sort(compareManaged);
  return owners.map(writeEntry);
}

/** `metadata.managedFields` when there is one owner. */
export function writeOnly(managed: Managed): readonly ManagedFieldsEntry[] {
  return [new WrittenEntry(managed)];
}

/** An owner of whom nothing has changed keeps its entry. */
function writeEntry(managed: Managed): ManagedFieldsEntry {
  const { entry, set, time, apiVersion } = managed;
  const isKept = entry?.fieldsV1 === set && entry.time === time && entry.apiVersion === apiVersion;
  return isKept ? entry : new WrittenEntry(managed);
}

function compareManaged(a: Managed, b: Managed): number {
  return (
    compareText(a.operation, b.operation) ||
    seconds(a) - seconds(b) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function seconds({ time }: Managed): number {
  return time === undefined ? 0 : Math.trunc((kubeTimeMs(time) ?? 0) / 1_000);
}

/**
 * Whether a request wants all owners forgotten: an empty list, or one with an empty entry.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/fieldmanager.go`,
 *   `isResetManagedFields`.
 */
export function isReset(entries: unknown): boolean {
  if (!Array.isArray(entries) || entries.length > 1) return false;
  const [only] = entries;
  return entries.length === 0 || (isJsonObject(only) && Object.keys(only).length === 0);
}

/** Whether two lists of entries differ in nothing but times. */
export function isSameButTimes(
  a: readonly ManagedFieldsEntry[] | undefined,
  b: readonly ManagedFieldsEntry[] | undefined,
): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((one, index) => {
    const two = b[index];
    return (
      two !== undefined &&
      one.manager === two.manager &&
      one.operation === two.operation &&
      one.apiVersion === two.apiVersion &&
      one.subresource === two.subresource &&
      isSameSet(one.fieldsV1, two.fieldsV1)
    );
  });
}

/** Most entries of updates; older ones are merged. */
const MAX_UPDATERS = 10;

/** Whom the merged entries of old updates belong to. */
const OLD_UPDATES = 'ancient-changes';

/**
 * Merges the oldest updaters of a version until there are at most ten.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/capmanagers.go`.
 */
export function capUpdaters(managers: Managers): void {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update');
  let excess = updaters.length - MAX_UPDATERS;
  if (excess <= 0) return;
  updaters.sort(([a, one], [b, two]) => seconds(one) - seconds(two) || compareText(a, b));
  const first = new Map<string, string>();
  for (const [id, managed] of updaters) {
    if (excess <= 0) return;
    const { apiVersion } = managed;
    const firstId = first.get(apiVersion);
    if (firstId === undefined) first.set(apiVersion, id);
    else {
      mergeIntoBucket(managers, managed, { id, firstId });
      excess--;
    }
  }
}

function mergeIntoBucket(
  managers: Managers,
  managed: Managed,
  { id, firstId }: { readonly id: string; readonly firstId: string },
): void {
  const bucket: Identity = {
    manager: OLD_UPDATES,
    operation: 'Update',
    apiVersion: managed.apiVersion,
    subresource: '',
  };
  const bucketId = identityOf(bucket);
  const present = managers.get(bucketId) ?? managers.get(firstId);
  if (!managers.has(bucketId)) managers.delete(firstId);
  const set = present === undefined ? managed.set : union(managed.set, present.set);
  managers.delete(id);
  managers.set(bucketId, { ...bucket, time: managed.time, set });
}
