/** The `log` subresource of pods. */
import type { Pod } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { PodLog, PodLogLine } from '../pod-log-source.js';
import { PODS } from '../resources.js';
import type { ApiHandlerOptions } from './context.js';
import { text } from './messages.js';
import type { ApiRequest, ApiResponse, StreamSink } from './messages.js';
import { podLogOptions } from './pod-log-options.js';
import type { PodLogOptions } from './pod-log-options.js';
import { keyOfPath } from './named-object.js';
import type { ResourcePath } from './resource-path.js';
import { chosenContainer } from './streams/chosen-container.js';

const TEXT = 'text/plain';

/**
 * What a container wrote, whole or followed.
 *
 * @throws {ApiError} 400 when the container is not one of the pod's, or not clear, or has no log; 422
 *   for bad options.
 * @see Source: kubernetes `pkg/registry/core/pod/strategy.go`, `LogLocation`.
 */
export function podLog(
  { api, clock, logs }: ApiHandlerOptions,
  path: ResourcePath,
  request: ApiRequest,
): ApiResponse {
  const { query } = request;
  const pod = api.read(PODS, keyOfPath(path));
  const options = podLogOptions(pod.metadata.name, query, clock.now());
  const container = chosenContainer(pod, query.get('container') ?? '');
  if ((pod.spec.nodeName ?? '') === '')
    return { kind: 'plain', status: 204, contentType: '', body: '' };
  const log = logOf(logs, { pod, container, isPrevious: options.isPrevious });
  if (log === undefined) throw missingLog(pod, container, options.isPrevious);
  if (!options.isFollowed) {
    const writer = new LogWriter(options);
    return { ...text(200, writer.textOf(recent(log.lines, options))), contentType: TEXT };
  }
  return {
    kind: 'stream',
    status: 200,
    contentType: TEXT,
    open: (sink) => followed(log, options, sink),
  };
}

/** The tail is counted before anything else is left out. @see Source: kubernetes `cri-client/pkg/logs/logs.go`, `ReadLogs`. */
function recent(lines: readonly PodLogLine[], { tailLines }: PodLogOptions): readonly PodLogLine[] {
  if (tailLines === undefined) return lines;
  return tailLines === 0 ? [] : lines.slice(-tailLines);
}

function followed(log: PodLog, options: PodLogOptions, sink: StreamSink): () => void {
  const writer = new LogWriter(options);
  const start = writer.textOf(recent(log.lines, options));
  if (start !== '') sink.write(start);
  if (writer.isFull) {
    sink.end();
    return () => undefined;
  }
  let isOver = false;
  const cancel = log.follow({
    onLine: (line) => {
      if (isOver) return;
      const piece = writer.textOf([line]);
      isOver = (piece !== '' && !sink.write(piece)) || writer.isFull;
      if (writer.isFull) sink.end();
    },
    onEnd: () => sink.end(),
  });
  return cancel;
}

/** Turns lines into text until there is enough of it. */
class LogWriter {
  readonly #options: PodLogOptions;
  #leftBytes: number;

  constructor(options: PodLogOptions) {
    this.#options = options;
    this.#leftBytes = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The limit is reached: nothing more will come. */
  get isFull(): boolean {
    return this.#leftBytes <= 0;
  }

  textOf(lines: readonly PodLogLine[]): string {
    const { sinceMs, stream } = this.#options;
    const wanted = lines.filter(
      (line) =>
        (sinceMs === undefined || line.atMs >= sinceMs) &&
        (stream === undefined || (line.stream ?? 'stdout') === stream),
    );
    const all = wanted.map((line) => this.#lineText(line)).join('');
    if (this.#leftBytes === Number.POSITIVE_INFINITY) return all;
    const bytes = new TextEncoder().encode(all);
    const kept = wholeCharacters(bytes, this.#leftBytes);
    this.#leftBytes -= bytes.length;
    return new TextDecoder().decode(bytes.subarray(0, kept));
  }

  #lineText({ atMs, text: line }: PodLogLine): string {
    if (!this.#options.hasTimestamps) return `${line}\n`;
    const iso = new Date(atMs).toISOString();
    return `${iso.slice(0, -1)}000000Z ${line}\n`;
  }
}

/** At most so many bytes, and no part of a character. */
function wholeCharacters(bytes: Uint8Array, limit: number): number {
  let end = Math.max(0, Math.min(limit, bytes.length));
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}

interface WantedLog {
  readonly pod: Pod;
  readonly container: string;
  readonly isPrevious: boolean;
}

/**
 * While a container waits to be started again, its last start is both: the log, and the previous one.
 *
 * @see Source: kubernetes `pkg/kubelet/kubelet_pods.go`, `validateContainerLogStatus`.
 */
function logOf(logs: ApiHandlerOptions['logs'], wanted: WantedLog): PodLog | undefined {
  const { pod, container, isPrevious } = wanted;
  const key = { podUid: pod.metadata.uid ?? '', container };
  const current = logs?.get({ ...key, previous: false });
  if (!isPrevious) return current;
  const status = statusOf(pod, container);
  const hasWaited = status?.state?.waiting !== undefined;
  return hasWaited && status?.lastState?.terminated !== undefined && current?.isEnded === true
    ? current
    : logs?.get({ ...key, previous: true });
}

function statusOf({ status }: Pod, container: string) {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}

/** What upstream says of the reasons that are met most. */
const WAITING_TEXTS: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

function missingLog(pod: Pod, container: string, isPrevious: boolean): ApiError {
  const which = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)}`;
  if (isPrevious) return ApiError.badRequest(`previous terminated ${which} not found`);
  const reason = statusOf(pod, container)?.state?.waiting?.reason;
  return ApiError.badRequest(
    reason === undefined
      ? `${which} is not available`
      : `${which} is waiting to start: ${WAITING_TEXTS[reason] ?? reason}`,
  );
}
