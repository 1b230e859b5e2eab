/** JSON Merge Patch (RFC 7386). */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

/** A copy of `target` with the patch merged in: null removes, objects merge, all else replaces. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else {
      const merged = applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value);
      Object.defineProperty(result, key, {
        value: merged,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  return result;
}
