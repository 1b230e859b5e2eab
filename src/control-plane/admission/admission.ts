/** Admission that only judges: it comes last before an object is stored. */
import type { KubeObject } from '../../core/objects.js';
import { PODS, PRIORITY_CLASSES } from '../resources.js';
import type { Resource } from '../resources.js';
import { enforceLimitRanges } from './limit-ranges.js';
import { refuseSecondDefault } from './priority.js';
import { chargeQuotas } from './quotas.js';
import type { QuotaRequest } from './quotas.js';

/**
 * Limit ranges, priority classes and quotas, in upstream's order.
 *
 * @throws {ApiError} 403.
 * @see Source: kubernetes `pkg/kubeapiserver/options/plugins.go`, `AllOrderedPlugins`.
 */
export function judgeWrite(request: QuotaRequest): void {
  const { api, resource, old } = request;
  const object: KubeObject = request.object;
  if (isOf(resource, PODS, object) && old === undefined) enforceLimitRanges(object, api);
  if (isOf(resource, PRIORITY_CLASSES, object)) {
    refuseSecondDefault(object, isOf(resource, PRIORITY_CLASSES, old) ? old : undefined, api);
  }
  chargeQuotas(request);
}

/** Objects of a resource have its shape. */
function isOf<T extends KubeObject>(
  resource: Resource,
  wanted: Resource<T>,
  object: KubeObject | undefined,
): object is T {
  return (
    object !== undefined && resource.group === wanted.group && resource.plural === wanted.plural
  );
}
