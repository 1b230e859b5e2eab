/** Many streams over one connection, as SPDY/3.1 has them: the end that is asked, not the one that asks. */
import { Duplex } from 'node:stream';
import { CONTROL, FLAG_FIN, SpdyFault, SpdyFrameReader } from './spdy-frames.js';
import { controlFrame, dataFrame, wordAt, words } from './spdy-frames.js';
import type { SpdyFrame } from './spdy-frames.js';
import { HeaderReader, HeaderWriter } from './spdy-headers.js';

/** One stream that the peer opened. */
export interface SpdyStream {
  readonly id: number;
  /** By name, in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** What is said on it, both ways. Its end is the peer's end; `end` is ours. */
  readonly channel: Duplex;
}

interface Open extends SpdyStream {
  hasPeerEnded: boolean;
  /** Set while the peer was told to wait, because nobody reads. */
  resume: (() => void) | undefined;
}

const REFUSED_STREAM = 3;
const CANCEL = 5;
const MAX_STREAMS = 1_024;
/** What may wait in one stream before the whole connection waits. */
const MAX_WAITING_BYTES = 262_144;
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/**
 * Reads frames until the connection ends. There is no flow control by stream, as in what Kubernetes
 * uses: a stream that nobody reads holds up the others once 256 KiB wait in it.
 *
 * @see Source: moby/spdystream `connection.go`.
 */
export class SpdySession {
  readonly #connection: Duplex;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, Open>();
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  #isClosed = false;
  #isOver = false;
  #lastStream = 0;

  /** @param onStream - called with each stream that the peer opens, after it was told that it is open. */
  constructor(connection: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#connection = connection;
    this.#onStream = onStream;
    // a write that fails is told by the end of reading, too
    connection.on('error', () => undefined);
    connection.once('close', () => this.#end());
  }

  /** Serves the connection; resolves when it is over, however that came. */
  async serve(): Promise<void> {
    const frames = new SpdyFrameReader();
    try {
      for await (const chunk of this.#connection) {
        for (const frame of frames.push(bufferOf(chunk))) await this.#take(frame);
      }
    } catch {
      // a peer that vanished, or that does not speak SPDY, is the end of the session and nothing else
    } finally {
      this.#end();
    }
  }

  /** Says that it is over and ends the connection after what was written. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#connection.writable) {
      this.#connection.end(controlFrame(CONTROL.goAway, words(this.#lastStream, 0)));
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isClosed = true;
    for (const stream of this.#streams.values()) {
      stream.hasPeerEnded = true;
      stream.resume?.();
      stream.channel.destroy();
    }
    this.#reader.close();
    this.#writer.close();
    this.#connection.destroy();
  }

  async #take(frame: SpdyFrame): Promise<void> {
    if (frame.kind === 'data') {
      await this.#takeData(frame);
      return;
    }
    switch (frame.type) {
      case CONTROL.synStream:
        await this.#open(frame);
        break;
      case CONTROL.rstStream:
        this.#reset(wordAt(frame.payload, 0) & 0x7f_ff_ff_ff);
        break;
      case CONTROL.ping:
        this.#write(controlFrame(CONTROL.ping, frame.payload.subarray(0, 4)));
        break;
      case CONTROL.goAway:
        this.close();
        break;
      default:
        // settings and window updates say nothing to an end without flow control
        break;
    }
  }

  async #open({ flags, payload }: Extract<SpdyFrame, { kind: 'control' }>): Promise<void> {
    const id = wordAt(payload, 0) & 0x7f_ff_ff_ff;
    const headers = await this.#reader.read(payload.subarray(10));
    if (id <= this.#lastStream || id % 2 === 0) throw new SpdyFault(`stream ${id} is out of turn`);
    this.#lastStream = id;
    if (this.#streams.size >= MAX_STREAMS) {
      this.#write(controlFrame(CONTROL.rstStream, words(id, REFUSED_STREAM)));
      return;
    }
    const block = await this.#writer.write(NO_HEADERS);
    this.#write(controlFrame(CONTROL.synReply, Buffer.concat([words(id), block])));
    const stream: Open = {
      id,
      headers,
      channel: this.#channel(id),
      hasPeerEnded: false,
      resume: undefined,
    };
    this.#streams.set(id, stream);
    if ((flags & FLAG_FIN) !== 0) this.#peerEnded(stream);
    this.#onStream(stream);
  }

  async #takeData(frame: Extract<SpdyFrame, { kind: 'data' }>): Promise<void> {
    const stream = this.#streams.get(frame.stream);
    // what was on its way to a stream that is over
    if (stream === undefined || stream.hasPeerEnded) return;
    if (frame.data.length > 0 && !stream.channel.push(frame.data) && !stream.channel.destroyed) {
      await new Promise<void>((resolve) => {
        stream.resume = resolve;
      });
    }
    if ((frame.flags & FLAG_FIN) !== 0) this.#peerEnded(stream);
  }

  #peerEnded(stream: Open): void {
    stream.hasPeerEnded = true;
    // an abandoned channel takes nothing more
    if (!stream.channel.destroyed) stream.channel.push(null);
  }

  #channel(id: number): Duplex {
    const channel = new Duplex({
      readableHighWaterMark: MAX_WAITING_BYTES,
      allowHalfOpen: true,
      read: () => {
        const stream = this.#streams.get(id);
        stream?.resume?.();
        if (stream !== undefined) stream.resume = undefined;
      },
      write: (chunk: Buffer, _encoding, done) => this.#send(dataFrame(id, chunk, 0), done),
      final: (done) => this.#send(dataFrame(id, Buffer.alloc(0), FLAG_FIN), done),
      destroy: (error, done) => {
        this.#forget(id, channel.writableFinished);
        done(error);
      },
    });
    // the peer may reset a stream while something is being written to it
    channel.on('error', () => undefined);
    return channel;
  }

  /** The stream is over on our side; the peer is told unless both have ended properly. */
  #forget(id: number, hasEnded: boolean): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    stream.resume?.();
    if (hasEnded && stream.hasPeerEnded) return;
    this.#write(controlFrame(CONTROL.rstStream, words(id, CANCEL)));
  }

  #reset(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    stream.hasPeerEnded = true;
    stream.resume?.();
    stream.channel.destroy();
  }

  #write(bytes: Buffer): void {
    if (!this.#isClosed && this.#connection.writable) this.#connection.write(bytes);
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.#isClosed || !this.#connection.writable)
      done(new SpdyFault('the connection is closed'));
    else this.#connection.write(bytes, done);
  }
}

function bufferOf(chunk: unknown): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}
