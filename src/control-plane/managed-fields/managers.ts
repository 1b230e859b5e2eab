/** Who owns which fields: the entries of `metadata.managedFields`, read and written. */
import { kubeTimeMs } from '../../core/kube-time.js';
import { isJsonObject, textOf } from '../schema/json.js';
import { EMPTY_SET, isSameSet, readSet, sortedSet, union } from './field-set.js';
import type { FieldSet } from './field-set.js';

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
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
  return JSON.stringify({
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(operation === 'Apply' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  });
}

/** Adds an owner, in place of the one with the same identity. */
export function setManaged(managers: Managers, managed: Managed): void {
  managers.set(identityOf(managed), managed);
}

/** Lists of entries that were written here: they need no reading before they are used again. */
const WRITTEN = new WeakSet<readonly unknown[]>();

/** Whether a list of entries was written here, and so is in order. */
export function isWritten(entries: unknown): entries is readonly ManagedFieldsEntry[] {
  return Array.isArray(entries) && WRITTEN.has(entries);
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

/**
 * `metadata.managedFields` for these owners; undefined when there are none.
 *
 * @see Source: `managedfields.go`, `encodeManagedFields` and `sortEncodedManagedFields`.
 */
export function writeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  const entries = [...managers.values()].sort(compareManaged).map(writeEntry);
  WRITTEN.add(entries);
  return entries;
}

function writeEntry(managed: Managed): ManagedFieldsEntry {
  const { manager, operation, apiVersion, subresource, time, set } = managed;
  return {
    ...(manager === '' ? {} : { manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: sortedSet(set),
    ...(subresource === '' ? {} : { subresource }),
  };
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
