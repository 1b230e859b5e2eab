/** The scale of what an HPA scales: Deployments and ReplicaSets, read and written through the API. */
import type { ScaleReading } from '../../autoscaling/hpa/input.js';
import type { CrossVersionObjectReference } from '../../core/autoscaling-objects.js';
import type { Deployment, LabelSelector, ReplicaSet } from '../../core/objects.js';
import type { KubeApi, ObjectKey } from '../api.js';
import { formatSelector } from '../kinds/selectors.js';
import { DEPLOYMENTS, REPLICA_SETS } from '../resources.js';
import type { Resource } from '../resources.js';

/** A target's scale, and how to change it. */
export interface ScaleTarget {
  readonly reading: ScaleReading;
  /** Which pods it has; undefined when it could not be read. */
  readonly selector: LabelSelector | undefined;
  /** Sets `spec.replicas`. @throws {ApiError} when the API refuses. */
  readonly write: (replicas: number) => void;
}

type Scalable = Deployment | ReplicaSet;

/**
 * The scale of a target; a target that cannot be read says so in upstream's words.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `reconcileAutoscaler` and
 *   `scaleForResourceMappings`.
 */
export function scaleTarget(
  api: KubeApi,
  { apiVersion = '', kind, name }: CrossVersionObjectReference,
  namespace: string,
): ScaleTarget {
  const parts = apiVersion.split('/');
  if (parts.length > 2) {
    return failed('api-version', `unexpected GroupVersion string: ${apiVersion}`);
  }
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const key = { namespace, name };
  if (group === 'apps' && kind === 'Deployment') return found(api, DEPLOYMENTS, key);
  if (group === 'apps' && kind === 'ReplicaSet') return found(api, REPLICA_SETS, key);
  return failed('resource', `no matches for kind "${kind}" in group "${group}"`);
}

function found<T extends Scalable>(
  api: KubeApi,
  resource: Resource<T>,
  key: ObjectKey,
): ScaleTarget {
  const object = api.get(resource, key);
  if (object === undefined) {
    const { plural, group } = resource;
    return failed('query', `${plural}.${group} "${key.name}" not found`);
  }
  const { replicas = 1, selector } = object.spec;
  return {
    reading: {
      kind: 'found',
      specReplicas: replicas,
      statusReplicas: object.status?.replicas ?? 0,
      selector: selectorText(selector),
    },
    selector,
    write: (wanted) => {
      const scaled = { ...object, spec: { ...object.spec, replicas: wanted } };
      api.update(resource, scaled, { subresource: 'scale' });
    },
  };
}

/** A selector that selects everything is printed as nothing, and upstream takes it for none. */
function selectorText(selector: LabelSelector): string {
  const text = formatSelector(selector);
  return text === '<none>' ? '' : text;
}

function failed(
  at: Extract<ScaleReading, { readonly kind: 'failed' }>['at'],
  message: string,
): ScaleTarget {
  const write = (): never => {
    throw new RangeError(`expected a target that can be scaled, got: ${message}`);
  };
  return { reading: { kind: 'failed', at, message }, selector: undefined, write };
}
