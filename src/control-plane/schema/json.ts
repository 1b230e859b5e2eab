/** JSON values of unknown shape. */

/** A JSON object of which nothing is known. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object: no list, no null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects among the items of a list; nothing when it is no list. */
export function jsonObjects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}

/** A text; '' when the value is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value a path of keys leads to; undefined when it leads nowhere. */
export function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
