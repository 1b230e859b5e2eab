/** Forwarded ports over SPDY, on its own or in a WebSocket: a pair of streams for each connection. */
import type { Duplex } from 'node:stream';
import { forwardPort } from './forward-port.js';
import type { PodPort } from './forward-port.js';
import { SpdySession } from './spdy-session.js';
import type { SpdyStream } from './spdy-session.js';

/** The one protocol there is. */
export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';
/** Subprotocol of a WebSocket that carries SPDY. @see Source: kubernetes `apimachinery/pkg/util/portforward/constants.go`. */
export const TUNNELED_PORT_FORWARD = `SPDY/3.1+${PORT_FORWARD_PROTOCOL}`;

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
}

/**
 * Serves connections until the client is gone. The streams of one connection carry the same
 * `requestID`; an error is written to one of them and the other ends.
 *
 * @see Source: kubernetes `kubelet/pkg/cri/streaming/portforward/httpstream.go`.
 */
export async function servePortForward(
  connection: Duplex,
  portOf: (port: number) => PodPort,
): Promise<void> {
  const pairs = new Map<string, Pair>();
  const session = new SpdySession(connection, (stream) => {
    const port = portIn(stream.headers);
    const type = stream.headers.get('streamtype');
    if (port === undefined || (type !== 'data' && type !== 'error')) {
      stream.channel.destroy();
      return;
    }
    // clients from before request ids open the error stream first, then the data stream
    const id =
      stream.headers.get('requestid') ?? String(type === 'data' ? stream.id - 2 : stream.id);
    const pair = pairs.get(id) ?? {};
    pair[type] = stream;
    pairs.set(id, pair);
    stream.channel.once('close', () => {
      if (pairs.get(id) === pair) pairs.delete(id);
    });
    if (pair.data !== undefined && pair.error !== undefined) {
      void forward(pair.data.channel, pair.error.channel, portOf(port));
    }
  });
  await session.serve();
}

async function forward(data: Duplex, error: Duplex, target: PodPort): Promise<void> {
  error.resume();
  const problem = await forwardPort(target, data);
  if (!error.destroyed) error.end(problem ?? '');
  if (!data.destroyed && !data.writableEnded) data.end();
  data.resume();
}

function portIn(headers: ReadonlyMap<string, string>): number | undefined {
  const port = Number(headers.get('port'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
