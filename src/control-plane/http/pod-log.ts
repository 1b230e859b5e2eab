/** The `log` subresource of pods. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { Pod } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import { invalidValue, negativeValue } from '../field-error.js';
import type { PodLog, PodLogLine } from '../pod-log-source.js';
import { PODS } from '../resources.js';
import type { ApiHandlerOptions } from './context.js';
import { flag, integer } from './list-options.js';
import { text } from './messages.js';
import type { ApiRequest, ApiResponse, StreamSink } from './messages.js';
import { keyOfPath } from './resource-handler.js';
import type { ResourcePath } from './resource-path.js';

const TEXT = 'text/plain';

interface LogOptions {
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Lines before this instant are left out; absent: none. */
  readonly sinceMs: number | undefined;
  readonly hasTimestamps: boolean;
}

/**
 * What a container wrote, whole or followed.
 *
 * @throws {ApiError} 400 when the container is not one of the pod's, or not clear; 422 for bad options.
 * @see Source: kubernetes `pkg/registry/core/pod/strategy.go`, `LogLocation`.
 */
export function podLog(
  { api, clock, logs }: ApiHandlerOptions,
  path: ResourcePath,
  request: ApiRequest,
): ApiResponse {
  const { query } = request;
  const pod = api.read(PODS, keyOfPath(path));
  const options = logOptions(pod, query, clock.now());
  const container = containerOf(pod, query.get('container') ?? '');
  if ((pod.spec.nodeName ?? '') === '')
    return { kind: 'plain', status: 204, contentType: '', body: '' };
  const previous = flag(query, 'previous');
  const log = logs?.get({ podUid: pod.metadata.uid ?? '', container, previous });
  if (log === undefined) throw missingLog(pod, container, previous);
  if (!flag(query, 'follow')) {
    return { ...text(200, kept(log.lines, options)), contentType: TEXT };
  }
  return {
    kind: 'stream',
    status: 200,
    contentType: TEXT,
    open: (sink) => followed(log, options, sink),
  };
}

function followed(log: PodLog, options: LogOptions, sink: StreamSink): () => void {
  const start = kept(log.lines, options);
  if (start !== '') sink.write(start);
  const cancel = log.follow({
    onLine: (line) => {
      if (!sink.write(lineText(line, options))) cancel();
    },
    onEnd: () => sink.end(),
  });
  return cancel;
}

function kept(lines: readonly PodLogLine[], options: LogOptions): string {
  const { sinceMs, tailLines, limitBytes } = options;
  const recent = sinceMs === undefined ? lines : lines.filter(({ atMs }) => atMs >= sinceMs);
  const tail = tailLines === undefined ? recent : tailLines === 0 ? [] : recent.slice(-tailLines);
  const all = tail.map((line) => lineText(line, options)).join('');
  return limitBytes === undefined ? all : all.slice(0, limitBytes);
}

function lineText({ atMs, text: line }: PodLogLine, { hasTimestamps }: LogOptions): string {
  if (!hasTimestamps) return `${line}\n`;
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(0, -1)}000000Z ${line}\n`;
}

function logOptions(pod: Pod, query: URLSearchParams, nowMs: number): LogOptions {
  const tailLines = integer(query, 'tailLines');
  const limitBytes = integer(query, 'limitBytes');
  const sinceSeconds = integer(query, 'sinceSeconds');
  const sinceTime = query.get('sinceTime') ?? undefined;
  const faults = [
    ...negativeValue('tailLines', tailLines),
    ...(limitBytes !== undefined && limitBytes < 1
      ? [invalidValue('limitBytes', limitBytes, 'must be greater than 0')]
      : []),
    ...(sinceSeconds !== undefined && sinceSeconds < 1
      ? [invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0')]
      : []),
  ];
  if (faults.length > 0) {
    throw ApiError.invalid({ group: '', kind: 'PodLogOptions' }, pod.metadata.name, faults);
  }
  return {
    tailLines,
    limitBytes,
    sinceMs: sinceSeconds === undefined ? kubeTimeMs(sinceTime) : nowMs - sinceSeconds * 1_000,
    hasTimestamps: flag(query, 'timestamps'),
  };
}

function containerOf(pod: Pod, wanted: string): string {
  const { name } = pod.metadata;
  const own = pod.spec.containers.map((container) => container.name);
  const init = (pod.spec.initContainers ?? []).map((container) => container.name);
  if (wanted !== '') {
    if (own.includes(wanted) || init.includes(wanted)) return wanted;
    throw ApiError.badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [only] = own;
  if (own.length === 1 && only !== undefined && init.length === 0) return only;
  if (own.length === 1 && only !== undefined) {
    throw ApiError.badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${own.join(' ')}] or one of the init containers: [${init.join(' ')}]`,
    );
  }
  throw ApiError.badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${own.join(' ')}]`,
  );
}

/** @see Source: kubernetes `pkg/kubelet/kubelet_pods.go`, `validateContainerLogStatus`. */
function missingLog(pod: Pod, container: string, previous: boolean): ApiError {
  const { name } = pod.metadata;
  if (previous) {
    return ApiError.badRequest(
      `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`,
    );
  }
  const status = pod.status?.containerStatuses?.find((one) => one.name === container);
  const reason = status?.state?.waiting?.reason;
  return ApiError.badRequest(
    reason === undefined
      ? `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is not available`
      : `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${reason}`,
  );
}
