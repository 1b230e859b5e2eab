/** The eviction of a pod: a deletion that asks the disruption budgets first. */
import type { PodDisruptionBudget } from '../core/disruption-objects.js';
import { kubeTime } from '../core/kube-time.js';
import type { Pod } from '../core/objects.js';
import type { EpochMs } from '../time/clock.js';
import { ApiError } from './api-error.js';
import type { DeleteOptions, KubeApi, ObjectKey } from './api.js';
import {
  DISRUPTION_ALLOWED,
  NO_DISRUPTION_STATUS,
  SYNC_FAILED,
  withDisruptionCondition,
} from './disruption-status.js';
import { isSelected } from './label-selector.js';
import { keyOf } from './object-keys.js';
import { withPodCondition } from './pod-conditions.js';
import { POD_DISRUPTION_BUDGETS, PODS } from './resources.js';

/** Evictions that a budget may have granted and not yet seen, at most. */
const MAX_DISRUPTED_PODS = 2_000;
const RETRY_AFTER_SECONDS = 10;
const REFUSED = "Cannot evict pod as it would violate the pod's disruption budget.";

/** What an eviction asks for. */
export interface EvictionRequest {
  readonly pod: ObjectKey;
  /** Of the deletion that follows. */
  readonly options: DeleteOptions;
  readonly nowMs: EpochMs;
}

/**
 * Evicts a pod.
 *
 * @throws {ApiError} 429 with the cause `DisruptionBudget` when a budget does not allow it, 500 when
 *   several budgets select the pod, 404, 409 when a precondition does not hold.
 * @see Source: kubernetes `pkg/registry/core/pod/storage/eviction.go`, `EvictionREST.Create`.
 */
export function evictPod(api: KubeApi, request: EvictionRequest): void {
  const pod = api.get(PODS, request.pod);
  if (pod === undefined) throw ApiError.notFound(PODS, request.pod.name);
  if (!isBudgetIgnored(pod)) takeFromBudget(api, pod, request);
  deleteEvicted(api, pod, request);
}

/** A pod that does not run, or is going already, costs nobody anything. */
function isBudgetIgnored({ metadata, status }: Pod): boolean {
  return (
    ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '') ||
    metadata.deletionTimestamp !== undefined
  );
}

function takeFromBudget(api: KubeApi, pod: Pod, request: EvictionRequest): void {
  const { namespace = '', labels } = pod.metadata;
  const budgets = api
    .list(POD_DISRUPTION_BUDGETS, { namespace })
    .items.filter(({ spec }) => isSelected(spec.selector, labels));
  const [budget, ...others] = budgets;
  if (budget === undefined) return;
  if (others.length > 0) {
    throw ApiError.unclassified(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  if (isFreeOfBudget(pod, budget)) return;
  decrement(api, budget, request);
}

/** A pod that is not ready does not count, so its going takes nothing. */
function isFreeOfBudget(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  const isHealthy = (pod.status?.conditions ?? []).some(
    ({ type, status: value }) => type === 'Ready' && value === 'True',
  );
  if (isHealthy) return false;
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy, desiredHealthy } = status ?? NO_DISRUPTION_STATUS;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** @see Source: `eviction.go`, `checkAndDecrement`. */
function decrement(api: KubeApi, budget: PodDisruptionBudget, request: EvictionRequest): void {
  const { metadata, status = NO_DISRUPTION_STATUS } = budget;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw tooManyRequests(
      `The disruption budget ${metadata.name} is still being processed by the server.`,
      RETRY_AFTER_SECONDS,
    );
  }
  if (status.disruptionsAllowed < 0) {
    throw forbidden(metadata.name, 'pdb disruptions allowed is negative');
  }
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
    throw forbidden(
      metadata.name,
      'DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    );
  }
  if (status.disruptionsAllowed === 0) throw tooManyRequests(whyNot(budget));
  if (request.options.dryRun === true) return;
  const { pod, nowMs } = request;
  const left = {
    ...status,
    disruptionsAllowed: status.disruptionsAllowed - 1,
    disruptedPods: { ...status.disruptedPods, [pod.name]: kubeTime(nowMs) },
  };
  const changed = left.disruptionsAllowed === 0 ? withDisruptionCondition(left, nowMs) : left;
  api.update(POD_DISRUPTION_BUDGETS, { ...budget, status: changed }, { subresource: 'status' });
}

function whyNot({ metadata, status = NO_DISRUPTION_STATUS }: PodDisruptionBudget): string {
  const { name } = metadata;
  const { currentHealthy, desiredHealthy, conditions = [] } = status;
  const condition = conditions.find(({ type }) => type === DISRUPTION_ALLOWED);
  const said = condition?.status === 'False' ? (condition.message ?? '') : '';
  if (said !== '' && condition?.reason === SYNC_FAILED) {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${said}`;
  }
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return said === ''
    ? `The disruption budget ${name} does not allow evicting pods currently`
    : `The disruption budget ${name} does not allow evicting pods currently (${condition?.reason ?? ''}): ${said}`;
}

function forbidden(name: string, message: string): ApiError {
  return ApiError.forbidden({ group: 'policy', plural: 'poddisruptionbudget' }, name, { message });
}

function tooManyRequests(because: string, retryAfterSeconds?: number): ApiError {
  return new ApiError({
    message: REFUSED,
    reason: 'TooManyRequests',
    details: {
      causes: [{ reason: 'DisruptionBudget', message: because }],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
    code: 429,
  });
}

/** @see Source: `eviction.go`, `addConditionAndDeletePod`. */
function deleteEvicted(api: KubeApi, pod: Pod, { options, nowMs }: EvictionRequest): void {
  const key = keyOf(pod);
  if (options.dryRun === true) {
    api.delete(PODS, key, options);
    return;
  }
  refuseOther(pod, options);
  const stated = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  } as const;
  const status = withPodCondition(pod.status ?? {}, stated, nowMs);
  const updated = api.update(PODS, { ...pod, status }, { subresource: 'status' });
  const { preconditions, ...others } = options;
  const { resourceVersion = '' } = updated.metadata;
  api.delete(
    PODS,
    key,
    preconditions?.resourceVersion === undefined
      ? options
      : // the version that was asked for is the one before the condition
        { ...others, preconditions: { ...preconditions, resourceVersion } },
  );
}

function refuseOther({ metadata }: Pod, { preconditions }: DeleteOptions): void {
  const { uid = '', resourceVersion = '', name } = metadata;
  const pods = { group: '', plural: 'Pod' };
  if ((preconditions?.uid ?? uid) !== uid) {
    throw ApiError.conflict(
      pods,
      name,
      `the UID in the precondition (${preconditions?.uid ?? ''}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if ((preconditions?.resourceVersion ?? resourceVersion) !== resourceVersion) {
    throw ApiError.conflict(
      pods,
      name,
      `the ResourceVersion in the precondition (${preconditions?.resourceVersion ?? ''}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}
