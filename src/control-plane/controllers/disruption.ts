/** The disruption controller: keeps count of what each budget allows. */
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../core/disruption-objects.js';
import { kubeTimeMs } from '../../core/kube-time.js';
import type { KubeTime, LabelSelector, Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { Controller, ControllerWatch, ReconcileKey, ReconcileResult } from '../controller.js';
import {
  NO_DISRUPTION_STATUS,
  SYNC_FAILED,
  withBudgetCondition,
  withDisruptionCondition,
} from '../disruption-status.js';
import { EventRecorder } from '../event-recorder.js';
import { isSelected } from '../label-selector.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { withPodCondition } from '../pod-conditions.js';
import { POD_DISRUPTION_BUDGETS, PODS } from '../resources.js';
import { expectedPodsOf } from './disruption-scale.js';
import { isDeleting, isReady, isTerminal, podCondition } from './pod-state.js';

// pkg/controller/disruption/disruption.go: DeletionTimeout, stalePodDisruptionTimeout
const DELETION_TIMEOUT_MS = 120_000;
const STALE_CONDITION_MS = 120_000;
/** Begins keys of pods; budgets have theirs as they are. */
const POD_KEY = 'pod ';

/**
 * Writes the status of budgets, and takes back what says that a pod is to be disrupted when it was not.
 *
 * @see Source: kubernetes `pkg/controller/disruption/disruption.go`.
 */
export class DisruptionController implements Controller {
  readonly name = 'disruption';
  readonly watches: readonly ControllerWatch[];
  readonly #api: KubeApi;
  readonly #recorder: EventRecorder;

  constructor(api: KubeApi) {
    this.#api = api;
    this.#recorder = new EventRecorder({ api, component: 'controllermanager' });
    this.watches = [
      { resource: POD_DISRUPTION_BUDGETS, keysFor: ({ object }) => [reconcileKey(object)] },
      {
        resource: PODS,
        keysFor: (event: WatchEvent<Pod>) => [...this.#budgetKeys(event), ...staleKeys(event)],
      },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    if (key.startsWith(POD_KEY)) return this.#reconcilePod(key.slice(POD_KEY.length), nowMs);
    const budget = this.#api.get(POD_DISRUPTION_BUDGETS, objectKey(key));
    return budget === undefined ? undefined : this.#reconcileBudget(budget, nowMs);
  }

  /** The budget of a pod; of several any one, as upstream. */
  #budgetKeys({ object }: WatchEvent<Pod>): readonly ReconcileKey[] {
    const { namespace = '', labels } = object.metadata;
    const { items } = this.#api.list(POD_DISRUPTION_BUDGETS, { namespace });
    const found = items.find(({ spec }) => isSelected(spec.selector, labels));
    return found === undefined ? [] : [reconcileKey(found)];
  }

  #reconcileBudget(budget: PodDisruptionBudget, nowMs: EpochMs): ReconcileResult | undefined {
    const { namespace = '' } = budget.metadata;
    const pods = this.#api
      .list(PODS, { namespace })
      .items.filter(({ metadata }) => isSelected(budget.spec.selector, metadata.labels));
    if (pods.length === 0) {
      this.#recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found', nowMs);
    }
    const counted = this.#counted(budget, pods, nowMs);
    if (counted === undefined) return undefined;
    const disrupted = stillExpected(budget, pods, nowMs);
    this.#reportKept(budget, pods, { disrupted, nowMs });
    const currentHealthy = pods.filter(
      (pod) => !isDeleting(pod) && disrupted[pod.metadata.name] === undefined && isReady(pod),
    ).length;
    const { expectedPods, desiredHealthy } = counted;
    const allowed = currentHealthy - desiredHealthy;
    this.#write(
      budget,
      {
        ...generationOf(budget),
        ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
        disruptionsAllowed: expectedPods <= 0 || allowed <= 0 ? 0 : allowed,
        currentHealthy,
        desiredHealthy,
        expectedPods,
        ...(budget.status?.conditions === undefined
          ? {}
          : { conditions: budget.status.conditions }),
      },
      nowMs,
    );
    const due = Object.values(disrupted).map((time) => deletionDueMs(time) - nowMs);
    return due.length === 0 ? undefined : { requeueAfterMs: Math.max(0, Math.min(...due)) + 1 };
  }

  #counted(
    budget: PodDisruptionBudget,
    pods: readonly Pod[],
    nowMs: EpochMs,
  ): ReturnType<typeof expectedPodsOf> | undefined {
    try {
      const counted = expectedPodsOf(this.#api, budget.spec, pods);
      if (counted.hasUnmanaged) {
        const message = `Pods selected by this PodDisruptionBudget (selector: ${printed(budget.spec.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
        this.#recorder.event(budget, 'Warning', 'UnmanagedPods', message, nowMs);
      }
      return counted;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failSafe(budget, error.message, nowMs);
      return undefined;
    }
  }

  /** A budget that cannot be worked out allows nothing. */
  #failSafe(budget: PodDisruptionBudget, because: string, nowMs: EpochMs): void {
    const reason = 'CalculateExpectedPodCountFailed';
    const message = `Failed to calculate the number of expected pods: ${because}`;
    this.#recorder.event(budget, 'Warning', reason, message, nowMs);
    const safe = { ...(budget.status ?? NO_DISRUPTION_STATUS), disruptionsAllowed: 0 };
    const stated = { status: 'False', reason: SYNC_FAILED, message: because } as const;
    const status = withBudgetCondition(safe, stated, nowMs);
    this.#api.update(POD_DISRUPTION_BUDGETS, { ...budget, status }, { subresource: 'status' });
  }

  #write(budget: PodDisruptionBudget, counted: PodDisruptionBudgetStatus, nowMs: EpochMs): void {
    const status = withDisruptionCondition(counted, nowMs);
    if (isEqualJson(status, budget.status)) return;
    this.#api.update(POD_DISRUPTION_BUDGETS, { ...budget, status }, { subresource: 'status' });
  }

  /** Evictions that were granted and did not happen. */
  #reportKept(
    budget: PodDisruptionBudget,
    pods: readonly Pod[],
    { disrupted, nowMs }: { readonly disrupted: DisruptedPods; readonly nowMs: EpochMs },
  ): void {
    const granted = budget.status?.disruptedPods ?? {};
    const { namespace = '' } = budget.metadata;
    for (const pod of pods) {
      const { name } = pod.metadata;
      if (isDeleting(pod) || granted[name] === undefined || disrupted[name] !== undefined) continue;
      // upstream prints the namespace twice
      const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
      this.#recorder.event(pod, 'Warning', 'NotDeleted', message, nowMs);
    }
  }

  /** @see Source: `disruption.go`, `syncStalePodDisruption`. */
  #reconcilePod(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const pod = this.#api.get(PODS, objectKey(key));
    const sinceMs = pod === undefined ? undefined : disruptionTargetSinceMs(pod);
    if (pod === undefined || sinceMs === undefined) return undefined;
    const leftMs = sinceMs + STALE_CONDITION_MS - nowMs;
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    const { generation } = pod.metadata;
    const stated = {
      type: 'DisruptionTarget',
      status: 'False',
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    } as const;
    const status = withPodCondition(pod.status ?? {}, stated, nowMs);
    this.#api.update(PODS, { ...pod, status }, { subresource: 'status' });
    return undefined;
  }
}

type DisruptedPods = Readonly<Record<string, KubeTime>>;

/** @see Source: `disruption.go`, `buildDisruptedPodMap`. */
function stillExpected(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  nowMs: EpochMs,
): DisruptedPods {
  const granted = status?.disruptedPods ?? {};
  const expected: Record<string, KubeTime> = {};
  for (const pod of pods) {
    const time = granted[pod.metadata.name];
    if (time === undefined || isDeleting(pod) || deletionDueMs(time) < nowMs) continue;
    expected[pod.metadata.name] = time;
  }
  return expected;
}

function deletionDueMs(time: KubeTime): EpochMs {
  return (kubeTimeMs(time) ?? 0) + DELETION_TIMEOUT_MS;
}

function generationOf({ metadata }: PodDisruptionBudget): { readonly observedGeneration?: number } {
  const { generation } = metadata;
  return generation === undefined ? {} : { observedGeneration: generation };
}

function staleKeys({ type, object }: WatchEvent<Pod>): readonly ReconcileKey[] {
  const isStale = type !== 'DELETED' && disruptionTargetSinceMs(object) !== undefined;
  return isStale ? [`${POD_KEY}${reconcileKey(object)}`] : [];
}

/** Since when a pod that goes on is said to be disrupted; the kubelet's word is never stale. */
function disruptionTargetSinceMs(pod: Pod): EpochMs | undefined {
  const condition = podCondition(pod, 'DisruptionTarget');
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  if (isDeleting(pod) || isTerminal(pod)) return undefined;
  return kubeTimeMs(condition.lastTransitionTime);
}

/** A selector as Go prints it in messages. */
function printed(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
