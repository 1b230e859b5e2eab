/** The admission of quotas: what does not fit is refused, what fits is noted as used. */
import type { KubeObject, ResourceList } from '../../core/objects.js';
import type { ResourceQuota } from '../../core/quota-objects.js';
import { compareQuantities } from '../../core/quantity.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import type { Resource } from '../resources.js';
import { RESOURCE_QUOTAS } from '../resources.js';
import type { QuotaEvaluator } from './quota-evaluator.js';
import { evaluatorOf, isInScopes, scopesOf } from './quota-usage.js';
import { addLists, excessOf, isSameList, listText, maskedList } from './resource-lists.js';

/** A write that is about to be stored. */
export interface QuotaRequest {
  readonly api: KubeApi;
  readonly resource: Resource;
  readonly object: KubeObject;
  /** Undefined for a new object. */
  readonly old: KubeObject | undefined;
  readonly nowMs: EpochMs;
  /** Nothing is noted as used. */
  readonly dryRun: boolean;
}

/**
 * Holds a write against every quota of its namespace.
 *
 * @throws {ApiError} 403 when one is exceeded, or cannot be told.
 * @see Source: kubernetes `apiserver/pkg/admission/plugin/resourcequota/controller.go`, `CheckRequest`.
 */
export function chargeQuotas(request: QuotaRequest): void {
  const { api, resource, object, old } = request;
  const evaluator = evaluatorOf(resource);
  const { namespace = '' } = object.metadata;
  if (evaluator === undefined || namespace === '') return;
  const quotas = api.list(RESOURCE_QUOTAS, { namespace }).items;
  if (quotas.length === 0 || !evaluator.handles({ object, old })) return;
  const concerned = quotas.filter((quota) => isConcerned(quota, evaluator, object));
  for (const quota of concerned) refuseUnknown(request, evaluator, quota);
  const charged = concerned.flatMap((quota) => {
    const used = charge(request, evaluator, quota);
    return used === undefined ? [] : [{ quota, used }];
  });
  if (request.dryRun) return;
  for (const { quota, used } of charged) {
    if (isSameList(used, quota.status?.used)) continue;
    const status = { ...quota.status, used };
    api.update(RESOURCE_QUOTAS, { ...quota, status }, { subresource: 'status' });
  }
}

function isConcerned(quota: ResourceQuota, evaluator: QuotaEvaluator, object: KubeObject): boolean {
  return (
    limitsOf(quota).some((name) => evaluator.tracks(name)) &&
    isInScopes(evaluator, object, scopesOf(quota))
  );
}

/** Limits that are enforced: those that the quota controller has taken note of. */
function limitsOf({ status }: ResourceQuota): readonly string[] {
  return Object.keys(status?.hard ?? {});
}

function refuseUnknown(
  { object, resource }: QuotaRequest,
  evaluator: QuotaEvaluator,
  quota: ResourceQuota,
): void {
  const { name } = quota.metadata;
  const tracked = limitsOf(quota).filter((limit) => evaluator.tracks(limit));
  const missing = evaluator.missing?.(object, tracked);
  if (missing !== undefined) {
    throw forbidden(resource, object, `failed quota: ${name}: ${missing}`);
  }
  if (tracked.every((limit) => quota.status?.used?.[limit] !== undefined)) return;
  const text = tracked.toSorted().join(',');
  throw forbidden(resource, object, `status unknown for quota: ${name}, resources: ${text}`);
}

/** @returns what is used then; undefined when nothing changes. */
function charge(
  { object, old, resource, nowMs }: QuotaRequest,
  evaluator: QuotaEvaluator,
  quota: ResourceQuota,
): ResourceList | undefined {
  const { hard = {}, used = {} } = quota.status ?? {};
  const usage = evaluator.usage(object, nowMs);
  const isCounted = old !== undefined && isConcerned(quota, evaluator, old);
  const more = isCounted ? excessOf(usage, evaluator.usage(old, nowMs)) : usage;
  const isLimited = (name: string): boolean => hard[name] !== undefined;
  const requested = maskedList(
    more,
    (name) => isLimited(name) && compareQuantities(more[name] ?? '0', '0') !== 0,
  );
  if (Object.keys(requested).length === 0) return undefined;
  const total = addLists(used, requested);
  const isExceeded = (name: string): boolean =>
    requested[name] !== undefined && compareQuantities(total[name] ?? '0', hard[name] ?? '0') > 0;
  const exceeded = maskedList(requested, isExceeded);
  if (Object.keys(exceeded).length === 0) return total;
  throw forbidden(
    resource,
    object,
    `exceeded quota: ${quota.metadata.name}, requested: ${listText(exceeded)}, used: ${listText(maskedList(used, isExceeded))}, limited: ${listText(maskedList(hard, isExceeded))}`,
  );
}

function forbidden(resource: Resource, { metadata }: KubeObject, message: string): ApiError {
  return ApiError.forbidden(resource, metadata.name, { message });
}
