/** Plain requests to an API server, as whoever prepares or examines a real cluster needs them. */
import { fieldOf } from '../core/json.js';

/** What is asked. */
export interface ApiRequest {
  /** GET when absent. */
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the server's root: `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** `application/json` when absent. */
  readonly contentType?: string;
}

/** What was answered, with a status below 400. */
export interface ApiAnswer {
  readonly status: number;
  /** JSON where it is, else the text. */
  readonly body: unknown;
  /** The server's clock, milliseconds since 1970, whole seconds; undefined: it sent no Date. */
  readonly dateMs: number | undefined;
  /** When the request was sent, on our clock. */
  readonly sentAtMs: number;
  /** When the head of the answer was here, on our clock. */
  readonly answeredAtMs: number;
}

/** An answer with a status of 400 or more. */
export class ApiRefusal extends Error {
  readonly status: number;
  constructor(status: number, body: unknown) {
    const message = fieldOf(body, 'message');
    super(typeof message === 'string' && message !== '' ? message : `HTTP ${status}`);
    this.name = 'ApiRefusal';
    this.status = status;
  }
}

/** No answer at all: no connection, a certificate that is not trusted, a token that cannot be had, or too late. */
export class ApiUnreachable extends Error {
  constructor(server: string, because: string, cause?: unknown) {
    super(`${server} cannot be reached: ${because}`, { cause });
    this.name = 'ApiUnreachable';
  }
}

/** A way to an API server. */
export interface ApiPort {
  /** URL of the server. */
  readonly server: string;
  /**
   * Sends a request and waits for its answer.
   *
   * @throws {ApiRefusal} when the answer's status is 400 or more.
   * @throws {ApiUnreachable} when there is none in time.
   */
  call(request: ApiRequest): Promise<ApiAnswer>;
}

/** Reads an object; undefined where there is none. Throws as {@link ApiPort}'s `call`. */
export async function findObject(api: ApiPort, path: string): Promise<unknown> {
  try {
    return (await api.call({ path })).body;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return undefined;
    throw error;
  }
}
