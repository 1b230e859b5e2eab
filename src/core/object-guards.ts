/** What a JSON value is, by its kind. The API server answered it, so its shape is not checked again. */
import type { HorizontalPodAutoscaler } from './autoscaling-objects.js';
import { isRecord, valueAt } from './json.js';
import type { PodMetrics } from './metrics-objects.js';
import type { Deployment, EndpointSlice, KubeEvent, KubeObject, Pod } from './objects.js';

/** An object of the API: it has an `apiVersion`, a `kind` and a name. */
export function isKubeObject(value: unknown): value is KubeObject {
  return (
    isRecord(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    typeof valueAt(value, ['metadata', 'name']) === 'string'
  );
}

/** A Pod. */
export function isPod(value: unknown): value is Pod {
  return isKubeObject(value) && value.kind === 'Pod';
}

/** A Deployment. */
export function isDeployment(value: unknown): value is Deployment {
  return isKubeObject(value) && value.kind === 'Deployment';
}

/** An EndpointSlice. */
export function isEndpointSlice(value: unknown): value is EndpointSlice {
  return isKubeObject(value) && value.kind === 'EndpointSlice';
}

/** A HorizontalPodAutoscaler. */
export function isHorizontalPodAutoscaler(value: unknown): value is HorizontalPodAutoscaler {
  return isKubeObject(value) && value.kind === 'HorizontalPodAutoscaler';
}

/** An Event of the core group. */
export function isKubeEvent(value: unknown): value is KubeEvent {
  return isKubeObject(value) && value.kind === 'Event';
}

/** The metrics of a pod. */
export function isPodMetrics(value: unknown): value is PodMetrics {
  return isKubeObject(value) && value.kind === 'PodMetrics';
}
