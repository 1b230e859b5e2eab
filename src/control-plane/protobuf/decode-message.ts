/** Reads protobuf messages into the JSON that the same object would be. */
import { BinaryReader, WireType, base64Encode } from '@bufbuild/protobuf/wire';
import type { JsonObject } from '../schema/json.js';
import type { Field, ListType, MapType, ScalarKind, StructType, Type } from '../schema/types.js';
import { numberedFields } from './message-table.js';
import { readIntOrString, readQuantity, readRaw, readTime } from './well-known.js';
import {
  ProtobufError,
  eachField,
  nested,
  readBoolean,
  readBytes,
  readInt32,
  readInt64,
  readText,
} from './wire.js';

/**
 * The object that a message holds, as JSON has it: quantities, times and integers-or-texts in their
 * JSON spelling, bytes in base64. Numbers that are not described are skipped.
 *
 * @param type - what the message is; it must be described in the tables beside this file.
 * @throws {ProtobufError} when the bytes are no such message.
 * @see Source: kubernetes `apimachinery/pkg/runtime/serializer/protobuf/protobuf.go`; the proto2 wire
 *   format.
 */
export function decodeMessage(type: StructType, bytes: Uint8Array): JsonObject {
  const result: JsonObject = {};
  readMessage(new BinaryReader(bytes), { struct: type, message: type.name }, result);
  return result;
}

/** A message and the type whose fields it has; they differ where JSON inlines one. */
interface Message {
  readonly struct: StructType;
  readonly message: string;
}

function readMessage(
  reader: BinaryReader,
  { struct, message }: Message,
  into: Record<string, unknown>,
): void {
  const fields = numberedFields(message);
  if (fields === undefined) {
    throw new ProtobufError(`proto: ${message} cannot be read from protobuf; send JSON`);
  }
  eachField(reader, (number, wireType) => {
    const numbered = fields[number];
    if (numbered?.kind === 'inline') {
      const inline = { struct, message: numbered.message };
      readMessage(nested(reader, wireType), inline, into);
      return true;
    }
    const field = numbered === undefined ? undefined : ownField(struct, numbered.name);
    if (numbered === undefined || field === undefined) return false;
    const place = { reader, wireType, previous: into[numbered.name] };
    const value = readField(field.type, place);
    if (value !== undefined) into[numbered.name] = value;
    return true;
  });
}

function ownField(struct: StructType, name: string): Field | undefined {
  return Object.hasOwn(struct.fields, name) ? struct.fields[name] : undefined;
}

/** What a reader is to read next. */
interface Place {
  readonly reader: BinaryReader;
  readonly wireType: WireType;
  /** What an earlier occurrence of the field gave. */
  readonly previous: unknown;
}

/** The value of a field; undefined where JSON has none (a zero time). */
function readField(type: Type, place: Place): unknown {
  if (type.kind === 'list') return readItem(type, place);
  if (type.kind === 'map') return readEntry(type, place);
  return readValue(type, place.reader, place.wireType);
}

function readValue(type: Type, reader: BinaryReader, wireType: WireType): unknown {
  switch (type.kind) {
    case 'struct': {
      const value: JsonObject = {};
      readMessage(nested(reader, wireType), { struct: type, message: type.name }, value);
      return value;
    }
    case 'raw':
      return readRaw(nested(reader, wireType));
    case 'list':
      return readWrappedList(type, nested(reader, wireType));
    case 'map':
      throw new ProtobufError('proto: a map cannot stand in a map');
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
    case 'quantity':
    case 'intOrString':
    case 'time':
    case 'microTime':
    case 'bytes':
    default:
      return SCALARS[type.kind](reader, wireType);
  }
}

/** One more item of a list, or several of them packed into one field. */
function readItem(type: ListType, { reader, wireType, previous }: Place): readonly unknown[] {
  const items: unknown[] = Array.isArray(previous) ? previous : [];
  const isPacked = wireType === WireType.LengthDelimited && VARINTS.has(type.items.kind);
  if (!isPacked) {
    // a zero time has no JSON but null
    items.push(readValue(type.items, reader, wireType) ?? null);
    return items;
  }
  const packed = nested(reader, wireType);
  while (packed.pos < packed.len) items.push(readValue(type.items, packed, WireType.Varint));
  return items;
}

/** A list that is a map's value has a message around it, with the items as its only field. */
function readWrappedList(type: ListType, reader: BinaryReader): readonly unknown[] {
  let items: readonly unknown[] = [];
  eachField(reader, (number, wireType) => {
    if (number === 1) items = readItem(type, { reader, wireType, previous: items });
    return number === 1;
  });
  return items;
}

/** One more entry of a map: a message of key and value. */
function readEntry(type: MapType, { reader, wireType, previous }: Place): JsonObject {
  const entries = isEntries(previous) ? previous : {};
  const entry = nested(reader, wireType);
  let key = '';
  let value: unknown;
  eachField(entry, (number, entryWireType) => {
    if (number === 1) key = readText(entry, entryWireType);
    else if (number === 2) value = readValue(type.values, entry, entryWireType);
    return number <= 2;
  });
  // a key may be called `__proto__`; null is read as the zero value
  Object.defineProperty(entries, key, {
    value: value ?? null,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return entries;
}

function isEntries(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

const VARINTS: ReadonlySet<Type['kind']> = new Set(['boolean', 'int32', 'int64']);

type ScalarReader = (reader: BinaryReader, wireType: WireType) => unknown;

const SCALARS: Readonly<Record<ScalarKind, ScalarReader>> = {
  string: readText,
  boolean: readBoolean,
  int32: readInt32,
  int64: readInt64,
  bytes: (reader, wireType) => base64Encode(readBytes(reader, wireType)),
  quantity: (reader, wireType) => readQuantity(nested(reader, wireType)),
  intOrString: (reader, wireType) => readIntOrString(nested(reader, wireType)),
  time: (reader, wireType) => readTime(nested(reader, wireType), 0),
  microTime: (reader, wireType) => readTime(nested(reader, wireType), 6),
};
