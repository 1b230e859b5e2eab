/** `custom.metrics.k8s.io` and `external.metrics.k8s.io`, as prometheus-adapter serves them. */
import { kubeTime } from '../../core/kube-time.js';
import type { KubeTime } from '../../core/objects.js';
import { formatQuantity } from '../../core/quantity.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import {
  DESCRIBED_RESOURCES,
  type NamedMetrics,
  type ObjectMetric,
} from '../metrics/named-metrics.js';
import { NAMESPACES, type Resource } from '../resources.js';
import { unknownResource } from './context.js';
import { parseLabelSelector } from './label-selector.js';
import { json } from './messages.js';
import type { ApiRequest, PlainResponse } from './messages.js';
import type { ResourcePath } from './resource-path.js';

/** Group and versions of custom metrics, the preferred one first. */
export const CUSTOM_METRICS = {
  group: 'custom.metrics.k8s.io',
  versions: ['v1beta2', 'v1beta1'],
} as const;

/** Group and version of external metrics. */
export const EXTERNAL_METRICS = {
  group: 'external.metrics.k8s.io',
  versions: ['v1beta1'],
} as const;

/** Whether a group and version are one of the two APIs. */
export function isNamedMetrics({
  group,
  version,
}: Pick<ResourcePath, 'group' | 'version'>): boolean {
  return [CUSTOM_METRICS, EXTERNAL_METRICS].some(
    (api) => api.group === group && api.versions.some((one) => one === version),
  );
}

/** The list of resources below `/apis/GROUP/VERSION`: one for each metric that there is now. */
export function namedMetricsList(
  metrics: NamedMetrics,
  { group, version }: Pick<ResourcePath, 'group' | 'version'>,
): PlainResponse {
  const isCustom = group === CUSTOM_METRICS.group;
  const resources = isCustom
    ? metrics.customNames.flatMap((metric) =>
        DESCRIBED_RESOURCES.map((resource) => ({
          name: `${groupResource(resource)}/${metric}`,
          singularName: '',
          namespaced: resource.namespaced,
          kind: 'MetricValueList',
          verbs: ['get'],
        })),
      )
    : metrics.externalNames.map((name) => ({
        name,
        singularName: '',
        namespaced: true,
        kind: 'ExternalMetricValueList',
        verbs: ['get'],
      }));
  return json(200, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${group}/${version}`,
    resources,
  });
}

/** Answers a request for values. @throws {ApiError} 400, 404 and 405. */
export function handleNamedMetrics(
  metrics: NamedMetrics,
  path: ResourcePath,
  { request, nowMs }: { readonly request: ApiRequest; readonly nowMs: EpochMs },
): PlainResponse {
  if (request.method !== 'GET') throw ApiError.methodNotAllowed();
  const timestamp = kubeTime(nowMs);
  return path.group === CUSTOM_METRICS.group
    ? customValues(metrics, path, { query: request.query, timestamp })
    : externalValues(metrics, path, { query: request.query, timestamp });
}

interface Asked {
  readonly query: URLSearchParams;
  readonly timestamp: KubeTime;
}

/** What a path under the custom metrics API asks: `namespaces/NS/pods/NAME/METRIC`. */
interface CustomPath {
  readonly resource: Resource | undefined;
  /** As it stands in messages. */
  readonly plural: string;
  /** '*': all that the selector finds. */
  readonly name: string;
  readonly metric: string;
  readonly namespace: string;
}

/** @see Source: custom-metrics-apiserver `pkg/registry/custom_metrics/reststorage.go`, `List`. */
function customPath({ namespace, plural, name, subresource }: ResourcePath): CustomPath {
  if (namespace === undefined || name === undefined) throw unknownResource();
  if (plural === 'metrics' && subresource === undefined) {
    return { resource: NAMESPACES, plural: 'namespaces', name: namespace, metric: name, namespace };
  }
  if (subresource === undefined) throw unknownResource();
  const resource = DESCRIBED_RESOURCES.find(
    (one) => one.namespaced && (one.plural === plural || groupResource(one) === plural),
  );
  return {
    resource,
    plural: resource === undefined ? plural : groupResource(resource),
    name,
    metric: subresource,
    namespace,
  };
}

function customValues(
  metrics: NamedMetrics,
  path: ResourcePath,
  { query, timestamp }: Asked,
): PlainResponse {
  const { resource, plural, name, metric, namespace } = customPath(path);
  const isSelected = parseLabelSelector(query.get('labelSelector') ?? '');
  const found =
    resource === undefined
      ? undefined
      : metrics.custom(metric, resource, {
          namespace,
          isSeries: parseLabelSelector(query.get('metricLabelSelector') ?? ''),
          isObject: ({ metadata }) =>
            name === '*' ? isSelected(metadata.labels ?? {}) : metadata.name === name,
        });
  if (found === undefined) throw metricNotFound(`${metric} for ${plural}`);
  if (found.length === 0 && name !== '*') throw metricNotFound(`${metric} for ${plural} ${name}`);
  return json(200, {
    kind: 'MetricValueList',
    apiVersion: `${CUSTOM_METRICS.group}/${path.version}`,
    metadata: {},
    items: found.map((value) => customValue(value, { metric, timestamp, version: path.version })),
  });
}

function customValue(
  { object, resource, milli }: ObjectMetric,
  of: { readonly metric: string; readonly timestamp: KubeTime; readonly version: string },
): unknown {
  const { name, namespace } = object.metadata;
  const { metric, timestamp } = of;
  const value = milliQuantity(milli);
  const describedObject = {
    kind: resource.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    // upstream writes the empty group of core kinds out
    apiVersion: `${resource.group}/${resource.version}`,
  };
  return of.version === 'v1beta1'
    ? { describedObject, metricName: metric, timestamp, value, selector: null }
    : { describedObject, metric: { name: metric, selector: null }, timestamp, value };
}

function externalValues(
  metrics: NamedMetrics,
  { namespace, plural: metric, name, version }: ResourcePath,
  { query, timestamp }: Asked,
): PlainResponse {
  if (namespace === undefined || name !== undefined) throw unknownResource();
  const matches = parseLabelSelector(query.get('labelSelector') ?? '');
  const found = metrics.external(metric, { namespace, matches });
  // upstream names the resource only in the namespace `default`
  if (found === undefined) {
    throw metricNotFound(`${metric} for ${namespace === 'default' ? 'namespaces' : ''}`);
  }
  return json(200, {
    kind: 'ExternalMetricValueList',
    apiVersion: `${EXTERNAL_METRICS.group}/${version}`,
    metadata: {},
    items: found.map(({ labels, milli }) => ({
      metricName: metric,
      metricLabels: labels,
      timestamp,
      value: milliQuantity(milli),
    })),
  });
}

function groupResource({ plural, group }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function milliQuantity(milli: number): string {
  return formatQuantity({ nano: BigInt(milli) * 1_000_000n, format: 'DecimalSI' });
}

/** @see Source: custom-metrics-apiserver `pkg/provider/errors.go`, `NewMetricNotFoundError`. */
function metricNotFound(what: string): ApiError {
  return new ApiError({
    message: `the server could not find the metric ${what}`,
    reason: 'NotFound',
    code: 404,
  });
}
