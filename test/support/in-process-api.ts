/** The API without its transport, with the namespaces that a test needs, on virtual time. */
import { ApiMachinery } from '../../src/control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../../src/control-plane/http/api-handler.js';
import { impersonationOf } from '../../src/control-plane/http/impersonation.js';
import type { ApiRequest } from '../../src/control-plane/http/messages.js';
import { NAMESPACES } from '../../src/control-plane/resources.js';
import { seededRandom } from '../../src/core/random.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';

/** What is sent; a body that is no text or bytes is sent as JSON. */
export interface SentRequest {
  readonly body?: unknown;
  readonly bytes?: Uint8Array;
  readonly contentType?: string;
  readonly accept?: string;
  readonly query?: string;
  /** Headers of which the API reads those about impersonation, by lower-case name. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
}

/** A plain answer, its JSON read. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly contentType: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly body: any;
  readonly warnings: readonly string[];
}

/** An API that a test sends requests to. */
export class InProcessApi {
  readonly clock = new VirtualClock(Date.parse('2026-11-23T06:00:00Z'));
  readonly api = new ApiMachinery({ clock: this.clock, random: seededRandom(1) });
  readonly #handler: ApiHandler;

  /** @param options - `namespaces`: made at once; `token`: the one that is the administrator's. */
  constructor(options: { readonly namespaces?: readonly string[]; readonly token?: string } = {}) {
    const { namespaces = ['default'], token } = options;
    for (const name of namespaces) {
      this.api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    this.#handler = new ApiHandler({
      api: this.api,
      clock: this.clock,
      ...(token === undefined ? {} : { isToken: (given) => given === token }),
    });
  }

  /** The answer to a request that is no watch. */
  send(method: ApiRequest['method'], path: string, sent: SentRequest = {}): ReceivedAnswer {
    const { body, bytes, contentType, accept, query = '', headers = {} } = sent;
    const answer = this.#handler.handle({
      method,
      path,
      query: new URLSearchParams(query),
      accept,
      contentType,
      body: body === undefined ? '' : JSON.stringify(body),
      ...(bytes === undefined ? {} : { bytes }),
      userAgent: 'test',
      impersonation: impersonationOf(Object.entries(headers)),
    });
    if (answer.kind === 'stream') throw new Error('expected a plain answer, but got a stream');
    return {
      status: answer.status,
      contentType: answer.contentType,
      body: answer.contentType.includes('json') ? JSON.parse(answer.body) : answer.body,
      warnings: answer.warnings ?? [],
    };
  }
}
