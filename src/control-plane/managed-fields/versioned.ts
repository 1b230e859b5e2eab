/** Objects together with the version and type they are in. */
import { decode } from '../schema/decode.js';
import type { JsonObject } from '../schema/json.js';
import type { StructType } from '../schema/types.js';

/** An object in one version of its kind. */
export interface Versioned {
  /** As in the object: `apps/v1`. */
  readonly apiVersion: string;
  readonly type: StructType;
  readonly value: JsonObject;
}

/** The object in another version; undefined when there is no such version of its kind. */
export type Convert = (object: Versioned, apiVersion: string) => Versioned | undefined;

const EMPTY = new WeakMap<StructType, JsonObject>();

/** What Go's zero value of a type looks like: what a new object is compared with. */
export function emptyObject(type: StructType): JsonObject {
  let empty = EMPTY.get(type);
  if (empty === undefined) {
    empty = decode(type, {});
    EMPTY.set(type, empty);
  }
  return empty;
}
