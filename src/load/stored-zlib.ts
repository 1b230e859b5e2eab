/** zlib streams that hold their bytes as they are: any reader of zlib reads them, and they are the same everywhere. */

/** RFC 1950: deflate with a window of 32 KiB, no preset dictionary, the fastest level. */
const HEADER = [0x78, 0x01] as const;
/** RFC 1951, 3.2.4: the length of a stored block has 16 bits. */
const LONGEST_BLOCK = 0xffff;
const BLOCK_HEADER_BYTES = 5;
const CHECKSUM_BYTES = 4;

/**
 * Bytes as a zlib stream of stored blocks.
 *
 * What a compressor makes of the same bytes differs between versions of Node and between processors, and to start
 * one takes longer than all that there is to compress: the histogram of a second has some hundred bytes.
 */
export function zlibOf(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / LONGEST_BLOCK));
  const stream = new Uint8Array(
    HEADER.length + blocks * BLOCK_HEADER_BYTES + bytes.length + CHECKSUM_BYTES,
  );
  stream.set(HEADER);
  let at: number = HEADER.length;
  for (let block = 0; block < blocks; block++) {
    const piece = bytes.subarray(block * LONGEST_BLOCK, (block + 1) * LONGEST_BLOCK);
    const { length } = piece;
    stream[at] = block === blocks - 1 ? 1 : 0;
    stream[at + 1] = length & 0xff;
    stream[at + 2] = length >> 8;
    stream[at + 3] = ~length & 0xff;
    stream[at + 4] = (~length >> 8) & 0xff;
    stream.set(piece, at + BLOCK_HEADER_BYTES);
    at += BLOCK_HEADER_BYTES + length;
  }
  new DataView(stream.buffer).setUint32(at, adler32(bytes));
  return stream;
}

/** The bytes of a stream of one stored block; undefined when it is anything else. */
export function storedBytes(stream: Uint8Array): Uint8Array | undefined {
  const [method, , block, low = 0, high = 0] = stream;
  if (method !== HEADER[0] || block !== 1) return undefined;
  const from = HEADER.length + BLOCK_HEADER_BYTES;
  const end = from + low + 256 * high;
  return end + CHECKSUM_BYTES === stream.length ? stream.subarray(from, end) : undefined;
}

/** @see Source: RFC 1950, chapter 8.2. */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}
