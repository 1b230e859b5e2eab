/** How much of a quota is used, and which objects count towards it. */
import type { KubeObject, ResourceList } from '../../core/objects.js';
import type { ResourceQuota, ScopeRequirement } from '../../core/quota-objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type { Resource } from '../resources.js';
import { EVENTS, PODS, SERVICES } from '../resources.js';
import { POD_EVALUATOR } from './pod-quota.js';
import { countEvaluator } from './quota-evaluator.js';
import type { QuotaEvaluator } from './quota-evaluator.js';
import { addLists, maskedList } from './resource-lists.js';
import type { MutableResourceList } from './resource-lists.js';
import { SERVICE_EVALUATOR } from './service-quota.js';

const COUNTERS = new WeakMap<Resource, QuotaEvaluator>();

/** What measures objects of a resource; undefined for what no quota counts: events, and what is in no namespace. */
export function evaluatorOf(resource: Resource): QuotaEvaluator | undefined {
  if (!resource.namespaced || resource.plural === EVENTS.plural) return undefined;
  if (resource.group === '' && resource.plural === PODS.plural) return untyped(POD_EVALUATOR);
  if (resource.group === '' && resource.plural === SERVICES.plural) {
    return untyped(SERVICE_EVALUATOR);
  }
  let counter = COUNTERS.get(resource);
  if (counter === undefined) {
    counter = countEvaluator(resource);
    COUNTERS.set(resource, counter);
  }
  return counter;
}

/** It is only ever given objects of its own resource. */
function untyped<T extends KubeObject>(evaluator: QuotaEvaluator<T>): QuotaEvaluator {
  const given: unknown = evaluator;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- looked up by its resource
  return given as QuotaEvaluator;
}

/** The scopes of a quota, all as requirements. */
export function scopesOf({ spec }: ResourceQuota): readonly ScopeRequirement[] {
  return [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
}

/** Whether an object is in all scopes of a quota. */
export function isInScopes(
  evaluator: QuotaEvaluator,
  object: KubeObject,
  scopes: readonly ScopeRequirement[],
): boolean {
  return scopes.every((scope) => evaluator.isInScope?.(object, scope) === true);
}

/**
 * What is used of the limits of a quota now. A limit that nothing measures is not in it.
 *
 * @param resources - everything that is stored.
 * @see Source: kubernetes `apiserver/pkg/quota/v1/resources.go`, `CalculateUsage`.
 */
export function quotaUsage(
  quota: ResourceQuota,
  resources: readonly Resource[],
  { api, nowMs }: { readonly api: KubeApi; readonly nowMs: EpochMs },
): ResourceList {
  const hard = Object.keys(quota.spec.hard ?? {});
  const { namespace = '' } = quota.metadata;
  const scopes = scopesOf(quota);
  const usage: MutableResourceList = {};
  for (const name of hard) if (isOfAbsentKind(name)) usage[name] = '0';
  for (const resource of resources) {
    const evaluator = evaluatorOf(resource);
    const tracked = evaluator === undefined ? [] : hard.filter((name) => evaluator.tracks(name));
    if (evaluator === undefined || tracked.length === 0) continue;
    let total: ResourceList = Object.fromEntries(tracked.map((name) => [name, '0']));
    for (const object of api.list(resource, { namespace }).items) {
      if (!isInScopes(evaluator, object, scopes)) continue;
      total = addLists(total, evaluator.usage(object, nowMs));
    }
    Object.assign(
      usage,
      maskedList(total, (name) => tracked.includes(name)),
    );
  }
  return usage;
}

/** Limits of claims and replication controllers: there are none, so none are used. */
function isOfAbsentKind(name: string): boolean {
  return (
    /^(count\/)?(persistentvolumeclaims|replicationcontrollers)$/.test(name) ||
    name === 'requests.storage' ||
    /\.storageclass\.storage\.k8s\.io\/(requests\.storage|persistentvolumeclaims)$/.test(name)
  );
}
