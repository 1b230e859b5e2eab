/** Joins a client's connection to an endpoint's, both ways. */
import { connect, type Socket } from 'node:net';
import type { ProxyEndpoint } from './proxy-messages.js';

/**
 * Connects to the endpoint and passes bytes on in both directions until both have ended.
 *
 * One side's end is passed on as an end (half-close); one side's failure, and an endpoint that cannot
 * be reached, reset the other side: the client must not take a lost answer for a short one.
 *
 * @param client - made with `allowHalfOpen`.
 * @param onOver - called once, when both connections are closed; `isUnreachable`: the endpoint could
 *   not be connected to.
 */
export function relay(
  client: Socket,
  endpoint: ProxyEndpoint,
  onOver: (isUnreachable: boolean) => void,
): void {
  const server = connect({
    host: endpoint.address,
    port: endpoint.port,
    allowHalfOpen: true,
    noDelay: true,
  });
  let isConnected = false;
  let open = 2;
  const closed = (): void => {
    open--;
    if (open === 0) onOver(!isConnected);
  };
  server.on('connect', () => {
    isConnected = true;
  });
  client.setNoDelay(true);
  passOn(client, server);
  passOn(server, client);
  client.on('close', closed);
  server.on('close', closed);
}

function passOn(from: Socket, to: Socket): void {
  from.on('data', (data: Buffer) => {
    if (!to.write(data)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => {
    if (!to.destroyed) to.resetAndDestroy();
  });
  // closed without an end of its own and without an error: it was destroyed from the other side
  from.on('close', () => {
    if (!from.readableEnded && !to.destroyed) to.resetAndDestroy();
  });
}
