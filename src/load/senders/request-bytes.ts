/** A request as it goes over the wire. */
import type { EngineRequest } from '../driving/engine.js';

/** Methods whose requests say how long their body is even when there is none. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The bytes of a request, as a latin1 text (one character a byte), which Node writes fastest.
 *
 * @param connection - value of the `Connection` header.
 */
export function requestBytes(
  request: Pick<EngineRequest, 'method' | 'path' | 'headers' | 'body'>,
  authority: string,
  connection: 'close' | 'keep-alive',
): string {
  const given = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
  const lines = [`${request.method} ${request.path} HTTP/1.1`];
  if (!given.has('host')) lines.push(`host: ${authority}`);
  lines.push(`connection: ${connection}`);
  if (!given.has('user-agent')) lines.push('user-agent: hpa-lab');
  for (const [name, value] of Object.entries(request.headers)) lines.push(`${name}: ${value}`);
  const body = request.body ?? '';
  if (request.body !== undefined || WITH_BODY.has(request.method)) {
    lines.push(`content-length: ${Buffer.byteLength(body)}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`).toString('latin1');
}

/** What engines make of requests, kept for those that are sent again and again. */
export class MadeRequests<T> {
  readonly #make: (request: EngineRequest, connection: 'close' | 'keep-alive') => T;
  readonly #fixed = new Map<EngineRequest, { readonly keepAlive: T; readonly close: T }>();
  /** The last one asked for: mostly the only one there is. */
  #last: EngineRequest | undefined;
  #lastMade: { readonly keepAlive: T; readonly close: T } | undefined;

  /** @param make - what a request is with a value of the `Connection` header. */
  constructor(make: (request: EngineRequest, connection: 'close' | 'keep-alive') => T) {
    this.#make = make;
  }

  /** @param isLast - whether it is the last one on its connection, and asks for its end. */
  of(request: EngineRequest, isLast: boolean): T {
    if (!request.isFixed) return this.#make(request, isLast ? 'close' : 'keep-alive');
    const made = request === this.#last ? this.#lastMade : undefined;
    const { keepAlive, close } = made ?? this.#remembered(request);
    return isLast ? close : keepAlive;
  }

  #remembered(request: EngineRequest): { readonly keepAlive: T; readonly close: T } {
    let made = this.#fixed.get(request);
    if (made === undefined) {
      made = {
        keepAlive: this.#make(request, 'keep-alive'),
        close: this.#make(request, 'close'),
      };
      this.#fixed.set(request, made);
    }
    this.#last = request;
    this.#lastMade = made;
    return made;
  }
}
