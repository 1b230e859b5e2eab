/** What a pod says about being near to or far from other pods, ready to be asked. */
import type { LabelSelector, Pod, StringMap } from '../../core/objects.js';
import type { PodAffinity, PodAffinityTerm } from '../../core/scheduling-objects.js';
import { isSelected } from '../label-selector.js';

/** What of a pod a term looks at. */
export interface LabeledPod {
  readonly namespace: string;
  readonly labels: StringMap;
}

/** Labels of a namespace; of one that is gone there are none. */
export type NamespaceLabels = (name: string) => StringMap;

/** One term, with the namespace of the pod that has it filled in. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: LabelSelector | undefined;
  readonly namespaces: readonly string[];
  readonly namespaceSelector: LabelSelector | undefined;
  /** 1 for required terms: what another pod's requirement is worth when nodes are scored. */
  readonly weight: number;
}

/** All terms of a pod. */
export interface AffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly preferred: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferredAnti: readonly AffinityTerm[];
}

const NONE: readonly AffinityTerm[] = [];

/** What a pod without any says. */
export const NO_TERMS: AffinityTerms = {
  required: NONE,
  preferred: NONE,
  requiredAnti: NONE,
  preferredAnti: NONE,
};

/**
 * The terms of a pod; {@link NO_TERMS} itself when it has none.
 *
 * @see Source: kubernetes `pkg/scheduler/framework/types.go`, `PodInfo.Update`. Label keys to match were
 *   merged into the selectors when the pod was created.
 */
export function affinityTermsOf({ metadata, spec }: Pod): AffinityTerms {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return NO_TERMS;
  const namespace = metadata.namespace ?? '';
  return {
    required: requiredTerms(podAffinity, namespace),
    preferred: preferredTerms(podAffinity, namespace),
    requiredAnti: requiredTerms(podAntiAffinity, namespace),
    preferredAnti: preferredTerms(podAntiAffinity, namespace),
  };
}

/** Whether a term means this pod; where it runs is another question. */
export function isMeant(
  term: AffinityTerm,
  { namespace, labels }: LabeledPod,
  namespaceLabels: NamespaceLabels,
): boolean {
  const isInNamespace =
    term.namespaces.includes(namespace) ||
    (term.namespaceSelector !== undefined &&
      isSelected(term.namespaceSelector, namespaceLabels(namespace)));
  return isInNamespace && isSelected(term.selector, labels);
}

/** Whether all terms mean this pod; false when there is none. */
export function areAllMeant(
  terms: readonly AffinityTerm[],
  pod: LabeledPod,
  namespaceLabels: NamespaceLabels,
): boolean {
  return terms.length > 0 && terms.every((term) => isMeant(term, pod, namespaceLabels));
}

function requiredTerms(
  affinity: PodAffinity | undefined,
  namespace: string,
): readonly AffinityTerm[] {
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term) => termOf(term, namespace, 1));
}

function preferredTerms(
  affinity: PodAffinity | undefined,
  namespace: string,
): readonly AffinityTerm[] {
  const terms = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map(({ weight, podAffinityTerm }) => termOf(podAffinityTerm, namespace, weight));
}

/** @see Source: `types.go`, `newAffinityTerm` and `getNamespacesFromPodAffinityTerm`. */
function termOf(
  { topologyKey, labelSelector, namespaces = [], namespaceSelector }: PodAffinityTerm,
  namespace: string,
  weight: number,
): AffinityTerm {
  const isOwnNamespace = namespaces.length === 0 && namespaceSelector === undefined;
  return {
    topologyKey,
    selector: labelSelector,
    namespaces: isOwnNamespace ? [namespace] : namespaces,
    namespaceSelector,
    weight,
  };
}
