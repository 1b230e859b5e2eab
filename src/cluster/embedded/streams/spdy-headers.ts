/** Names and values of SPDY streams, compressed over the whole of a connection. */
import { constants, createDeflate, createInflate } from 'node:zlib';
import type { Deflate, Inflate } from 'node:zlib';
import { spdyDictionary } from './spdy-dictionary.js';
import { SpdyFault, wordAt, words } from './spdy-frames.js';

/** Far more than any stream of Kubernetes needs. */
const MAX_BLOCK_BYTES = 65_536;

/** Reads the blocks of one direction, in order. */
export class HeaderReader {
  readonly #inflate: Inflate;
  readonly #step: (input: Buffer) => Promise<Buffer>;

  constructor() {
    this.#inflate = createInflate({
      dictionary: spdyDictionary(),
      flush: constants.Z_SYNC_FLUSH,
    });
    this.#step = stepOf(this.#inflate);
  }

  /** One block; not before the one before is done. @throws {SpdyFault} when it is none. */
  async read(block: Buffer): Promise<ReadonlyMap<string, string>> {
    const plain = await this.#step(block);
    const headers = new Map<string, string>();
    let offset = 4;
    const text = (): string => {
      const length = wordAt(plain, offset);
      const start = offset + 4;
      if (plain.length < start + length) throw new SpdyFault('a header ends too soon');
      offset = start + length;
      return plain.toString('utf8', start, offset);
    };
    for (let left = wordAt(plain, 0); left > 0; left--) {
      const name = text();
      headers.set(name.toLowerCase(), text());
    }
    return headers;
  }

  close(): void {
    this.#inflate.close();
  }
}

/** Writes the blocks of one direction, in order. */
export class HeaderWriter {
  readonly #deflate: Deflate;
  readonly #step: (input: Buffer) => Promise<Buffer>;

  constructor() {
    this.#deflate = createDeflate({
      dictionary: spdyDictionary(),
      flush: constants.Z_SYNC_FLUSH,
    });
    this.#step = stepOf(this.#deflate);
  }

  /** One block; not before the one before is done. */
  write(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    const parts = [...headers].flatMap(([name, value]) =>
      [name, value].flatMap((text) => [words(Buffer.byteLength(text)), Buffer.from(text)]),
    );
    return this.#step(Buffer.concat([words(headers.size), ...parts]));
  }

  close(): void {
    this.#deflate.close();
  }
}

/** What goes in and what comes out of it, without an end to the stream. */
function stepOf(stream: Inflate | Deflate): (input: Buffer) => Promise<Buffer> {
  let output: Buffer[] = [];
  let bytes = 0;
  let fail: ((error: Error) => void) | undefined;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BLOCK_BYTES) output.push(chunk);
    else stream.destroy(new SpdyFault('a block of headers is too large'));
  });
  stream.on('error', (error) => fail?.(new SpdyFault(error.message)));
  return (input) =>
    new Promise((resolve, reject) => {
      output = [];
      bytes = 0;
      fail = reject;
      stream.write(input, () => resolve(Buffer.concat(output)));
    });
}
