/** Whether a pod puts up with a node's taints. */
import type { Pod, Taint, Toleration } from '../../core/objects.js';

/**
 * Whether a toleration covers a taint. An empty key with Exists covers all, an empty effect every effect.
 *
 * @see Source: kubernetes `api/core/v1/toleration.go`, `ToleratesTaint`.
 */
export function isTolerated(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return key !== '' && value === (taint.value ?? '');
}

/** Taints of these effects that no toleration of the pod covers. */
export function untolerated(
  pod: Pod,
  taints: readonly Taint[] | undefined,
  effects: readonly Taint['effect'][],
): readonly Taint[] {
  const tolerations = pod.spec.tolerations ?? [];
  return (taints ?? []).filter(
    (taint) =>
      effects.includes(taint.effect) &&
      !tolerations.some((toleration) => isTolerated(toleration, taint)),
  );
}
