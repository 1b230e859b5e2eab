/** Which nodes a pod asks for: its node selector and node affinity. */
import type { Node, Pod, StringMap } from '../../core/objects.js';
import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../core/scheduling-objects.js';
import { hasLabels } from '../label-selector.js';

const NODE_NAME_FIELD = 'metadata.name';
const WHOLE_NUMBER = /^[+-]?\d+$/;

/**
 * The node has every label of the pod's node selector and fulfils one of its required terms, if any.
 *
 * @see Source: kubernetes `component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go`,
 *   `RequiredNodeAffinity.Match`.
 */
export function isNodeWanted(pod: Pod, node: Node): boolean {
  if (!hasLabels(node.metadata.labels, pod.spec.nodeSelector ?? {})) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return true;
  return (required.nodeSelectorTerms ?? []).some((term) => isMet(term, node));
}

/** The weights of the pod's preferred terms that the node fulfils, summed up. */
export function preferredWeight(pod: Pod, node: Node): number {
  let total = 0;
  const preferred =
    pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const { weight, preference } of preferred) {
    if (isMet(preference, node)) total += weight;
  }
  return total;
}

/**
 * The only nodes that a pod can run on because every one of its required terms names nodes; undefined
 * when any of them does not. Empty: the names contradict each other.
 *
 * @see Source: `pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go`, `PreFilter`.
 */
export function namedNodes(pod: Pod): ReadonlySet<string> | undefined {
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const lists = matchFields
      .filter(({ key, operator }) => key === NODE_NAME_FIELD && operator === 'In')
      .map(({ values = [] }) => values);
    const [first, ...others] = lists;
    if (first === undefined) return undefined;
    for (const name of first) {
      if (others.every((list) => list.includes(name))) names.add(name);
    }
  }
  return names;
}

/** A term that asks for nothing is met by nothing. */
function isMet({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields: StringMap = { [NODE_NAME_FIELD]: node.metadata.name };
  return (
    matchExpressions.every((requirement) => meets(requirement, node.metadata.labels ?? {})) &&
    matchFields.every((requirement) => meets(requirement, fields))
  );
}

/** @see Source: `apimachinery/pkg/labels/selector.go`, `Requirement.Matches`. */
function meets(
  { key, operator, values = [] }: NodeSelectorRequirement,
  labels: StringMap,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === 'In') return values.includes(value);
  const [bound = ''] = values;
  if (!WHOLE_NUMBER.test(value) || !WHOLE_NUMBER.test(bound)) return false;
  return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}
