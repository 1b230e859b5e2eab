/** Where an object is sent to be created. */
import type { KubeObject } from '../../core/objects.js';
import { SERVED_KINDS } from '../kinds/registry.js';
import type { Resource } from '../resources.js';

/** The resource that an object says it is; undefined when it is not offered. */
export function servedResource({ apiVersion, kind }: KubeObject): Resource | undefined {
  return SERVED_KINDS.map(({ resource }) => resource).find(
    (resource) => resource.kind === kind && groupVersion(resource) === apiVersion,
  );
}

/** The path of the collection that an object belongs to: `/apis/apps/v1/namespaces/lab/deployments`. */
export function collectionPath(resource: Resource, { metadata }: KubeObject): string {
  const root = resource.group === '' ? '/api' : '/apis';
  const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  return `${root}/${groupVersion(resource)}${scope}/${resource.plural}`;
}

function groupVersion({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}
