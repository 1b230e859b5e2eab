/** Servers on loopback for tests: a free port, and nothing left open after. */
import type { Server, Socket } from 'node:net';

/** A server that listens; `close` cuts its connections too. */
export interface Listening {
  readonly port: number;
  readonly url: string;
  close(): void;
}

/** Lets a server (HTTP or plain) listen on a port of 127.0.0.1: a free one unless `port` says which. */
export async function listen(server: Server, port = 0): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
