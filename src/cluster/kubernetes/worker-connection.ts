/** The connections to one load worker's pod: its input, its standard error and its log. */
import { Attach, type KubeConfig, Log } from '@kubernetes/client-node';
import { PassThrough, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { OutputEnd, WorkerInput, WorkerPod } from '../../load/worker-pods.js';
import type { Clock } from '../../time/clock.js';
import { textOf } from './api-failure.js';
import { WORKER_CONTAINER } from './worker-job.js';

/** Which pod, and how it is reached. */
export interface ConnectedPodOptions {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
  readonly node: string | undefined;
  readonly clock: Clock;
}

/** What a server may take to say goodbye before the connection is cut. */
const CLOSE_MS = 1_000;
/** `readyState` of a WebSocket that is open. */
const OPEN = 1;

/** See {@link WorkerPod}. */
export class ConnectedPod implements WorkerPod {
  readonly index: number;
  readonly name: string;
  readonly node: string | undefined;
  readonly #options: ConnectedPodOptions;

  constructor(options: ConnectedPodOptions) {
    this.index = options.index;
    this.name = options.name;
    this.node = options.node;
    this.#options = options;
  }

  async attach(onLine: (line: string) => void): Promise<WorkerInput> {
    const { config, namespace, name, clock } = this.#options;
    const input = new PassThrough();
    const errors = new PassThrough();
    void onLines(errors, onLine);
    const socket = await new Attach(config)
      .attach(namespace, name, WORKER_CONTAINER, null, errors, input, false)
      .catch((error: unknown) => {
        throw new Error(reasonOf(error), { cause: error });
      });
    const closed = new Promise<string>((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => {
        resolve(reason === '' ? `closed (${code})` : reason);
      });
      if (socket.readyState !== OPEN) resolve('closed');
    });
    return {
      closed,
      write: (line) => {
        if (socket.readyState === OPEN) input.write(`${line}\n`);
      },
      close: () => {
        socket.close();
        const cut = clock.after(CLOSE_MS, () => socket.terminate());
        void closed.then(cut);
      },
    };
  }

  async followOutput(
    { since, signal }: { readonly since?: string; readonly signal: AbortSignal },
    onLine: (line: string, at: string) => void,
  ): Promise<OutputEnd> {
    const { config, namespace, name } = this.#options;
    const sink = new PassThrough();
    let broken: string | undefined;
    // the client pipes the answer here, and a pipe does not pass on that its source broke
    sink.on('pipe', (source: Readable) => {
      source.on('error', (error) => {
        broken = textOf(error);
        sink.end();
      });
    });
    const ended = onLines(sink, (line) => {
      const space = line.indexOf(' ');
      if (space > 0) onLine(line.slice(space + 1), line.slice(0, space));
    });
    const options = {
      follow: true,
      timestamps: true,
      ...(since === undefined ? {} : { sinceTime: since }),
    };
    try {
      const request = await new Log(config).log(namespace, name, WORKER_CONTAINER, sink, options);
      const abort = (): void => request.abort();
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      await ended;
      signal.removeEventListener('abort', abort);
    } catch (error) {
      return { kind: 'broken', because: textOf(error) };
    }
    return broken === undefined ? { kind: 'ended' } : { kind: 'broken', because: broken };
  }
}

/** Tells each whole line of a stream; resolves when it has ended. */
function onLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  });
  return new Promise((resolve) => {
    stream.on('end', resolve).on('error', () => resolve());
  });
}

/** What a WebSocket says that could not be opened is an event, not an error. */
function reasonOf(error: unknown): string {
  const isEvent = typeof error === 'object' && error !== null && 'message' in error;
  return isEvent ? String(error.message) : textOf(error);
}
