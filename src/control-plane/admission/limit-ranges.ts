/** The admission of limit ranges: defaults of containers, and bounds of containers and pods. */
import type { Container, Pod, ResourceList } from '../../core/objects.js';
import type { LimitRange, LimitRangeItem } from '../../core/quota-objects.js';
import { milliValue, wholeValue } from '../../core/quantity.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { admittedName } from '../kinds/admitted-name.js';
import type { Draft } from '../kinds/kind.js';
import { LIMIT_RANGES, PODS } from '../resources.js';
import { podList } from './resource-lists.js';

const ANNOTATION = 'kubernetes.io/limit-ranger';
const NO_LIST: ResourceList = {};

/**
 * Gives containers what the limit ranges of the namespace say they have when they say nothing, and notes
 * it in an annotation.
 *
 * @see Source: kubernetes `plugin/pkg/admission/limitranger/admission.go` for all of this file.
 */
export function applyLimitRanges(pod: Draft<Pod>, api: KubeApi): void {
  for (const range of rangesOf(pod, api)) {
    const limits = defaultsOf(range, 'default');
    const requests = defaultsOf(range, 'defaultRequest');
    const notes = [
      ...(pod.spec.containers ?? []).flatMap((one) => fill(one, 'container', { limits, requests })),
      ...(pod.spec.initContainers ?? []).flatMap((one) =>
        fill(one, 'init container', { limits, requests }),
      ),
    ];
    if (notes.length === 0) continue;
    pod.metadata.annotations = {
      ...pod.metadata.annotations,
      [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}`,
    };
  }
}

/** Refuses a pod that is outside the bounds of a limit range. @throws {ApiError} 403. */
export function enforceLimitRanges(pod: Pod, api: KubeApi): void {
  for (const range of rangesOf(pod, api)) {
    const faults = [...new Set((range.spec.limits ?? []).flatMap((item) => itemFaults(item, pod)))];
    if (faults.length === 0) continue;
    const message = faults.length === 1 ? (faults[0] ?? '') : `[${faults.join(', ')}]`;
    throw ApiError.forbidden(PODS, admittedName(pod), { message });
  }
}

function rangesOf({ metadata: { namespace = '' } }: Pod, api: KubeApi): readonly LimitRange[] {
  return api.list(LIMIT_RANGES, { namespace }).items;
}

function defaultsOf({ spec }: LimitRange, list: 'default' | 'defaultRequest'): ResourceList {
  const defaults: Record<string, string> = {};
  for (const item of spec.limits ?? []) {
    if (item.type === 'Container') Object.assign(defaults, item[list]);
  }
  return defaults;
}

/** @returns what was set, in upstream's words. */
function fill(
  container: Draft<Container>,
  role: string,
  defaults: { readonly limits: ResourceList; readonly requests: ResourceList },
): readonly string[] {
  return (['requests', 'limits'] as const).flatMap((part) => {
    const present = container.resources?.[part] ?? NO_LIST;
    const missing = Object.keys(defaults[part]).filter((name) => present[name] === undefined);
    if (missing.length === 0) return [];
    container.resources = {
      ...container.resources,
      [part]: { ...defaults[part], ...present },
    };
    const word = part === 'requests' ? 'request' : 'limit';
    return [`${missing.sort().join(', ')} ${word} for ${role} ${container.name}`];
  });
}

function itemFaults(item: LimitRangeItem, pod: Pod): readonly string[] {
  switch (item.type) {
    case 'Container':
      return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].flatMap(
        ({ resources }) =>
          boundFaults(item, resources?.requests ?? NO_LIST, resources?.limits ?? NO_LIST),
      );
    case 'Pod':
      return boundFaults(
        item,
        podList(pod, 'requests', { withOverhead: false }),
        podList(pod, 'limits', { withOverhead: false }),
      );
    default:
      return [];
  }
}

function boundFaults(
  item: LimitRangeItem,
  requests: ResourceList,
  limits: ResourceList,
): readonly string[] {
  const check = (
    bounds: ResourceList | undefined,
    faultOf: (observed: Observed) => string | undefined,
  ): readonly string[] =>
    Object.entries(bounds ?? {}).flatMap(([name, bound]) => {
      const observed = {
        name,
        bound,
        type: item.type,
        request: requests[name],
        limit: limits[name],
      };
      return faultOf(observed) ?? [];
    });
  return [
    ...check(item.min, minimumFault),
    ...check(item.max, maximumFault),
    ...check(item.maxLimitRequestRatio, ratioFault),
  ];
}

/** One resource of a container or pod, and its bound. */
interface Observed {
  readonly name: string;
  readonly type: string;
  readonly bound: string;
  readonly request: string | undefined;
  readonly limit: string | undefined;
}

function minimumFault(observed: Observed): string | undefined {
  const { name, type, bound, request, limit } = observed;
  const start = `minimum ${name} usage per ${type} is ${bound}`;
  const values = comparable(observed);
  if (request === undefined) return `${start}.  No request is specified`;
  if (values.request < values.bound) return `${start}, but request is ${request}`;
  if (limit !== undefined && values.limit < values.bound) return `${start}, but limit is ${limit}`;
  return undefined;
}

function maximumFault(observed: Observed): string | undefined {
  const { name, type, bound, request, limit } = observed;
  const start = `maximum ${name} usage per ${type} is ${bound}`;
  const values = comparable(observed);
  if (limit === undefined) return `${start}.  No limit is specified`;
  if (values.limit > values.bound) return `${start}, but limit is ${limit}`;
  if (request !== undefined && values.request > values.bound) {
    return `${start}, but request is ${request}`;
  }
  return undefined;
}

function ratioFault(observed: Observed): string | undefined {
  const { name, type, bound } = observed;
  const start = `${name} max limit to request ratio per ${type} is ${bound}`;
  const { request, limit } = comparable(observed);
  if (request === 0) return `${start}, but no request is specified or request is 0`;
  if (limit === 0) return `${start}, but no limit is specified or limit is 0`;
  const ratio = limit / request;
  if (ratio * 1_000 <= milliValue(bound)) return undefined;
  return `${start}, but provided ratio is ${ratio.toFixed(6)}`;
}

/** Above it, thousandths do not fit into 64 bits. */
const MAX_MILLI_VALUE = 2 ** 63 / 1_000;

/** The amounts in thousandths, or in whole units where one is too large; what is not there is 0. */
function comparable({ bound, request = '0', limit = '0' }: Observed): {
  readonly bound: number;
  readonly request: number;
  readonly limit: number;
} {
  const isExact = [bound, request, limit].every((text) => wholeValue(text) <= MAX_MILLI_VALUE);
  const value = isExact ? milliValue : wholeValue;
  return { bound: value(bound), request: value(request), limit: value(limit) };
}
