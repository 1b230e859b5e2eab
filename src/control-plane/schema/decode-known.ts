/** Decoding of objects most of which was decoded before: what a writer left as it was read is not decoded again. */
import { decode, type DecodeOptions } from './decode.js';
import { copyJson, isJsonObject, type JsonObject } from './json.js';
import type { StructType } from './types.js';

/**
 * Parts of objects in the form in which they are stored, by their type. Nobody changes what is stored, so that a part
 * which comes back is still what it was.
 */
const KNOWN = new WeakMap<object, StructType>();

/** What is written apart from the rest, and is new in each version. */
const METADATA = 'metadata';

/**
 * As `decode`, such that the result may be changed: parts that are known are copied, which takes a fraction of the
 * time.
 *
 * @throws {DecodeError} as `decode` does.
 */
export function decodeCopy(type: StructType, value: unknown, options: DecodeOptions): JsonObject {
  return decodeAround(type, value, { options, part: copyJson });
}

/**
 * As `decode`, to be stored: parts that are known are taken over, and those of the result are known from now on. It
 * and they may not be changed any more, its metadata excepted.
 *
 * @throws {DecodeError} as `decode` does.
 */
export function decodeStored(type: StructType, value: unknown): JsonObject {
  const decoded = decodeAround(type, value, { options: {}, part: (known) => known });
  for (const [name, field] of Object.entries(type.fields)) {
    const part = decoded[name];
    if (name === METADATA || field.type.kind !== 'struct' || !isJsonObject(part)) continue;
    KNOWN.set(part, field.type);
  }
  return decoded;
}

function decodeAround(
  type: StructType,
  value: unknown,
  how: { readonly options: DecodeOptions; readonly part: (known: object) => unknown },
): JsonObject {
  const { options, part } = how;
  if (!isJsonObject(value)) return decode(type, value, options);
  const rest: JsonObject = { ...value };
  const known = new Map<string, object>();
  for (const [name, given] of Object.entries(value)) {
    if (typeof given !== 'object' || given === null) continue;
    const itsType = KNOWN.get(given);
    if (itsType === undefined || itsType !== type.fields[name]?.type) continue;
    known.set(name, given);
    rest[name] = undefined;
  }
  const decoded = decode(type, known.size === 0 ? value : rest, options);
  if (known.size === 0) return decoded;
  const result: JsonObject = {};
  // in the order of the type, as if all had been decoded
  for (const name of Object.keys(type.fields)) {
    const before = known.get(name);
    const each = before === undefined ? decoded[name] : part(before);
    if (each !== undefined) result[name] = each;
  }
  return result;
}
