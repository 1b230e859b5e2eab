/** JSON values as Go prints them in messages. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

/** Go's `%T` of a decoded JSON value. */
export function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isJsonObject(value)) return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value;
}

/** Go's `%#v` of a decoded JSON value. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const pairs = sortedEntries(value).map(
    ([name, item]) => `${JSON.stringify(name)}:${goSyntax(item)}`,
  );
  return `map[string]interface {}{${pairs.join(', ')}}`;
}

/** Go's `%v` of a pointer to a struct that holds the value. */
export function goPointer(value: unknown): string {
  return `&{${goPlain(value)}}`;
}

/** Go's `%v` of a decoded JSON value. */
export function goPlain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`;
  if (!isJsonObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  return `map[${sortedEntries(value)
    .map(([name, item]) => `${name}:${goPlain(item)}`)
    .join(' ')}]`;
}

function sortedEntries(value: JsonObject): readonly (readonly [string, unknown])[] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
