/** Where objects are kept. */
import type { Resource } from '../resources.js';

/** The store's table of a resource: `deployments.apps`. */
export function tableOf(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
