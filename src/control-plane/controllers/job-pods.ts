/** What the pods of a Job say about it. */
import type { Job, PodFailurePolicyRule } from '../../core/batch-objects.js';
import { kubeTimeMs } from '../../core/kube-time.js';
import type { ContainerStatus, Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { JOB_TRACKING_FINALIZER } from '../kinds/job-rules.js';
import { isDeleting, isReady, podCondition, readySinceMs } from './pod-state.js';

/** Label and annotation of an indexed Job's pod: its index. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often the index failed before this pod, of failures that count. */
export const INDEX_FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
/** The same of failures that a policy ignores. */
export const INDEX_IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** A policy's rule matched a pod, or none did. */
export interface FailureMatch {
  /** The Job fails for this reason. */
  readonly failJob?: string;
  /** The failure counts towards the limits. */
  readonly isCounted: boolean;
  readonly action?: string;
}

/** Pods are replaced only when they have failed; else also while they terminate. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** The pod still has to be counted. */
export function isTracked({ metadata }: Pod): boolean {
  return (metadata.finalizers ?? []).includes(JOB_TRACKING_FINALIZER);
}

/** The pod's index; undefined when it has none that can be read. */
export function completionIndex({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The pod's index if the Job still has it. */
export function validIndex({ spec }: Job, pod: Pod): number | undefined {
  const index = completionIndex(pod);
  return index !== undefined && index < (spec.completions ?? 0) ? index : undefined;
}

/** @see Source: kubernetes `pkg/controller/job/job_controller.go`, `isPodFailed`. */
export function isPodFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyFailed(job)) return false;
  return isDeleting(pod) && pod.status?.phase !== 'Succeeded';
}

/** Counted and ignored failures of the pod's index before it. */
export function indexFailures({ metadata }: Pod): { counted: number; ignored: number } {
  const read = (name: string): number => {
    const text = metadata.annotations?.[name] ?? '';
    return /^\d+$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : 0;
  };
  return { counted: read(INDEX_FAILURE_COUNT), ignored: read(INDEX_IGNORED_FAILURE_COUNT) };
}

/**
 * When a pod ended: its last container, else since when it is not ready, else when it was deleted, else
 * when it was made.
 *
 * @see Source: `pkg/controller/job/backoff_utils.go`, `getFinishedTime`.
 */
export function finishedAtMs(pod: Pod): EpochMs {
  const { metadata, spec, status } = pod;
  const sidecars = new Set(
    (spec.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  const containers = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ].map(({ state }) => kubeTimeMs(state?.terminated?.finishedAt));
  if (containers.length > 0 && containers.every((time) => time !== undefined)) {
    return Math.max(...containers.filter((time) => time !== undefined));
  }
  const ready = podCondition(pod, 'Ready');
  const unreadyMs = ready?.status === 'False' ? kubeTimeMs(ready.lastTransitionTime) : undefined;
  if (unreadyMs !== undefined) return unreadyMs;
  const deletedMs = kubeTimeMs(metadata.deletionTimestamp);
  if (deletedMs !== undefined) {
    return deletedMs - (metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
  }
  return kubeTimeMs(metadata.creationTimestamp) ?? 0;
}

/** Restarts of all containers. */
export function restartsOf({ status }: Pod): number {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].reduce(
    (sum, { restartCount }) => sum + restartCount,
    0,
  );
}

/** @see Source: `pkg/controller/job/pod_failure_policy.go`, `matchPodFailurePolicy`. */
export function matchFailurePolicy({ spec }: Job, pod: Pod): FailureMatch {
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const what = matched(rule, pod);
    if (what === undefined) continue;
    const { action } = rule;
    if (action === 'Ignore') return { isCounted: false, action };
    if (action === 'FailIndex' || action === 'Count') return { isCounted: true, action };
    if (action === 'FailJob') {
      return {
        isCounted: true,
        action,
        failJob: `${what} matching ${action} rule at index ${index}`,
      };
    }
  }
  return { isCounted: true };
}

/** What of the pod a rule is about, in words; undefined when it is about none. */
function matched(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const { namespace = '', name } = pod.metadata;
  const { onExitCodes, onPodConditions = [] } = rule;
  if (onExitCodes !== undefined) {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const container = [...containerStatuses, ...initContainerStatuses].find((status) =>
      isExitMatched(onExitCodes, status),
    );
    return container === undefined
      ? undefined
      : `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${container.state?.terminated?.exitCode ?? 0}`;
  }
  const condition = (pod.status?.conditions ?? []).find(({ type, status }) =>
    onPodConditions.some((pattern) => pattern.type === type && pattern.status === status),
  );
  return condition === undefined
    ? undefined
    : `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function isExitMatched(
  { containerName, operator, values }: NonNullable<PodFailurePolicyRule['onExitCodes']>,
  { name, state }: ContainerStatus,
): boolean {
  const code = state?.terminated?.exitCode ?? 0;
  if (code === 0 || (containerName ?? name) !== name) return false;
  const isListed = (values ?? []).includes(code);
  return operator === 'In' ? isListed : operator === 'NotIn' && !isListed;
}

/**
 * Active pods, those first that are least of a loss: unassigned, Pending, not ready, ready for a shorter
 * time, more restarts, younger.
 *
 * @see Source: `pkg/controller/controller_utils.go`, `ActivePods.Less`.
 */
export function removalOrder(pods: readonly Pod[]): readonly Pod[] {
  return [...pods].sort((a, b) => {
    const [one, other] = [removalRank(a), removalRank(b)];
    const place = one.findIndex((value, index) => value !== other[index]);
    return place < 0 ? 0 : (one[place] ?? 0) - (other[place] ?? 0);
  });
}

function removalRank(pod: Pod): readonly number[] {
  return [
    (pod.spec.nodeName ?? '') === '' ? 0 : 1,
    pod.status?.phase === 'Running' ? 1 : 0,
    isReady(pod) ? 1 : 0,
    -(readySinceMs(pod) ?? 0),
    -restartsOf(pod),
    -(kubeTimeMs(pod.metadata.creationTimestamp) ?? 0),
  ];
}
