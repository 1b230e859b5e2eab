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
  answeredAtMs: number | undefined;
}

/** What it is to do. */
export interface FaultyServerOptions {
  /** By number of the request, 0 first. */
  readonly behave?: (index: number) => Behavior;
  /** How long it takes from a request to its answer. */
  readonly delayMs?: (index: number, nowMs: number) => number;
  readonly port?: number;
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
  const { behave = () => 'answer', delayMs = () => 0 } = options;
  const arrived: Arrived[] = [];
  let connections = 0;
  let underWay = 0;
  let mostAtOnce = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections++;
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        text = text.slice(end + 4);
        take(socket);
      }
    });
  });
  const take = (socket: Socket): void => {
    const index = arrived.length;
    const atMs = performance.timeOrigin + performance.now();
    const request: Arrived = { atMs, behavior: behave(index), answeredAtMs: undefined };
    arrived.push(request);
    underWay++;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    const waitMs = delayMs(index, atMs);
    const act = (): void => {
      underWay--;
      request.answeredAtMs = performance.timeOrigin + performance.now();
      if (!socket.destroyed) respond(socket, request.behavior);
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
