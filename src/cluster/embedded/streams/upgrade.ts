/** Turns a request into a connection with a container, over a WebSocket or over SPDY. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, createWebSocketStream } from 'ws';
import type { WebSocket } from 'ws';
import type { Pod } from '../../../core/objects.js';
import { ApiError } from '../../../control-plane/api-error.js';
import { realPort } from '../../../control-plane/mapped-ports.js';
import type { PodConnection } from '../../../control-plane/http/streams/pod-connection.js';
import type { Clock } from '../../../time/clock.js';
import type { CommandChannels } from './channels.js';
import type { ContainerAccess, RunningCommand } from './container-access.js';
import type { PodPort } from './forward-port.js';
import { PORT_FORWARD_PROTOCOL, TUNNELED_PORT_FORWARD } from './port-forward-spdy.js';
import { servePortForward } from './port-forward-spdy.js';
import { serveWebSocketPorts } from './port-forward-websocket.js';
import { serveCommand } from './remote-command.js';
import { SPDY_COMMAND_PROTOCOL, serveSpdyCommand } from './spdy-channels.js';
import { COMMAND_PROTOCOLS, PORT_PROTOCOLS, commandChannels } from './websocket-channels.js';

/** What connections need. */
export interface UpgradeOptions {
  readonly clock: Clock;
  /** Absent: pods are no processes here, and nothing can be connected to them. */
  readonly containers: ContainerAccess | undefined;
  /** Throws an `ApiError` for a pod that cannot be reached now; absent: all can. */
  readonly requireReach?: ((pod: Pod) => void) | undefined;
}

/** A request that wants another protocol, as Node's HTTP server hands it over. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came with the request. */
  readonly head: Buffer;
  /** Answers with a refusal, where that is found out later. */
  readonly refuse: (error: ApiError) => void;
}

const SPDY = 'SPDY/3.1';
/** A browser cannot send headers with a WebSocket; it puts the token here. @see Source: kubernetes `apiserver/pkg/authentication/request/websocket/protocol.go`. */
const TOKEN_PROTOCOL = 'base64url.bearer.authorization.k8s.io.';
/** Clients send 32 or 64 KiB at a time. */
const MAX_MESSAGE_BYTES = 4 * 1_024 * 1_024;

/** Serves connections to containers. */
export class ConnectionUpgrader {
  readonly #options: UpgradeOptions;

  constructor(options: UpgradeOptions) {
    this.#options = options;
  }

  /**
   * Answers the request with a switch of protocols and serves the connection from there on.
   *
   * @throws {ApiError} 400 or 403 when no protocol fits, 500 when pods cannot be reached. Nothing was
   *   answered then.
   */
  upgrade(upgrade: UpgradeRequest, connection: PodConnection): void {
    const { containers, requireReach } = this.#options;
    if (containers === undefined) throw noBackend();
    requireReach?.(connection.pod);
    const protocol = (upgrade.request.headers.upgrade ?? '').toLowerCase();
    if (protocol === 'websocket') this.#webSocket(upgrade, connection, containers);
    else if (protocol === SPDY.toLowerCase()) this.#spdy(upgrade, connection, containers);
    else throw upgradeRequired();
  }

  #webSocket(
    { request, socket, head, refuse }: UpgradeRequest,
    connection: PodConnection,
    containers: ContainerAccess,
  ): void {
    const offered = webSocketProtocols(request).filter((one) => !one.startsWith(TOKEN_PROTOCOL));
    const spoken: readonly string[] =
      connection.kind === 'portforward'
        ? [TUNNELED_PORT_FORWARD, ...PORT_PROTOCOLS]
        : COMMAND_PROTOCOLS;
    const chosen = offered.length === 0 ? '' : spoken.find((one) => offered.includes(one));
    if (chosen === undefined) {
      throw ApiError.badRequest(
        `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${spoken.filter((one) => one !== '').join(' ')}]`,
      );
    }
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: () => (chosen === '' ? false : chosen),
    });
    if (chosen === TUNNELED_PORT_FORWARD) {
      // the library takes no name with a slash, as little as RFC 6455 does; kubectl sends one
      delete request.headers['sec-websocket-protocol'];
      server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${chosen}`));
    }
    server.on('wsClientError', (error) => refuse(ApiError.badRequest(error.message)));
    server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      if (connection.kind !== 'portforward') {
        const channels = commandChannels(webSocket, connection);
        void serveCommand(channels, () => startCommand(connection, containers));
      } else if (chosen === TUNNELED_PORT_FORWARD) {
        const carried = createWebSocketStream(webSocket);
        void servePortForward(carried, (port) => podPort(connection, port));
      } else {
        const targets = connection.ports.map((port) => podPort(connection, port));
        void serveWebSocketPorts(webSocket, targets);
      }
    });
  }

  #spdy(
    { request, socket, head }: UpgradeRequest,
    connection: PodConnection,
    containers: ContainerAccess,
  ): void {
    const isPort = connection.kind === 'portforward';
    const accepted = isPort ? PORT_FORWARD_PROTOCOL : SPDY_COMMAND_PROTOCOL;
    const header = request.headers['x-stream-protocol-version'] ?? '';
    const offered = String(header)
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    if (!offered.includes(accepted) && !(isPort && offered.length === 0)) {
      throw new ApiError({
        message: `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${accepted}]`,
        reason: 'Forbidden',
        code: 403,
      });
    }
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${SPDY}\r\nX-Stream-Protocol-Version: ${accepted}\r\n\r\n`,
    );
    if (head.length > 0) socket.unshift(head);
    if (isPort) void servePortForward(socket, (port) => podPort(connection, port));
    else {
      const serve = (channels: CommandChannels): void => {
        void serveCommand(channels, () => startCommand(connection, containers));
      };
      serveSpdyCommand(socket, { wanted: connection, clock: this.#options.clock }, serve);
    }
  }
}

/** Subprotocols that a client offers, in its order. */
function webSocketProtocols({ headers }: IncomingMessage): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** The token that stands among the subprotocols; undefined when none does. */
export function webSocketToken(request: IncomingMessage): string | undefined {
  const found = webSocketProtocols(request).find((one) => one.startsWith(TOKEN_PROTOCOL));
  if (found === undefined) return undefined;
  return Buffer.from(found.slice(TOKEN_PROTOCOL.length), 'base64url').toString('utf8');
}

/** @see Source: kubernetes `kubelet/pkg/cri/streaming/server.go` and containerd, for the texts. */
function startCommand(
  connection: Exclude<PodConnection, { kind: 'portforward' }>,
  containers: ContainerAccess,
): RunningCommand | string {
  const { pod, container } = connection;
  const found = containers.container({ podUid: pod.metadata.uid ?? '', container });
  if (found === undefined)
    return `unable to upgrade connection: container not found ("${container}")`;
  if (connection.kind === 'attach') return found.attach();
  return found.exec({ argv: connection.command, stdin: connection.stdin, tty: connection.tty });
}

function podPort({ pod }: PodConnection, port: number): PodPort {
  return {
    podName: pod.metadata.name,
    podUid: pod.metadata.uid ?? '',
    host: loopbackAddress(pod.status?.podIP),
    port,
    realPort: realPort(pod, port),
  };
}

/** A pod's address is ours to give, but a client may write any text into its status. */
function loopbackAddress(podIP: string | undefined): string {
  return podIP !== undefined && /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(podIP)
    ? podIP
    : '127.0.0.1';
}

/** A server's answer when the node of a pod cannot be reached: modelled pods have none. */
function noBackend(): ApiError {
  return ApiError.unclassified(
    'error dialing backend: the pods of this cluster are modelled, no process runs in them',
  );
}

/** What a request without a change of protocol is told. @see Source: kubernetes `apimachinery/pkg/util/proxy/upgradeaware.go`. */
function upgradeRequired(): ApiError {
  return ApiError.badRequest('Upgrade request required');
}
