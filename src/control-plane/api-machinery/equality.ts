/** Deep equality of JSON values, where absent and undefined are the same. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

/** Whether two JSON values are equal; order of keys does not matter, order of lists does. */
export function isEqualJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => isEqualJson(item, b[index]))
    );
  }
  return isJsonObject(a) && isJsonObject(b) && isEqualObject(a, b);
}

function isEqualObject(a: JsonObject, b: JsonObject): boolean {
  let count = 0;
  for (const key of Object.keys(a)) {
    const value = a[key];
    if (value === undefined) continue;
    count++;
    if (!isEqualJson(value, b[key])) return false;
  }
  for (const key of Object.keys(b)) {
    if (b[key] !== undefined) count--;
  }
  return count === 0;
}
