/** In which order objects are applied. */
import type { KubeObject } from '../core/objects.js';

/** What others refer to comes first: a pod is refused while its ServiceAccount does not exist. */
const FIRST_KINDS = ['Namespace', 'ServiceAccount', 'Secret', 'ConfigMap', 'Service'];

/** Objects in an order in which each finds what it refers to. */
export function inApplyOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.toSorted((a, b) => applyRank(a) - applyRank(b));
}

function applyRank({ kind }: KubeObject): number {
  const index = FIRST_KINDS.indexOf(kind);
  return index < 0 ? FIRST_KINDS.length : index;
}
