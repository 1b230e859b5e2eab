/** JSON merge patch. */
import { fieldOf, isRecord, type UnknownRecord } from './json.js';

/**
 * `target` with `patch` applied: objects merge field by field, `null` removes, anything else replaces.
 * Neither argument is changed.
 *
 * @see Source: RFC 7386.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const before = isObject(target) ? target : {};
  const removed = Object.entries(patch).filter(([, value]) => value === null);
  const kept = omit(before, new Set(removed.map(([name]) => name)));
  const merged = Object.entries(patch)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, mergePatch(fieldOf(before, name), value)] as const);
  // `fromEntries` defines fields, so that one named `__proto__` is a field like any other.
  return Object.fromEntries([...Object.entries(kept), ...merged]);
}

function omit(object: UnknownRecord, names: ReadonlySet<string>): UnknownRecord {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}

function isObject(value: unknown): value is UnknownRecord {
  return isRecord(value) && !Array.isArray(value);
}
