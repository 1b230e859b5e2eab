/** Reads single fields off the protobuf wire, with one kind of error for whatever is wrong with the bytes. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Bytes that are no message of the wanted type, or hold what cannot be read from protobuf. */
export class ProtobufError extends Error {}

/**
 * Calls `read` for each field of a message; what it does not read (false) is skipped.
 *
 * @throws {ProtobufError} as all functions of this file do, when the bytes are not what is wanted.
 */
export function eachField(
  reader: BinaryReader,
  read: (number: number, wireType: WireType) => boolean,
): void {
  while (reader.pos < reader.len) {
    const [number, wireType] = onWire(() => reader.tag());
    if (!read(number, wireType)) onWire(() => reader.skip(wireType, number));
  }
}

/** A text. */
export function readText(reader: BinaryReader, wireType: WireType): string {
  expectWireType(wireType, WireType.LengthDelimited);
  return onWire(() => reader.string());
}

/** Bytes, as a part of those that are read. */
export function readBytes(reader: BinaryReader, wireType: WireType): Uint8Array {
  expectWireType(wireType, WireType.LengthDelimited);
  return onWire(() => reader.bytes());
}

/** A whole number of 32 bits. */
export function readInt32(reader: BinaryReader, wireType: WireType): number {
  expectWireType(wireType, WireType.Varint);
  return onWire(() => reader.int32());
}

/** A whole number of 64 bits; beyond 2^53 the nearest that a number can hold. */
export function readInt64(reader: BinaryReader, wireType: WireType): number {
  expectWireType(wireType, WireType.Varint);
  return onWire(() => Number(reader.int64()));
}

/** A reader of the message that comes next. */
export function nested(reader: BinaryReader, wireType: WireType): BinaryReader {
  return new BinaryReader(readBytes(reader, wireType));
}

/** True or false. */
export function readBoolean(reader: BinaryReader, wireType: WireType): boolean {
  expectWireType(wireType, WireType.Varint);
  return onWire(() => reader.bool());
}

function expectWireType(found: WireType, wanted: WireType): void {
  if (found !== wanted) throw new ProtobufError(`proto: wrong wireType = ${found}`);
}

/** Whatever the library says of bytes it cannot read is a fault of the bytes. */
function onWire<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ProtobufError(`proto: ${error instanceof Error ? error.message : String(error)}`);
  }
}
