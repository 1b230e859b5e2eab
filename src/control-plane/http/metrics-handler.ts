/** `metrics.k8s.io/v1beta1`, as metrics-server serves it. */
import type { NodeMetrics, PodMetrics } from '../../core/metrics-objects.js';
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { MetricsSource } from '../metrics-source.js';
import { PODS } from '../resources.js';
import { unknownResource } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { parseLabelSelector } from './label-selector.js';
import { json } from './messages.js';
import type { ApiRequest, ApiResponse } from './messages.js';
import type { ResourcePath } from './resource-path.js';

/** Group and version of resource metrics. */
export const METRICS_GROUP = { group: 'metrics.k8s.io', version: 'v1beta1' } as const;

/** Answers requests for pod and node metrics. @throws {ApiError} 404 and 405. */
export function handleMetrics(
  options: ApiHandlerOptions & { readonly metrics: MetricsSource },
  path: ResourcePath,
  request: ApiRequest,
): ApiResponse {
  const isPods = path.plural === 'pods';
  if ((!isPods && path.plural !== 'nodes') || path.subresource !== undefined) {
    throw unknownResource();
  }
  if (request.method !== 'GET') throw ApiError.methodNotAllowed();
  const items = isPods ? podMetrics(options, path) : options.metrics.nodeMetrics();
  if (path.name !== undefined) {
    const found = items.find(({ metadata }) => metadata.name === path.name);
    if (found !== undefined) return json(200, found);
    throw ApiError.notFound(
      { group: METRICS_GROUP.group, plural: isPods ? 'pods' : 'nodes' },
      isPods ? `${path.namespace ?? ''}/${path.name}` : path.name,
    );
  }
  const matches = parseLabelSelector(request.query.get('labelSelector') ?? '');
  return json(200, {
    kind: isPods ? 'PodMetricsList' : 'NodeMetricsList',
    apiVersion: `${METRICS_GROUP.group}/${METRICS_GROUP.version}`,
    metadata: {},
    items: items.filter((item) => matches(item.metadata.labels ?? {})),
  });
}

/** Pod metrics carry the labels of their pods, which selectors look at. */
function podMetrics(
  { api, metrics }: ApiHandlerOptions & { readonly metrics: MetricsSource },
  { namespace = '' }: ResourcePath,
): readonly (PodMetrics | NodeMetrics)[] {
  return metrics.podMetrics(namespace).map((metric) => {
    const { metadata } = metric;
    const key = { namespace: metadata.namespace ?? '', name: metadata.name };
    const pod: KubeObject | undefined = api.get(PODS, key);
    const labels = metadata.labels ?? pod?.metadata.labels;
    return labels === undefined ? metric : withLabels(metric, labels);
  });
}

function withLabels(metric: PodMetrics, labels: Readonly<Record<string, string>>): PodMetrics {
  return { ...metric, metadata: { ...metric.metadata, labels } };
}
