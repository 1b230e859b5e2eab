/** One watch, from its beginning to its end. */
import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fetch, type Response } from 'undici';
import { valueAt } from '../../core/json.js';
import { isKubeObject } from '../../core/object-guards.js';
import type { Clock } from '../../time/clock.js';
import type { ObservedKind, WatchEnd, WatchListener, WatchRequest } from '../target.js';
import { retryAfterMs } from './retry-after.js';

const PATHS: Readonly<Record<ObservedKind, (namespace: string) => string>> = {
  pods: (namespace) => `/api/v1/namespaces/${namespace}/pods`,
  events: (namespace) => `/api/v1/namespaces/${namespace}/events`,
  deployments: (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  endpointslices: (namespace) => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  horizontalpodautoscalers: (namespace) =>
    `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
};

/**
 * A watch without a byte for this long is given up: the connection may be dead with nobody to say so.
 * Bookmarks come about once a minute.
 *
 * @see Source: kubernetes 1.36 `apiserver/pkg/storage/cacher/cacher.go`, `defaultBookmarkFrequency`.
 */
const SILENCE_MS = 90_000;
const UNAUTHORIZED = 401;
const GONE = 410;

/** How a watch ended, and whether the server did not know who asked. */
interface WatchOutcome extends WatchEnd {
  readonly isUnauthorized: boolean;
}

/** What a watch is made of beside what it watches. */
interface WatchParts {
  readonly listener: WatchListener;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Watches until the stream ends or the signal aborts; never throws, the reason is in the result.
 *
 * Without a version to resume from, the API server first sends what exists as ADDED ("Get State and
 * Start at Most Recent"), so no list is needed. The client library's own watch hides `Retry-After`, passes
 * over a line cut in half and ends a watch that is quiet for 30 s; hence this one.
 */
export async function watchOnce(
  config: KubeConfig,
  what: WatchRequest,
  { listener, clock, signal }: WatchParts,
): Promise<WatchOutcome> {
  const silence = new SilenceGuard(clock, signal);
  const stream = new WatchStream(what.since, listener);
  try {
    const response = await open(config, what, silence.signal);
    if (response.status !== 200) return await refused(response, stream);
    listener.onOpen?.();
    if (response.body === null) return stream.end('the API server answered with no body');
    const body = Readable.fromWeb(response.body);
    body.on('data', () => silence.heard());
    for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
      stream.take(line);
    }
    return stream.end('the API server ended the watch');
  } catch (error) {
    if (signal.aborted) return stream.end('stopped');
    return stream.end(
      silence.isOver ? `nothing heard for ${SILENCE_MS / 1_000} s` : reasonOf(error),
    );
  } finally {
    silence.stop();
  }
}

async function open(
  config: KubeConfig,
  what: WatchRequest,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(
    `${config.getCurrentCluster()?.server ?? ''}${PATHS[what.kind](what.namespace)}`,
  );
  url.searchParams.set('watch', 'true');
  url.searchParams.set('allowWatchBookmarks', 'true');
  if (what.since !== undefined) url.searchParams.set('resourceVersion', what.since);
  const context = new RequestContext(url.toString(), HttpMethod.GET);
  await config.applySecurityAuthentication(context); // runs exec plugins, again when a token has expired
  const dispatcher = context.getDispatcher();
  return fetch(url, {
    headers: context.getHeaders(),
    signal,
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
}

async function refused(response: Response, stream: WatchStream): Promise<WatchOutcome> {
  const { status, statusText, headers } = response;
  const message = messageOf(await response.json().catch(() => undefined));
  const end = stream.end(message ?? `HTTP ${status} ${statusText}`.trim());
  const waitMs = retryAfterMs(headers.get('retry-after'));
  return {
    ...end,
    // A version that is too old is told by an answer or by an event of the watch.
    resumeVersion: status === GONE ? undefined : end.resumeVersion,
    isUnauthorized: status === UNAUTHORIZED,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

/** What was told line by line, and from where to go on. */
class WatchStream {
  readonly #listener: WatchListener;
  #resumeVersion: string | undefined;
  #because: string | undefined;

  constructor(since: string | undefined, listener: WatchListener) {
    this.#resumeVersion = since;
    this.#listener = listener;
  }

  take(line: string): void {
    if (line === '') return;
    const event = parsed(line);
    const type = valueAt(event, ['type']);
    const object = valueAt(event, ['object']);
    if (type === 'ERROR') {
      this.#because = messageOf(object) ?? 'the API server ended the watch with an error';
      this.#resumeVersion = undefined; // 410 Gone, or worse: begin again
      return;
    }
    const version = valueAt(object, ['metadata', 'resourceVersion']);
    if (typeof version !== 'string') {
      this.#because ??= 'the connection ended in the middle of an event';
      return; // resuming from the version before tells it again
    }
    this.#resumeVersion = version;
    const isChange = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
    if (isChange && isKubeObject(object)) this.#listener.onChange({ type, object });
  }

  end(because: string): WatchOutcome {
    return {
      resumeVersion: this.#resumeVersion,
      because: this.#because ?? because,
      isUnauthorized: false,
    };
  }
}

/** Aborts when nothing is heard for too long, or when the one who asked has had enough. */
class SilenceGuard {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  #cancel: () => void = () => undefined;
  isOver = false;

  constructor(clock: Clock, outer: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    if (outer.aborted) this.#abort();
    else outer.addEventListener('abort', this.#abort, { once: true });
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(SILENCE_MS, () => {
      this.isOver = true;
      this.#abort();
    });
  }

  stop(): void {
    this.#cancel();
    this.#outer.removeEventListener('abort', this.#abort);
    this.#abort(); // what is left of the answer is not wanted
  }

  readonly #abort = (): void => this.#controller.abort();
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function messageOf(status: unknown): string | undefined {
  const message = valueAt(status, ['message']);
  return typeof message === 'string' && message !== '' ? message : undefined;
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
