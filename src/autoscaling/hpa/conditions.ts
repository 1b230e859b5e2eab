/** Conditions of an HPA as they change during one reconciliation. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition } from '../../core/objects.js';

/** What an HPA has conditions of. */
export type HpaConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited' | 'ScaledToZero';

/** A condition without its time. */
export interface ConditionChange {
  readonly type: HpaConditionType;
  readonly isTrue: boolean;
  readonly reason: string;
  readonly message: string;
}

/**
 * Sets a condition in a draft: its transition time changes only with its status. A new condition goes
 * last.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `setConditionInList`.
 */
export function setCondition(draft: Condition[], change: ConditionChange, nowMs: number): void {
  const { type, isTrue, reason, message } = change;
  const status = isTrue ? 'True' : 'False';
  const index = indexOfType(draft, type);
  const known = draft[index];
  if (known === undefined) {
    draft.push({ type, status, lastTransitionTime: kubeTime(nowMs), reason, message });
    return;
  }
  const isChange = known.status !== status;
  if (!isChange && known.reason === reason && known.message === message) return;
  const lastTransitionTime = isChange ? kubeTime(nowMs) : known.lastTransitionTime;
  // written out: copying with a spread is many times slower, and this runs several times a decision
  draft[index] =
    lastTransitionTime === undefined
      ? { type, status, reason, message }
      : { type, status, lastTransitionTime, reason, message };
}

function indexOfType(draft: readonly Condition[], type: HpaConditionType): number {
  for (let index = 0; index < draft.length; index++) if (draft[index]?.type === type) return index;
  return -1;
}

/** Takes a condition out of a draft. */
export function removeCondition(draft: Condition[], type: HpaConditionType): void {
  const index = indexOfType(draft, type);
  if (index >= 0) draft.splice(index, 1);
}
