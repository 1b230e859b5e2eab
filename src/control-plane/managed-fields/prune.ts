/** What goes from an object when its applier no longer names it. */
import type { JsonObject } from '../schema/json.js';
import type { Type } from '../schema/types.js';
import { difference, intersection, isEmptySet, union, EMPTY_SET } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { fieldSetOf } from './field-set-of.js';
import type { Managed, Managers } from './managers.js';
import type { Operation } from './ownership.js';
import { removeItems, withNamedFields } from './remove-items.js';
import type { Versioned } from './versioned.js';

/** Who applied before, and who owns what now. */
export interface PruneContext {
  /** The applier before this apply; undefined: it had not applied. */
  readonly last: Managed | undefined;
  readonly managers: Managers;
  readonly operation: Operation;
}

/**
 * The merged object without what its applier named last time, does not name now and nobody else owns.
 *
 * @see Source: structured-merge-diff v6 `merge/update.go`, `prune`.
 */
export function prune(merged: Versioned, { last, managers, operation }: PruneContext): JsonObject {
  if (last === undefined || isEmptySet(last.set)) return merged.value;
  const { convert } = operation;
  const converted = convert(merged, last.apiVersion);
  if (converted === undefined) return merged.value;
  const { type, value } = converted;
  const bare = removeItems(type, value, withNamedFields(type, last.set));
  const owned = withOwned(converted, { ...converted, value: bare }, { managers, operation });
  const pruned = withUnowned(converted, owned, last.set);
  return convert({ ...converted, value: pruned }, merged.apiVersion)?.value ?? merged.value;
}

/** Puts back what anybody owns. @see Source: `update.go`, `addBackOwnedItems`. */
function withOwned(
  merged: Versioned,
  bare: Versioned,
  { managers, operation }: Pick<PruneContext, 'managers' | 'operation'>,
): Versioned {
  const owned = new Map<string, FieldSet>([[merged.apiVersion, EMPTY_SET]]);
  for (const { apiVersion, set } of managers.values()) {
    owned.set(apiVersion, union(owned.get(apiVersion) ?? EMPTY_SET, set));
  }
  let [from, left] = [merged, bare];
  for (const [apiVersion, set] of owned) {
    const whole = operation.convert(from, apiVersion);
    const part = operation.convert(left, apiVersion);
    if (whole === undefined || part === undefined) continue;
    from = whole;
    left = { ...whole, value: withoutUnowned(whole, part.value, set) };
  }
  return operation.convert(left, merged.apiVersion) ?? bare;
}

function withoutUnowned({ type, value }: Versioned, part: JsonObject, owned: FieldSet): JsonObject {
  const kept = union(named(type, part), withNamedFields(type, owned));
  return removeItems(type, value, difference(named(type, value), kept));
}

/** Puts back what the applier did not name either. @see Source: `update.go`, `addBackDanglingItems`. */
function withUnowned({ type, value }: Versioned, pruned: Versioned, last: FieldSet): JsonObject {
  const gone = difference(named(type, value), named(type, pruned.value));
  return removeItems(type, value, intersection(gone, withNamedFields(type, last)));
}

function named(type: Type, value: JsonObject): FieldSet {
  return withNamedFields(type, fieldSetOf(type, value));
}
