/** Metrics in the Prometheus format behind the API's proxies: kubelets and kube-state-metrics. */
import { EXPOSITION_TYPE } from '../../core/exposition-text.js';
import { ApiError } from '../api-error.js';
import { cadvisorMetrics } from '../exposition/cadvisor-metrics.js';
import { kubeStateMetrics } from '../exposition/kube-state-metrics.js';
import { resourceMetrics } from '../exposition/resource-metrics.js';
import type { NodeReadings } from '../exposition/usage-groups.js';
import type { UsageSource } from '../pod-runtime.js';
import { NODES, PODS } from '../resources.js';
import type { ApiHandlerOptions } from './context.js';
import type { ApiRequest, ApiResponse } from './messages.js';
import type { ResourcePath } from './resource-path.js';

/** What expositions are made from. */
export interface ExpositionSource {
  readonly usage: UsageSource;
  /** Throws an `ApiError` for a node that does not answer; absent: all do. */
  readonly requireNode?: (name: string) => void;
}

const OF_NODE: Readonly<Record<string, (readings: NodeReadings) => string>> = {
  'proxy/metrics/cadvisor': cadvisorMetrics,
  'proxy/metrics/resource': resourceMetrics,
};
const STATE_NAMESPACE = 'kube-system';
/** As `[scheme:]name[:port]`, in which Services are proxied. */
const STATE_SERVICE = /^(?:http:)?kube-state-metrics(?::(?:8080|http-metrics)?)?$/;

/**
 * The answer to a scrape: `/api/v1/nodes/NODE/proxy/metrics/cadvisor` (and `.../resource`), and
 * `/api/v1/namespaces/kube-system/services/kube-state-metrics:http-metrics/proxy/metrics`. Undefined for
 * any other path.
 *
 * @throws {ApiError} 404 for a node that is not there, 405 for another method than GET, and what
 *   `requireNode` throws.
 */
export function answerExposition(
  { api, clock, exposition }: ApiHandlerOptions,
  path: ResourcePath,
  { method }: ApiRequest,
): ApiResponse | undefined {
  const { group, plural, namespace, name = '', subresource = '' } = path;
  if (exposition === undefined || group !== '') return undefined;
  if (plural === 'services') {
    const isState =
      namespace === STATE_NAMESPACE && STATE_SERVICE.test(name) && subresource === 'proxy/metrics';
    if (!isState) return undefined;
    requireGet(method);
    return page(kubeStateMetrics(api));
  }
  const render = plural === 'nodes' ? OF_NODE[subresource] : undefined;
  if (render === undefined) return undefined;
  requireGet(method);
  const node = api.get(NODES, { namespace: '', name });
  if (node === undefined) throw ApiError.notFound(NODES, name);
  exposition.requireNode?.(name);
  const pods = api.list(PODS).items.filter(({ spec }) => spec.nodeName === name);
  const nowMs = clock.now();
  return page(render({ node, pods, usage: exposition.usage.readUsage(nowMs), nowMs }));
}

function requireGet(method: string): void {
  if (method !== 'GET' && method !== 'HEAD') throw ApiError.methodNotAllowed();
}

function page(body: string): ApiResponse {
  return { kind: 'plain', status: 200, contentType: EXPOSITION_TYPE, body };
}
