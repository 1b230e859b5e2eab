/** Forwarded ports over the channels of a WebSocket: two for each port, one connection each. */
import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { forwardPort } from './forward-port.js';
import type { PodPort } from './forward-port.js';
import { WebSocketChannels } from './websocket-channels.js';

/**
 * Connects to every port that the request names. Each channel begins with the port's number in two
 * bytes, the lower first; an odd one carries the errors of the one before it.
 *
 * @see Source: kubernetes `kubelet/pkg/cri/streaming/portforward/websocket.go`.
 */
export async function serveWebSocketPorts(
  socket: WebSocket,
  targets: readonly PodPort[],
): Promise<void> {
  const channels = new WebSocketChannels(socket);
  const forwarded = targets.map(async (target, index) => {
    const [data, error] = [2 * index, 2 * index + 1];
    const number = Buffer.alloc(2);
    number.writeUInt16LE(target.port);
    const client = Duplex.from({ readable: channels.input(data), writable: channels.output(data) });
    client.on('error', () => undefined);
    channels.onClosed(() => client.destroy());
    channels.send(data, number);
    channels.send(error, number);
    const problem = await forwardPort(target, client);
    if (problem !== undefined) channels.send(error, Buffer.from(problem));
  });
  await Promise.all(forwarded);
  channels.close();
}
