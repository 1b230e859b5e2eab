/** The class that decides which pods are sacrificed first. */
import type { PodSpec } from '../../core/objects.js';
import { compareQuantities } from '../../core/quantity.js';

const COUNTED = ['cpu', 'memory'] as const;

/**
 * `BestEffort` when nothing is asked, `Guaranteed` when every container has cpu and memory limits
 * equal to its requests, else `Burstable`.
 *
 * @see Source: kubernetes `pkg/apis/core/v1/helper/qos/qos.go`, `ComputePodQOS`.
 */
export function qosClass(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const anything = containers.some((container) =>
    COUNTED.some(
      (name) =>
        isAsked(container.resources?.requests?.[name]) ||
        isAsked(container.resources?.limits?.[name]),
    ),
  );
  if (!anything) return 'BestEffort';
  const everything = containers.every((container) =>
    COUNTED.every((name) => {
      const limit = container.resources?.limits?.[name];
      if (limit === undefined || !isAsked(limit)) return false;
      return compareQuantities(container.resources?.requests?.[name] ?? limit, limit) === 0;
    }),
  );
  return everything ? 'Guaranteed' : 'Burstable';
}

function isAsked(amount: string | undefined): boolean {
  return amount !== undefined && compareQuantities(amount, '0') > 0;
}
