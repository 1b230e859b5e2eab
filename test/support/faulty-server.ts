/** An HTTP server made by hand, so that it can go wrong in every way a server can. */
import { createServer, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Listening, listen } from './loopback.js';

/** What the server does with a request. */
export type Behavior =
  | 'answer'
  | 'answer-500'
  | 'answer-chunked'
  /** Answers, says `Connection: close` and closes. */
  | 'answer-and-close'
  /** Closes without a byte. */
  | 'close'
  /** Half of the body, then closes. */
  | 'truncate'
  /** RST. */
  | 'reset'
  /** Never answers. */
  | 'silence'
  /** Something that is not HTTP. */
  | 'garbage';

/** A request as it arrived: ms since the epoch, and until the answer was written. */
export interface Arrived {
  readonly atMs: number;
  readonly behavior: Behavior;
  /** The request line: `GET /work HTTP/1.1`. */
  readonly line: string;
  /** All of its bytes, as latin1. */
  readonly text: string;
  answeredAtMs: number | undefined;
}

/** What it is to do. */
export interface FaultyServerOptions {
  /** By number of the request, 0 first, and its request line. */
  readonly behave?: (index: number, line: string) => Behavior;
  /** How long it takes from a request to its answer. */
  readonly delayMs?: (index: number, nowMs: number) => number;
  /** What an `answer` says instead of 100 bytes of text; its body is the last line. */
  readonly say?: (request: Arrived, index: number) => Said;
  readonly port?: number;
}

/** An answer's particulars. */
export interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The server and what came to it. */
export interface FaultyServer extends Listening {
  readonly arrived: readonly Arrived[];
  /** Connections accepted. */
  readonly connections: () => number;
  /** Most requests under way at once. */
  readonly mostAtOnce: () => number;
  /** How late this process itself noticed what had come, at worst. */
  readonly worstLagMs: () => number;
}

const BODY = 'x'.repeat(100);
const HEAD = 'HTTP/1.1 200 OK\r\nx-pod-name: web-1\r\ncontent-length: 100\r\n';

/** Starts one on loopback. */
export async function faultyServer(options: FaultyServerOptions = {}): Promise<FaultyServer> {
  const { behave = () => 'answer', delayMs = () => 0, say } = options;
  const arrived: Arrived[] = [];
  let connections = 0;
  let underWay = 0;
  let mostAtOnce = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections++;
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      for (let end = requestEnd(text); end !== undefined; end = requestEnd(text)) {
        take(socket, text.slice(0, end));
        text = text.slice(end);
      }
    });
  });
  const take = (socket: Socket, text: string): void => {
    const index = arrived.length;
    const atMs = performance.timeOrigin + performance.now();
    const line = text.slice(0, text.indexOf('\r\n'));
    const request: Arrived = {
      atMs,
      behavior: behave(index, line),
      line,
      text,
      answeredAtMs: undefined,
    };
    arrived.push(request);
    underWay++;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    const waitMs = delayMs(index, atMs);
    const act = (): void => {
      underWay--;
      request.answeredAtMs = performance.timeOrigin + performance.now();
      if (socket.destroyed) return;
      if (request.behavior === 'answer' && say !== undefined) {
        socket.write(answerOf(say(request, index)));
      } else {
        respond(socket, request.behavior);
      }
    };
    if (waitMs <= 0) act();
    else setTimeout(act, waitMs);
  };
  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  loopDelay.enable();
  const listening = await listen(server, options.port);
  return {
    ...listening,
    close: () => {
      loopDelay.disable();
      listening.close();
    },
    worstLagMs: () => loopDelay.max / 1e6,
    arrived,
    connections: () => connections,
    mostAtOnce: () => mostAtOnce,
  };
}

/** Where the first request of a text ends; absent while it is not whole. */
function requestEnd(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? '0';
  const end = head + 4 + Number(length);
  return end <= text.length ? end : undefined;
}

function answerOf({ status = 200, headers = {}, body }: Said): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Said\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${fields.join('')}\r\n${body}`;
}

function respond(socket: Socket, behavior: Behavior): void {
  switch (behavior) {
    case 'answer':
      socket.write(`${HEAD}\r\n${BODY}`);
      break;
    case 'answer-500':
      socket.write(`${HEAD.replace('200 OK', '500 Sorry')}\r\n${BODY}`);
      break;
    case 'answer-chunked':
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
      break;
    case 'answer-and-close':
      socket.end(`${HEAD}connection: close\r\n\r\n${BODY}`);
      break;
    case 'close':
      socket.end();
      break;
    case 'truncate':
      socket.end(`${HEAD}\r\n${BODY.slice(0, 50)}`);
      break;
    case 'reset':
      socket.resetAndDestroy();
      break;
    case 'silence':
      break;
    case 'garbage':
      socket.end('220 mail.example.com ESMTP\r\n\r\n');
      break;
  }
}
