/** Messages that JSON spells as one value: quantities, times, integers-or-texts, and JSON itself. */
import type { BinaryReader } from '@bufbuild/protobuf/wire';
import { ProtobufError, eachField, readBytes, readInt32, readInt64, readText } from './wire.js';

/**
 * The text of a quantity, not yet canonical.
 *
 * @see Source: kubernetes `apimachinery/pkg/api/resource/generated.proto`, `Quantity`.
 */
export function readQuantity(reader: BinaryReader): string {
  let text = '0';
  eachField(reader, (number, wireType) => {
    if (number === 1) text = readText(reader, wireType);
    return number === 1;
  });
  return text;
}

/**
 * A number or a text, whichever the message says it is.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/intstr/generated.proto`, `IntOrString`.
 */
export function readIntOrString(reader: BinaryReader): number | string {
  let isText = false;
  let integer = 0;
  let text = '';
  eachField(reader, (number, wireType) => {
    if (number === 1) isText = readInt64(reader, wireType) === 1;
    else if (number === 2) integer = readInt32(reader, wireType);
    else if (number === 3) text = readText(reader, wireType);
    return number <= 3;
  });
  return isText ? text : integer;
}

/** The largest instant that `Date` can hold, in seconds. */
const MAX_SECONDS = 8_640_000_000_000;

/**
 * An instant in RFC 3339, with as many digits of a second; undefined for the zero time, which is 0 seconds and 0 nanoseconds here.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/time_proto.go` and `micro_time_proto.go`.
 */
export function readTime(reader: BinaryReader, digits: 0 | 6): string | undefined {
  let seconds = 0;
  let nanos = 0;
  eachField(reader, (number, wireType) => {
    if (number === 1) seconds = readInt64(reader, wireType);
    else if (number === 2) nanos = readInt32(reader, wireType);
    return number <= 2;
  });
  if (seconds === 0 && nanos === 0) return undefined;
  if (Math.abs(seconds) > MAX_SECONDS || nanos < 0 || nanos >= 1e9) {
    throw new ProtobufError('proto: a time is out of range');
  }
  const whole = new Date(seconds * 1_000).toISOString().slice(0, -5);
  if (digits === 0) return `${whole}Z`;
  return `${whole}.${String(Math.floor(nanos / 1_000)).padStart(digits, '0')}Z`;
}

/** JSON as it stands in the only field of `RawExtension` and `FieldsV1`. */
export function readRaw(reader: BinaryReader): unknown {
  let text = 'null';
  eachField(reader, (number, wireType) => {
    if (number === 1) text = new TextDecoder().decode(readBytes(reader, wireType));
    return number === 1;
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtobufError('proto: a field of this kind cannot be read from protobuf; send JSON');
  }
}
