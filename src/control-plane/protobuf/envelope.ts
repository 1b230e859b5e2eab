/** The envelope in which Kubernetes sends protobuf: a magic number and `runtime.Unknown`. */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { ProtobufError, eachField, nested, readBytes, readText } from './wire.js';

/** Media type of bodies in an envelope. */
export const PROTOBUF_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf';

/** What stands before every envelope: `k8s` and a zero. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00] as const;

/** An object that is not yet decoded, and what it says it is. */
export interface Envelope {
  /** '' when it does not say. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The message of that kind. */
  readonly message: Uint8Array;
}

/**
 * Opens an envelope.
 *
 * @throws {ProtobufError} with upstream's words when the bytes are none.
 * @see Source: kubernetes `apimachinery/pkg/runtime/serializer/protobuf/protobuf.go`, `Decode`, and
 *   `apimachinery/pkg/runtime/generated.proto`, `Unknown`.
 */
export function openEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length === 0) throw new ProtobufError('empty data');
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new ProtobufError(
      `provided data does not appear to be a protobuf message, expected prefix [${MAGIC.join(' ')}]`,
    );
  }
  if (bytes.length === MAGIC.length) throw new ProtobufError('empty body');
  const reader = new BinaryReader(bytes.subarray(MAGIC.length));
  let type = { apiVersion: '', kind: '' };
  let message: Uint8Array = new Uint8Array();
  eachField(reader, (number, wireType) => {
    if (number === 1) type = readTypeMeta(nested(reader, wireType));
    else if (number === 2) message = readBytes(reader, wireType);
    return number <= 2;
  });
  return { ...type, message };
}

function readTypeMeta(reader: BinaryReader): { apiVersion: string; kind: string } {
  const type = { apiVersion: '', kind: '' };
  eachField(reader, (number, wireType) => {
    if (number === 1) type.apiVersion = readText(reader, wireType);
    else if (number === 2) type.kind = readText(reader, wireType);
    return number <= 2;
  });
  return type;
}
