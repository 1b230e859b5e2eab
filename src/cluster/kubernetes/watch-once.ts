/** One watch, from its beginning to its end. */
import { type KubeConfig, Watch } from '@kubernetes/client-node';
import { valueAt } from '../../core/json.js';
import { isKubeObject } from '../../core/object-guards.js';
import type { ObservedChange, ObservedKind, WatchEnd } from '../target.js';

const PATHS: Readonly<Record<ObservedKind, (namespace: string) => string>> = {
  pods: (namespace) => `/api/v1/namespaces/${namespace}/pods`,
  events: (namespace) => `/api/v1/namespaces/${namespace}/events`,
  deployments: (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  endpointslices: (namespace) => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  horizontalpodautoscalers: (namespace) =>
    `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
};

/**
 * Watches until the stream ends or the signal aborts; never throws, the reason is in the result.
 *
 * Without a version to resume from, the API server first sends what exists as ADDED ("Get State and
 * Start at Most Recent"), so no list is needed.
 */
export async function watchOnce(
  config: KubeConfig,
  what: { readonly kind: ObservedKind; readonly namespace: string; readonly since?: string },
  {
    onChange,
    signal,
  }: { readonly onChange: (change: ObservedChange) => void; readonly signal: AbortSignal },
): Promise<WatchEnd> {
  let resumeVersion = what.since;
  let because: string | undefined;
  const receive = (type: string, object: unknown): void => {
    if (type === 'ERROR') {
      because = messageOf(object);
      resumeVersion = undefined; // 410 Gone, or worse: begin again
      return;
    }
    if (!isKubeObject(object) && type !== 'BOOKMARK') return;
    resumeVersion = versionOf(object);
    const isChange = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
    if (isChange && isKubeObject(object)) onChange({ type, object });
  };
  const parameters = {
    allowWatchBookmarks: true,
    ...(what.since === undefined ? {} : { resourceVersion: what.since }),
  };
  const path = PATHS[what.kind](what.namespace);
  return new Promise((resolve) => {
    const done = (error: unknown): void => {
      because ??= signal.aborted ? 'stopped' : error instanceof Error ? error.message : 'ended';
      resolve({ resumeVersion, because });
    };
    new Watch(config).watch(path, parameters, receive, done).then((controller) => {
      if (signal.aborted) controller.abort();
      else signal.addEventListener('abort', () => controller.abort(), { once: true });
      return undefined;
    }, done);
  });
}

/** A bookmark carries little but its version. */
function versionOf(object: unknown): string | undefined {
  const version = valueAt(object, ['metadata', 'resourceVersion']);
  return typeof version === 'string' ? version : undefined;
}

function messageOf(status: unknown): string {
  if (typeof status === 'object' && status !== null && 'message' in status) {
    return String(status.message);
  }
  return 'the API server ended the watch with an error';
}
