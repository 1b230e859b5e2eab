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
  const index = draft.findIndex((each) => each.type === type);
  const known = draft[index];
  if (known === undefined) {
    draft.push({ type, status, lastTransitionTime: kubeTime(nowMs), reason, message });
    return;
  }
  if (known.status !== status) {
    draft[index] = { ...known, status, lastTransitionTime: kubeTime(nowMs), reason, message };
  } else if (known.reason !== reason || known.message !== message) {
    draft[index] = { ...known, reason, message };
  }
}

/** Takes a condition out of a draft. */
export function removeCondition(draft: Condition[], type: HpaConditionType): void {
  const index = draft.findIndex((each) => each.type === type);
  if (index >= 0) draft.splice(index, 1);
}
