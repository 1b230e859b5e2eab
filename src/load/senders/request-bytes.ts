/** A request as it goes over the wire. */
import type { EngineRequest } from './engine.js';

/** Methods whose requests say how long their body is even when there is none. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The bytes of a request, as a latin1 text (one character a byte), which Node writes fastest.
 *
 * @param connection - value of the `Connection` header.
 */
export function requestBytes(
  request: EngineRequest,
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
