/** Sends whole answers of the API: short ones in one write with their headers, long ones piece by piece. */
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiError } from '../../control-plane/api-error.js';
import { json } from '../../control-plane/http/messages.js';
import type { PlainResponse } from '../../control-plane/http/messages.js';
import { warningHeader } from './warning-header.js';

/** While a piece is encrypted and sent, the client reads the one before it. */
const PIECE_BYTES = 1024 * 1024;

/** A refusal as an answer. */
export function refusal(error: ApiError): PlainResponse {
  return json(error.code, error.status);
}

/** Sends an answer; its client may have left. @param method - of the request: HEAD gets no body. */
export function sendPlain(
  response: ServerResponse,
  answer: PlainResponse,
  method: string | undefined,
): void {
  if (response.destroyed) return;
  const body = answer.bytes ?? answer.body;
  const hasNoBody = method === 'HEAD' || answer.status === 204;
  response.writeHead(answer.status, headersOf(answer, body));
  if (!hasNoBody && typeof body !== 'string' && body.length > PIECE_BYTES) {
    // a client that leaves in the middle has no use for the rest
    sendPieces(response, body).catch(() => response.destroy());
    return;
  }
  // as a text it goes out with the headers in one write
  response.end(hasNoBody ? undefined : body);
}

function headersOf(answer: PlainResponse, body: string | Uint8Array): OutgoingHttpHeaders {
  const { status, contentType, retryAfterSeconds } = answer;
  const headers: OutgoingHttpHeaders = {};
  if (contentType !== '') headers['Content-Type'] = contentType;
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer realm="hpa-lab"';
  headers['Cache-Control'] = 'no-cache, private';
  const warnings = answer.warnings === undefined ? [] : warningHeader(answer.warnings);
  if (warnings.length > 0) headers['Warning'] = [...warnings];
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds);
  if (status !== 204) headers['Content-Length'] = Buffer.byteLength(body);
  return headers;
}

async function sendPieces(response: ServerResponse, body: Uint8Array): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    if (response.destroyed) return;
    const hasRoom = response.write(body.subarray(at, at + PIECE_BYTES));
    if (!hasRoom) await once(response, 'drain', { signal: gone.signal });
  }
  response.end();
}
