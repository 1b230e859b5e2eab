/** Which nodes a pod asks for: its node selector and node affinity. */
import type { Node, Pod, StringMap } from '../../core/objects.js';
import { hasLabels } from '../label-selector.js';

interface NodeRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface NodeTerm {
  readonly matchExpressions?: readonly NodeRequirement[];
  readonly matchFields?: readonly NodeRequirement[];
}

interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: {
    readonly nodeSelectorTerms?: readonly NodeTerm[];
  };
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number;
    readonly preference: NodeTerm;
  }[];
}

/**
 * The node has every label of the pod's node selector and fulfils one of its required terms, if any.
 *
 * @see Source: kubernetes `component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go`,
 *   `RequiredNodeAffinity.Match`.
 */
export function isNodeWanted(pod: Pod, node: Node): boolean {
  if (!hasLabels(node.metadata.labels, pod.spec.nodeSelector ?? {})) return false;
  const required = nodeAffinityOf(pod)?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return true;
  return (required.nodeSelectorTerms ?? []).some((term) => isMet(term, node));
}

/** The weights of the pod's preferred terms that the node fulfils, summed up. */
export function preferredWeight(pod: Pod, node: Node): number {
  let total = 0;
  const preferred = nodeAffinityOf(pod)?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const { weight, preference } of preferred) {
    if (isMet(preference, node)) total += weight;
  }
  return total;
}

/** `spec.affinity` was validated when the pod was stored. */
function nodeAffinityOf({ spec }: Pod): NodeAffinity | undefined {
  const { affinity } = spec;
  if (typeof affinity !== 'object' || affinity === null || !('nodeAffinity' in affinity)) {
    return undefined;
  }
  const { nodeAffinity } = affinity;
  return typeof nodeAffinity === 'object' && nodeAffinity !== null ? nodeAffinity : undefined;
}

/** A term that asks for nothing is met by nothing. */
function isMet({ matchExpressions = [], matchFields = [] }: NodeTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields: StringMap = { 'metadata.name': node.metadata.name };
  return (
    matchExpressions.every((requirement) => meets(requirement, node.metadata.labels ?? {})) &&
    matchFields.every((requirement) => meets(requirement, fields))
  );
}

function meets({ key, operator, values = [] }: NodeRequirement, labels: StringMap): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === 'In') return values.includes(value);
  const [actual, bound] = [Number.parseInt(value, 10), Number.parseInt(values[0] ?? '', 10)];
  return operator === 'Gt' ? actual > bound : operator === 'Lt' && actual < bound;
}
