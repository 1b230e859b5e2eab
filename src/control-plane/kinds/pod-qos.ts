/** Quality-of-service classes of pods. */
import { compareQuantities } from '../../core/quantity.js';
import type { PodSpec } from '../../core/objects.js';

/** Class of a pod by its requests and limits of CPU and memory. */
export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** @see Source: kubernetes `pkg/apis/core/v1/helper/qos/qos.go`, `ComputePodQOS`. */
export function qosClass(spec: PodSpec): QosClass {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  let hasAny = false;
  let isGuaranteed = true;
  for (const { resources } of containers) {
    for (const name of ['cpu', 'memory']) {
      const request = nonZero(resources?.requests?.[name]);
      const limit = nonZero(resources?.limits?.[name]);
      hasAny ||= request !== undefined || limit !== undefined;
      const isEqual =
        limit !== undefined && (request === undefined || compareQuantities(request, limit) === 0);
      isGuaranteed &&= isEqual;
    }
  }
  if (!hasAny) return 'BestEffort';
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function nonZero(quantity: string | undefined): string | undefined {
  return quantity === undefined || compareQuantities(quantity, '0') === 0 ? undefined : quantity;
}
