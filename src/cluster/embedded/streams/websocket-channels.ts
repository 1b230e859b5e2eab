/** Numbered channels in the messages of one WebSocket. */
import { Readable, Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { ChannelStatus, CommandChannels, WantedStreams } from './channels.js';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
/** A message on it names a channel on which the client says no more. */
const CLOSE = 255;
const NORMAL_CLOSURE = 1_000;
/** What may wait for the reader of one channel before the client has to wait. */
const MAX_WAITING_BYTES = 65_536;

/**
 * Subprotocols for remote commands, best first. The last, which has no status object, and none at all
 * are for clients older than any that is current.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/remotecommand/constants.go`; `kubelet/pkg/cri/streaming/remotecommand/websocket.go`.
 */
export const COMMAND_PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
] as const;

/** Subprotocols for forwarded ports. @see Source: kubernetes `kubelet/pkg/cri/streaming/portforward/websocket.go`. */
export const PORT_PROTOCOLS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', ''] as const;

/** Reads and writes the channels of a WebSocket. */
export class WebSocketChannels {
  readonly #socket: WebSocket;
  readonly #isBase64: boolean;
  readonly #inputs = new Map<number, Readable>();
  readonly #closed: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#isBase64 = socket.protocol.includes('base64');
    socket.on('message', (data) => this.#take(bytesOf(data)));
    // a client that breaks the protocol is closed by the library
    socket.on('error', () => undefined);
    socket.once('close', () => this.#over());
  }

  /** Subprotocol in use; empty for none. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** What the client says on a channel. */
  input(channel: number): Readable {
    const input = new Readable({
      highWaterMark: MAX_WAITING_BYTES,
      read: () => this.#socket.resume(),
    });
    input.on('error', () => undefined);
    this.#inputs.set(channel, input);
    return input;
  }

  /** What the client hears on a channel. */
  output(channel: number): Writable {
    const output = new Writable({
      highWaterMark: MAX_WAITING_BYTES,
      write: (chunk: Buffer, _encoding, done) => this.send(channel, chunk, done),
    });
    // the client may leave in the middle of a write
    output.on('error', () => undefined);
    return output;
  }

  /** Sends one message; `done` is called when it has left. */
  send(channel: number, data: Buffer, done?: (error?: Error) => void): void {
    const message = this.#isBase64
      ? `${channel}${data.toString('base64')}`
      : Buffer.concat([Buffer.from([channel]), data]);
    this.#socket.send(message, { binary: !this.#isBase64 }, (error) => done?.(error ?? undefined));
  }

  /** Ends the connection after what was sent. */
  close(): void {
    this.#socket.close(NORMAL_CLOSURE);
  }

  /** Calls `listener` when the connection is over. */
  onClosed(listener: () => void): void {
    this.#closed.push(listener);
  }

  #take(message: Buffer): void {
    const channel = this.#isBase64 ? (message[0] ?? 0) - 0x30 : (message[0] ?? 0);
    const data = message.subarray(1);
    if (channel === CLOSE && !this.#isBase64) {
      this.#inputs.get(data[0] ?? CLOSE)?.push(null);
      // what is said after the end is said to nobody
      this.#inputs.delete(data[0] ?? CLOSE);
      return;
    }
    const content = this.#isBase64 ? Buffer.from(data.toString('latin1'), 'base64') : data;
    const input = this.#inputs.get(channel);
    // what is said on a channel that nobody listens to is dropped, as upstream does
    if (input === undefined || input.destroyed || content.length === 0) return;
    if (!input.push(content)) this.#socket.pause();
  }

  #over(): void {
    for (const input of this.#inputs.values()) if (!input.destroyed) input.push(null);
    for (const listener of this.#closed.splice(0)) listener();
  }
}

/** The channels of a remote command. */
export function commandChannels(socket: WebSocket, wanted: WantedStreams): CommandChannels {
  const channels = new WebSocketChannels(socket);
  const { protocol } = channels;
  const hasStatus = protocol.startsWith('v4.') || protocol.startsWith('v5.');
  const first = wanted.stdout ? STDOUT : wanted.stderr ? STDERR : STATUS;
  const made: CommandChannels = {
    stdin: wanted.stdin ? channels.input(STDIN) : undefined,
    resizes: wanted.tty ? channels.input(RESIZE) : undefined,
    stdout: wanted.stdout ? channels.output(STDOUT) : undefined,
    stderr: wanted.stderr ? channels.output(STDERR) : undefined,
    finish: (status) => {
      const text = hasStatus ? JSON.stringify(status) : plainStatus(status);
      if (text !== '') channels.send(STATUS, Buffer.from(text));
      channels.close();
    },
    onClosed: (listener) => channels.onClosed(listener),
  };
  // tells the client that the connection stands
  channels.send(first, Buffer.alloc(0));
  return made;
}

function plainStatus({ status, message }: ChannelStatus): string {
  return status === 'Success' ? '' : (message ?? '');
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
