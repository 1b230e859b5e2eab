/** Names of objects as work queues carry them. */
import type { KubeObject } from '../core/objects.js';
import type { ObjectKey } from './api.js';
import type { ReconcileKey } from './controller.js';

/** `namespace/name`, or `name` for an object without a namespace. */
export function reconcileKey({ metadata }: KubeObject): ReconcileKey {
  const { namespace = '', name } = metadata;
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** What a key names. */
export function objectKey(key: ReconcileKey): ObjectKey {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: '', name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The key of an object in the API. */
export function keyOf({ metadata }: KubeObject): ObjectKey {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}
