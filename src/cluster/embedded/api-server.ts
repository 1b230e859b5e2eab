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
import { ApiHandler, MAX_BODY_BYTES, tooLarge } from '../../control-plane/http/api-handler.js';
import type { ApiHandlerOptions } from '../../control-plane/http/context.js';
import { mediaType } from '../../control-plane/http/body.js';
import { impersonationOf } from '../../control-plane/http/impersonation.js';
import { json } from '../../control-plane/http/messages.js';
import type { PodConnection } from '../../control-plane/http/streams/pod-connection.js';
import type { ApiRequest, ApiResponse, PlainResponse } from '../../control-plane/http/messages.js';
import { PROTOBUF_MEDIA_TYPE } from '../../control-plane/protobuf/envelope.js';
import { bearerToken } from './api-credentials.js';
import { openStream } from './api-stream.js';
import { selfSignedCertificate } from './certificate.js';
import { warningHeader } from './warning-header.js';
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
    const url = parsedUrl(request.url);
    const isPublic = url !== undefined && isHealthPath(url.pathname);
    if (!isPublic && !this.#isAuthenticated(request)) {
      request.resume();
      sendPlain(response, refusal(ApiError.unauthorized()), request.method);
      return;
    }
    const answer = await this.#answer(request, url);
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
    const url = parsedUrl(request.url);
    const path = url === undefined ? undefined : decodedPath(url.pathname);
    if (url === undefined || path === undefined || !this.#isAuthenticated(request))
      return undefined;
    const read = { path, query: url.searchParams, body: Buffer.alloc(0) };
    return this.#handler.connection(apiRequest(request, read));
  }

  async #answer(request: IncomingMessage, url: URL | undefined): Promise<ApiResponse> {
    const path = url === undefined ? undefined : decodedPath(url.pathname);
    if (url === undefined || path === undefined) {
      request.resume();
      return refusal(ApiError.badRequest('the path of the request cannot be read'));
    }
    const body = await readBody(request);
    if (body === undefined) return refusal(tooLarge());
    return this.#handler.handle(apiRequest(request, { path, query: url.searchParams, body }));
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

function parsedUrl(url: string | undefined): URL | undefined {
  try {
    return new URL(`https://localhost${url ?? '/'}`);
  } catch {
    return undefined;
  }
}

function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function apiRequest(
  request: IncomingMessage,
  read: { readonly path: string; readonly query: URLSearchParams; readonly body: Buffer },
): ApiRequest {
  const { headers } = request;
  const { body, ...place } = read;
  const isBinary = mediaType(headers['content-type']) === PROTOBUF_MEDIA_TYPE;
  return {
    method: request.method ?? 'GET',
    ...place,
    ...(isBinary ? { body: '', bytes: body } : { body: body.toString('utf8') }),
    accept: headers.accept,
    contentType: headers['content-type'],
    userAgent: headers['user-agent']?.split('/')[0],
    impersonation: impersonationOf(
      Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values] as const),
    ),
  };
}

/** The whole body; undefined when it is too large or its client leaves. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(piece);
      // what comes after is read and dropped, so that the client can read the answer
      else chunks.length = 0;
      if (bytes <= 4 * MAX_BODY_BYTES) return;
      request.destroy();
      resolve(undefined);
    });
    request.once('end', () => {
      resolve(bytes > MAX_BODY_BYTES ? undefined : wholeOf(chunks));
    });
    // the client has left: nobody will read the answer
    request.once('error', () => resolve(undefined));
  });
}

/** Most bodies come in one piece. */
function wholeOf(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
}

function refusal(error: ApiError): PlainResponse {
  return json(error.code, error.status);
}

function sendPlain(
  response: ServerResponse,
  answer: PlainResponse,
  method: string | undefined,
): void {
  if (response.destroyed) return;
  const body = answer.bytes ?? answer.body;
  response.statusCode = answer.status;
  if (answer.contentType !== '') response.setHeader('Content-Type', answer.contentType);
  if (answer.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="hpa-lab"');
  response.setHeader('Cache-Control', 'no-cache, private');
  const warnings = warningHeader(answer.warnings);
  if (warnings.length > 0) response.setHeader('Warning', warnings);
  if (answer.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', String(answer.retryAfterSeconds));
  }
  if (answer.status !== 204) response.setHeader('Content-Length', Buffer.byteLength(body));
  // as a text it goes out with the headers in one write
  response.end(method === 'HEAD' || answer.status === 204 ? undefined : body);
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
