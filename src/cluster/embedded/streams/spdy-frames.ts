/** The frames of SPDY/3.1 as bytes. */

/** Kinds of control frames that mean something here, by their number. */
export const CONTROL = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  ping: 6,
  goAway: 7,
} as const;

/** One frame. */
export type SpdyFrame =
  | {
      readonly kind: 'control';
      /** Its number; those of `CONTROL`, or another that is to be passed over. */
      readonly type: number;
      readonly flags: number;
      readonly payload: Buffer;
    }
  | {
      readonly kind: 'data';
      readonly stream: number;
      readonly flags: number;
      readonly data: Buffer;
    };

/** The sender sends no more on the stream. */
export const FLAG_FIN = 1;

const VERSION = 3;
const HEADER_BYTES = 8;
/** Clients of Kubernetes write 32 KiB at a time. */
const MAX_FRAME_BYTES = 1_048_576;
/** Names and values of a stream of Kubernetes are some 100 bytes. */
const MAX_CONTROL_BYTES = 16_384;

/** What a peer sent is not SPDY/3.1, or too large. */
export class SpdyFault extends Error {}

/** Cuts bytes into frames, however they arrive. */
export class SpdyFrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /**
   * The frames that are complete with this piece.
   * @throws {SpdyFault} for another version, or a frame larger than 1 MiB.
   */
  push(chunk: Buffer): readonly SpdyFrame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: SpdyFrame[] = [];
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #next(): SpdyFrame | undefined {
    const bytes = this.#pending;
    if (bytes.length < HEADER_BYTES) return undefined;
    const first = bytes.readUInt32BE(0);
    const isControl = first >= 0x80_00_00_00;
    const flags = bytes.readUInt8(4);
    const length = bytes.readUIntBE(5, 3);
    if (length > (isControl ? MAX_CONTROL_BYTES : MAX_FRAME_BYTES)) {
      throw new SpdyFault(`a frame of ${length} bytes is too large`);
    }
    if (bytes.length < HEADER_BYTES + length) return undefined;
    const content = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
    this.#pending = bytes.subarray(HEADER_BYTES + length);
    if (!isControl) return { kind: 'data', stream: first, flags, data: content };
    const version = bytes.readUInt16BE(0) & 0x7f_ff;
    if (version !== VERSION) throw new SpdyFault(`SPDY/${version} is not spoken here`);
    return { kind: 'control', type: bytes.readUInt16BE(2), flags, payload: content };
  }
}

/** A number of four bytes in a payload. @throws {SpdyFault} when the payload ends before. */
export function wordAt(payload: Buffer, offset: number): number {
  if (payload.length < offset + 4) throw new SpdyFault('a frame ends too soon');
  return payload.readUInt32BE(offset);
}

/** The bytes of a control frame. */
export function controlFrame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(0x80_00 | VERSION, 0);
  header.writeUInt16BE(type, 2);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** The bytes of a data frame. */
export function dataFrame(stream: number, data: Buffer, flags: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(stream, 0);
  header.writeUInt32BE(data.length, 4);
  header.writeUInt8(flags, 4);
  return Buffer.concat([header, data]);
}

/** Numbers of four bytes each. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
