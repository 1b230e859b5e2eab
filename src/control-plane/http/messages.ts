/** Requests and answers of the API, free of any HTTP library. */
import type { Cancel } from '../../time/clock.js';
import type { Impersonation } from './impersonation.js';

/** One request, read whole. */
export interface ApiRequest {
  readonly method: string;
  /** Decoded path without the query: `/api/v1/namespaces`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** `Accept`; absent: anything. */
  readonly accept: string | undefined;
  /** `Content-Type`; absent: JSON. */
  readonly contentType: string | undefined;
  /** The body as text; '' when there is none, or when it came as bytes. */
  readonly body: string;
  /** The body as it came, when its content type is a binary one (protobuf). */
  readonly bytes?: Uint8Array;
  /** `User-Agent` up to its first slash: the field manager where none is named. */
  readonly userAgent: string | undefined;
  /** Whoever asks can do with bytes: a long list is answered as such. */
  readonly takesBytes?: true;
  /** Absent: the request is in the name of whoever sends it. */
  readonly impersonation?: Impersonation | undefined;
}

/** A complete answer. */
export interface PlainResponse {
  readonly kind: 'plain';
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The body of an answer that is no text; `body` is '' then. */
  readonly bytes?: Uint8Array;
  /** Texts of `Warning` headers, without code and quotes. */
  readonly warnings?: readonly string[];
  /** The `Retry-After` header: the client is to try again then. */
  readonly retryAfterSeconds?: number;
}

/** An answer that goes on: a watch or a followed log. */
export interface StreamResponse {
  readonly kind: 'stream';
  readonly status: number;
  readonly contentType: string;
  /** Texts of `Warning` headers, without code and quotes. */
  readonly warnings?: readonly string[];
  /** Begins to send; what it gives back stops it. */
  readonly open: (sink: StreamSink) => Cancel;
}

/** Where a stream goes. */
export interface StreamSink {
  /** Sends a piece. False: the reader is too slow and was cut off; send nothing more. */
  write(text: string): boolean;
  end(): void;
}

/** What a request is answered with: all at once, or as a stream. */
export type ApiResponse = PlainResponse | StreamResponse;

/** A JSON answer from a text that is JSON already. */
export function jsonText(status: number, body: string): PlainResponse {
  return { kind: 'plain', status, contentType: 'application/json', body };
}

/** A JSON answer from the bytes of a text that is JSON already. */
export function jsonBytes(status: number, bytes: Uint8Array): PlainResponse {
  return { kind: 'plain', status, contentType: 'application/json', body: '', bytes };
}

/** A JSON answer. */
export function json(status: number, body: unknown): PlainResponse {
  return jsonText(status, JSON.stringify(body));
}

/** A plain text answer. */
export function text(status: number, body: string): PlainResponse {
  return { kind: 'plain', status, contentType: 'text/plain; charset=utf-8', body };
}
