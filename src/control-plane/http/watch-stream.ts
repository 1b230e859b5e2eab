/** Watches as streams of JSON lines. */
import type { KubeObject } from '../../core/objects.js';
import type { Cancel, Clock } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { ApiMachinery } from '../api-machinery/api-machinery.js';
import type { Selection } from '../api.js';
import type { Encoding } from './encode.js';
import { encodeObject, objectText } from './encode.js';
import type { ListOptions } from './list-options.js';
import type { StreamResponse, StreamSink } from './messages.js';
import { shownAs } from './shown-object.js';

/** Between bookmarks, so that clients notice a dead connection and resume from late versions. */
const BOOKMARK_PERIOD_MS = 10_000;
/** A watch without `timeoutSeconds` ends after this; clients watch again. */
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** A watch that was asked for. */
export interface WatchRequest {
  readonly api: ApiMachinery;
  readonly clock: Clock;
  readonly options: ListOptions;
  readonly selection: Selection;
  /** How events are written; `nowMs` is taken anew for each. */
  readonly encoding: Omit<Encoding, 'nowMs'>;
}

/**
 * Opens a watch. A version that is too old is told in the stream, as upstream does.
 *
 * @throws {ApiError} 500 for a version that is no number.
 */
export function watchStream(request: WatchRequest): StreamResponse {
  const { options } = request;
  const { resourceVersion } = options;
  if (!/^\d*$/.test(resourceVersion)) {
    throw ApiError.unclassified(
      `resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
    );
  }
  return {
    kind: 'stream',
    status: 200,
    contentType: 'application/json',
    open: (sink) => new WatchStream(request, sink).open(),
  };
}

class WatchStream {
  readonly #request: WatchRequest;
  readonly #sink: StreamSink;
  readonly #cancels: Cancel[] = [];
  #isOpen = true;
  #hasColumns = false;

  constructor(request: WatchRequest, sink: StreamSink) {
    this.#request = request;
    this.#sink = sink;
  }

  open(): Cancel {
    const { clock, options } = this.#request;
    const timeoutSeconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#cancels.push(clock.after(timeoutSeconds * 1_000, () => this.#end()));
    if (options.hasBookmarks) this.#scheduleBookmark();
    try {
      this.#follow(this.#initialVersion());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#send('ERROR', JSON.stringify(error.status));
      this.#end();
    }
    return () => this.#stop();
  }

  /** Sends what is there when the client wants it; gives the version to go on from. */
  #initialVersion(): string {
    const { api, options, selection, encoding } = this.#request;
    const { resourceVersion, hasInitialEvents } = options;
    if (resourceVersion !== '' && resourceVersion !== '0' && !hasInitialEvents) {
      return resourceVersion;
    }
    const { items, resourceVersion: version } = api.list(encoding.kind.resource, selection);
    for (const item of items) this.#sendObject('ADDED', item);
    if (hasInitialEvents && options.hasBookmarks) this.#sendBookmark(version, true);
    return version;
  }

  #follow(sinceVersion: string): void {
    const { api, selection, encoding } = this.#request;
    const cancel = api.watch(
      encoding.kind.resource,
      ({ type, object }) => this.#sendObject(type, object),
      { ...selection, sinceVersion },
    );
    if (this.#isOpen) this.#cancels.push(cancel);
    else cancel();
  }

  #scheduleBookmark(): void {
    const { api, clock } = this.#request;
    this.#cancels[1] = clock.after(BOOKMARK_PERIOD_MS, () => {
      this.#sendBookmark(String(api.version), false);
      if (this.#isOpen) this.#scheduleBookmark();
    });
  }

  #sendBookmark(resourceVersion: string, isEndOfInitialEvents: boolean): void {
    const { kind, group, version } = this.#request.encoding.kind.resource;
    const metadata = {
      resourceVersion,
      ...(isEndOfInitialEvents ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    };
    const apiVersion = group === '' ? version : `${group}/${version}`;
    this.#send('BOOKMARK', JSON.stringify({ kind, apiVersion, metadata }));
  }

  #sendObject(type: string, object: KubeObject): void {
    const { clock, encoding } = this.#request;
    if (encoding.representation === 'object') {
      this.#write(eventLine(type, shownAs(encoding.kind, object)));
      return;
    }
    const text = encodeObject(object, {
      ...encoding,
      nowMs: clock.now(),
      hasNoColumns: this.#hasColumns,
    });
    this.#hasColumns = true;
    this.#send(type, text);
  }

  #send(type: string, object: string): void {
    this.#write(lineOf(type, object));
  }

  #write(line: string): void {
    if (!this.#isOpen) return;
    if (!this.#sink.write(line)) this.#stop();
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#stop();
    this.#sink.end();
  }

  #stop(): void {
    this.#isOpen = false;
    for (const cancel of this.#cancels.splice(0)) cancel();
  }
}

/** All watchers of a change are told of it one after the other, in the same words. */
let lastLine:
  | { readonly type: string; readonly object: KubeObject; readonly line: string }
  | undefined;

function eventLine(type: string, object: KubeObject): string {
  if (lastLine?.object !== object || lastLine.type !== type) {
    lastLine = { type, object, line: lineOf(type, objectText(object)) };
  }
  return lastLine.line;
}

function lineOf(type: string, object: string): string {
  return `{"type":"${type}","object":${object}}\n`;
}
