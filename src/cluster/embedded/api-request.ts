/** Reads requests of the API from their connections. */
import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from '../../control-plane/http/api-handler.js';
import { mediaType } from '../../control-plane/http/body.js';
import { impersonationOf } from '../../control-plane/http/impersonation.js';
import type { Impersonation } from '../../control-plane/http/impersonation.js';
import type { ApiRequest } from '../../control-plane/http/messages.js';
import { PROTOBUF_MEDIA_TYPE } from '../../control-plane/protobuf/envelope.js';

/** What the first line of a request names. */
export interface RequestTarget {
  /** Without the query, as it was sent but for dots. */
  readonly rawPath: string;
  /** Decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A path that is its own decoded form, without dots that would have to be resolved. */
const PLAIN_PATH = /^(?:\/[\w:~-][\w.:~-]*)+\/?$/;
/** A query that reading a URL leaves as it is. */
const PLAIN_QUERY = /^[!$-~]*$/;
const NO_QUERY = new URLSearchParams();

/** The target of a request; undefined when it cannot be read. */
export function requestTarget(url = '/'): RequestTarget | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const search = mark < 0 ? '' : url.slice(mark);
  if (!PLAIN_PATH.test(path) || !PLAIN_QUERY.test(search)) return resolvedTarget(url);
  return { rawPath: path, path, query: mark < 0 ? NO_QUERY : new URLSearchParams(search) };
}

function resolvedTarget(url: string): RequestTarget | undefined {
  try {
    const { pathname, searchParams } = new URL(`https://localhost${url}`);
    return { rawPath: pathname, path: decodeURIComponent(pathname), query: searchParams };
  } catch {
    return undefined;
  }
}

/** A request as the API takes it. */
export function apiRequest(
  request: IncomingMessage,
  { path, query }: RequestTarget,
  body: Buffer,
): ApiRequest {
  const { headers } = request;
  const isBinary = mediaType(headers['content-type']) === PROTOBUF_MEDIA_TYPE;
  return {
    method: request.method ?? 'GET',
    path,
    query,
    body: isBinary ? '' : body.toString('utf8'),
    ...(isBinary ? { bytes: body } : {}),
    takesBytes: true,
    accept: headers.accept,
    contentType: headers['content-type'],
    userAgent: headers['user-agent']?.split('/', 1)[0],
    impersonation: impersonation(request),
  };
}

/** Most requests ask for none, which is seen without sorting their headers. */
function impersonation(request: IncomingMessage): Impersonation | undefined {
  const isAsked = request.rawHeaders.some(
    (text, index) => index % 2 === 0 && text.toLowerCase().startsWith('impersonate-'),
  );
  if (!isAsked) return undefined;
  return impersonationOf(
    Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values] as const),
  );
}

/** The whole body; undefined when it is too large or its client leaves. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
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
