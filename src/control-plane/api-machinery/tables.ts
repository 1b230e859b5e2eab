/** Where objects are kept. */
import type { Resource } from '../resources.js';

/** The store's table of a resource: `deployments.apps`. */
export function tableOf(resource: Resource): string {
  let table = TABLES.get(resource);
  if (table === undefined) {
    table = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
    TABLES.set(resource, table);
  }
  return table;
}

/** Resources are few and asked for with each read and write. */
const TABLES = new WeakMap<Resource, string>();
