/** The part of autocannon 9.0.0's client that the engine uses: private, so the version is pinned. */
declare module 'autocannon/lib/httpClient.js' {
  import type { EventEmitter } from 'node:events';

  interface ResponseHead {
    readonly statusCode: number;
    /** Names and values in turn. */
    readonly headers: readonly string[];
    readonly shouldKeepAlive: boolean;
  }

  interface ClientEvents {
    headers: [head: ResponseHead];
    response: [statusCode: number, bytes: number, durationMs: number];
    connError: [error: Error];
  }

  /** One connection. It connects when it is made. */
  class Client extends EventEmitter<ClientEvents> {
    constructor(options: {
      readonly protocol: 'http:' | 'https:';
      readonly hostname: string;
      readonly port: number;
      readonly method: string;
      readonly path: string;
      readonly requests: readonly object[];
      /** Called before it connects. */
      readonly setupClient: (client: Client) => void;
    });
    /** Ticks away on every connection, also on one that waits for nothing. */
    timeout: number;
    _connect(): void;
    _doRequest(): void;
    getRequestBuffer(): Buffer;
    readonly pipelinedRequests: { addBody: (bytes: Buffer) => void };
    destroy(): void;
  }

  export default Client;
}
