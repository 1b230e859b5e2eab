/** Carries one connection to a port of a pod. */
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where a pod's port is reached; always an address of this machine's loopback. */
export interface PodPort {
  readonly podName: string;
  readonly podUid: string;
  readonly host: string;
  /** The port that was asked for. */
  readonly port: number;
  /** The port that listens for it. */
  readonly realPort: number;
}

/**
 * Connects and carries both ways until one side is done. Resolves with what went wrong, in upstream's
 * words, or undefined; never rejects.
 *
 * @see Source: kubernetes `kubelet/pkg/cri/streaming/portforward/httpstream.go`, `portForward`.
 */
export function forwardPort(target: PodPort, client: Duplex): Promise<string | undefined> {
  const { podName, podUid, host, port, realPort } = target;
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: realPort, allowHalfOpen: true });
    let isConnected = false;
    const over = (problem?: string): void => {
      socket.destroy();
      if (client.destroyed || client.writableFinished) resolve(problem);
      // what the pod said last has to leave first
      else client.end(() => resolve(problem));
    };
    socket.setNoDelay(true);
    socket.once('connect', () => {
      isConnected = true;
      client.pipe(socket);
      socket.pipe(client);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const because = error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message;
      over(
        isConnected && error.code === 'ECONNRESET'
          ? undefined
          : `error forwarding port ${port} to pod ${podName}, uid ${podUid}: failed to connect to ${host}:${realPort}: dial tcp ${host}:${realPort}: ${because}`,
      );
    });
    // a pod that has said everything is not asked anything more
    socket.once('end', () => over());
    socket.once('close', () => over());
    client.once('close', () => over());
  });
}
