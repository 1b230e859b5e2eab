/** Borders where JSON comes in: unknown until looked at. */

/** A mapping with values not yet looked at. */
export type UnknownRecord = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields (a list is one too, with indexes as names). */
export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null;
}

/** The value of a field; undefined when there is no such field or the value has no fields. */
export function fieldOf(value: unknown, name: string | number): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The value at the end of a path of fields and indexes; undefined when the path breaks off. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce(fieldOf, value);
}
