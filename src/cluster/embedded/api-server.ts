/** The API on a TLS socket: authentication, bodies, streams, and an end to all of it. */
import { timingSafeEqual } from 'node:crypto';
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { LabError } from '../../core/errors.js';
import type { Pod } from '../../core/objects.js';
import { ApiError } from '../../control-plane/api-error.js';
import { ApiHandler, tooLarge } from '../../control-plane/http/api-handler.js';
import type { ApiHandlerOptions } from '../../control-plane/http/context.js';
import type { PodConnection } from '../../control-plane/http/streams/pod-connection.js';
import type { ApiResponse } from '../../control-plane/http/messages.js';
import { refusal, sendPlain } from './api-answer.js';
import { bearerToken } from './api-credentials.js';
import { apiRequest, readBody, requestTarget } from './api-request.js';
import type { RequestTarget } from './api-request.js';
import { openStream } from './api-stream.js';
import { selfSignedCertificate } from './certificate.js';
import type { ContainerAccess } from './streams/container-access.js';
import { ConnectionUpgrader, webSocketToken } from './streams/upgrade.js';

const LOOPBACK = '127.0.0.1';

/** Where the server listens and what gets in. */
export interface ApiEndpoint {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** The certificate that the server shows and clients are to trust. */
  readonly caPem: string;
  /** The bearer token. */
  readonly token: string;
}

/** What a server needs. */
export interface ApiServerOptions extends ApiHandlerOptions {
  /** Told of faults of ours; the client gets a 500 with the error's message. */
  readonly onError?: (error: unknown) => void;
  /** Where `exec`, `attach` and `portforward` lead; absent: pods are modelled and cannot be reached. */
  readonly containers?: ContainerAccess;
  /** Throws an `ApiError` for a pod whose node does not answer; absent: all do. */
  readonly requireReach?: (pod: Pod) => void;
}

/** Serves the API on loopback. */
export class ApiServer {
  readonly #handler: ApiHandler;
  readonly #upgrader: ConnectionUpgrader;
  readonly #onError: (error: unknown) => void;
  readonly #nowMs: () => number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #token = Buffer.alloc(0);

  constructor({
    onError,
    containers,
    requireReach,
    ...options
  }: Omit<ApiServerOptions, 'isToken'>) {
    const isToken = (token: string): boolean => this.#isBearer(`Bearer ${token}`);
    this.#handler = new ApiHandler({ ...options, isToken });
    this.#upgrader = new ConnectionUpgrader({ clock: options.clock, containers, requireReach });
    this.#onError = onError ?? (() => undefined);
    this.#nowMs = () => options.clock.now();
  }

  /**
   * Listens.
   *
   * @param options - `port`: 0 for any that is free.
   * @throws {LabError} `ADDRESS_IN_USE` when the port is taken.
   */
  async start({ port }: { readonly port: number }): Promise<ApiEndpoint> {
    const { certPem, keyPem } = selfSignedCertificate(this.#nowMs());
    const token = bearerToken();
    this.#token = Buffer.from(`Bearer ${token}`);
    const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
      this.#serve(request, response).catch((error: unknown) => this.#fail(response, error));
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    server.on('connection', (socket: Socket) => this.#track(socket));
    server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
    // watches and followed logs are open for long
    server.requestTimeout = 0;
    server.keepAliveTimeout = 60_000;
    const bound = await listen(server, port);
    this.#server = server;
    return { url: `https://${LOOPBACK}:${bound}`, caPem: certPem, token };
  }

  /** Ends every connection and the server; calling it again does nothing. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = requestTarget(request.url);
    const isPublic = target !== undefined && isHealthPath(target.rawPath);
    if (!isPublic && !this.#isAuthenticated(request)) {
      request.resume();
      sendPlain(response, refusal(ApiError.unauthorized()), request.method);
      return;
    }
    const answer = await this.#answer(request, target);
    if (answer.kind === 'plain') sendPlain(response, answer, request.method);
    else openStream(response, answer);
  }

  /** Connects with a container, or answers as if no other protocol had been asked for. */
  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // a client may leave at any time
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    const respond = (): ServerResponse => lastResponse(request, socket);
    const refuse = (error: unknown): void => {
      if (error instanceof ApiError) sendPlain(respond(), refusal(error), request.method);
      else this.#fail(respond(), error);
    };
    try {
      const connection = this.#connection(request);
      if (connection !== undefined) {
        this.#upgrader.upgrade({ request, socket, head, refuse }, connection);
      } else if (request.method === 'GET' || request.method === 'HEAD') {
        this.#serve(request, respond()).catch(refuse);
      } else {
        // Node gives the body to the other protocol
        refuse(ApiError.badRequest('the protocol of the Upgrade header is not offered here'));
      }
    } catch (error) {
      refuse(error);
    }
  }

  /** Undefined: no connection is asked for, or nobody may ask for one. */
  #connection(request: IncomingMessage): PodConnection | undefined {
    const target = requestTarget(request.url);
    if (target === undefined || !this.#isAuthenticated(request)) return undefined;
    return this.#handler.connection(apiRequest(request, target, Buffer.alloc(0)));
  }

  async #answer(request: IncomingMessage, target: RequestTarget | undefined): Promise<ApiResponse> {
    if (target === undefined) {
      request.resume();
      return refusal(ApiError.badRequest('the path of the request cannot be read'));
    }
    const body = await readBody(request);
    if (body === undefined) return refusal(tooLarge());
    return this.#handler.handle(apiRequest(request, target, body));
  }

  #isAuthenticated(request: IncomingMessage): boolean {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.#isBearer(authorization);
    const token = webSocketToken(request);
    return token !== undefined && this.#isBearer(`Bearer ${token}`);
  }

  #isBearer(authorization: string): boolean {
    const given = Buffer.from(authorization);
    return given.length === this.#token.length && timingSafeEqual(given, this.#token);
  }

  #fail(response: ServerResponse, error: unknown): void {
    this.#onError(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    sendPlain(response, refusal(ApiError.internal(message)), undefined);
  }
}

/** An answer on a connection that was to change its protocol; it ends with it. */
function lastResponse(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  return response;
}

function isHealthPath(path: string): boolean {
  return /^\/(healthz|livez|readyz)(\/|$)/.test(path);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new LabError(
              'ADDRESS_IN_USE',
              `expected port ${port} on ${LOOPBACK} to be free, but it is taken`,
              {
                hint: 'choose another port, or 0 for any that is free',
                cause: error,
              },
            )
          : error,
      );
    });
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
