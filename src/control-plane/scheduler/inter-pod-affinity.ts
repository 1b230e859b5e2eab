/** The rule that pods are near those they need and far from those they must not meet, both ways round. */
import type { Node, Pod, StringMap } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { ClusterChange } from './cluster-change.js';
import type { ClusterView } from './cluster-view.js';
import type { FilterPlugin, NodeFilter, Refusal } from './filter-plugin.js';
import { affinityTermsOf, areAllMeant, isMeant } from './pod-affinity-terms.js';
import type { AffinityTerm, AffinityTerms, NamespaceLabels } from './pod-affinity-terms.js';
import { podClass } from './pod-classes.js';
import type { PodClass } from './pod-classes.js';

const NOT_NEAR: Refusal = { reasons: ["node(s) didn't match pod affinity rules"], isFinal: true };
const TOO_NEAR: Refusal = {
  reasons: ["node(s) didn't match pod anti-affinity rules"],
  isFinal: false,
};
const UNWELCOME: Refusal = {
  reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
  isFinal: false,
};

/**
 * Required pod affinity and anti-affinity, of the pod and of those that are there.
 *
 * @see Source: kubernetes `plugins/interpodaffinity/filtering.go` and `plugin.go`.
 */
export const interPodAffinity: FilterPlugin = {
  name: 'InterPodAffinity',
  changes: ['node-added', 'node-changed', 'pod-placed', 'pod-relabeled', 'pod-gone', 'pod-changed'],
  prepare: prepareFilter,
  isHelpedBy: isHelped,
};

/** How many pods there are in each domain: topology key, then its value. */
class DomainCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  count(key: string, value: string | undefined): number {
    return value === undefined ? 0 : (this.#counts.get(key)?.get(value) ?? 0);
  }

  add(key: string, node: Node, by: number): void {
    const value = node.metadata.labels?.[key];
    if (value === undefined) return;
    let values = this.#counts.get(key);
    if (values === undefined) {
      values = new Map();
      this.#counts.set(key, values);
    }
    const count = (values.get(value) ?? 0) + by;
    if (count === 0) values.delete(value);
    else values.set(value, count);
    if (values.size === 0) this.#counts.delete(key);
  }

  /** Whether any domain that the labels belong to has a pod. */
  hasAny(labels: StringMap | undefined): boolean {
    for (const [key, values] of this.#counts) {
      const value = labels?.[key];
      if (value !== undefined && (values.get(value) ?? 0) > 0) return true;
    }
    return false;
  }

  copy(): DomainCounts {
    const copy = new DomainCounts();
    for (const [key, values] of this.#counts) copy.#counts.set(key, new Map(values));
    return copy;
  }
}

interface Counts {
  /** Pods that all required terms mean, in the domains of each term. */
  readonly near: DomainCounts;
  /** Pods that an anti-affinity term means, in the domains of that term. */
  readonly far: DomainCounts;
  /** Pods there whose anti-affinity means the new one. */
  readonly unwelcome: DomainCounts;
}

interface Asking {
  readonly own: PodClass;
  readonly terms: AffinityTerms;
  readonly namespaceLabels: NamespaceLabels;
}

function prepareFilter(pod: Pod, { nodes, namespaceLabels }: ClusterView): NodeFilter | undefined {
  const own = podClass(pod);
  const { terms } = own;
  const asking: Asking = { own, terms, namespaceLabels };
  const counts: Counts = {
    near: new DomainCounts(),
    far: new DomainCounts(),
    unwelcome: new DomainCounts(),
  };
  const looksAtAll = terms.required.length + terms.requiredAnti.length > 0;
  for (const { node, classes } of nodes) {
    for (const pods of classes.values()) {
      if (looksAtAll || pods.terms.requiredAnti.length > 0) {
        countIn(asking, counts, { pods, node, by: pods.count });
      }
    }
  }
  if (!looksAtAll && counts.unwelcome.isEmpty) return undefined;
  return affinityFilter(asking, counts);
}

function countIn(
  { own, terms, namespaceLabels }: Asking,
  { near, far, unwelcome }: Counts,
  { pods, node, by }: { readonly pods: PodClass; readonly node: Node; readonly by: number },
): void {
  for (const term of pods.terms.requiredAnti) {
    if (isMeant(term, own, namespaceLabels)) unwelcome.add(term.topologyKey, node, by);
  }
  if (areAllMeant(terms.required, pods, namespaceLabels)) {
    for (const { topologyKey } of terms.required) near.add(topologyKey, node, by);
  }
  for (const term of terms.requiredAnti) {
    if (isMeant(term, pods, namespaceLabels)) far.add(term.topologyKey, node, by);
  }
}

function affinityFilter(asking: Asking, counts: Counts): NodeFilter {
  const { own, terms, namespaceLabels } = asking;
  const { near, far, unwelcome } = counts;
  const isOwnKind = areAllMeant(terms.required, own, namespaceLabels);
  return {
    refusal({ node }) {
      const { labels } = node.metadata;
      if (!isNearEnough(terms.required, labels, { near, isOwnKind })) return NOT_NEAR;
      const isTooNear = terms.requiredAnti.some(
        ({ topologyKey }) => far.count(topologyKey, labels?.[topologyKey]) > 0,
      );
      if (isTooNear) return TOO_NEAR;
      return unwelcome.hasAny(labels) ? UNWELCOME : undefined;
    },
    count: (pod, { node }, by) => countIn(asking, counts, { pods: podClass(pod), node, by }),
    copy: () =>
      affinityFilter(asking, {
        near: near.copy(),
        far: far.copy(),
        unwelcome: unwelcome.copy(),
      }),
  };
}

/** The first of pods that want to be near each other may go anywhere that has the labels. */
function isNearEnough(
  required: readonly AffinityTerm[],
  labels: StringMap | undefined,
  { near, isOwnKind }: { readonly near: DomainCounts; readonly isOwnKind: boolean },
): boolean {
  let isNear = true;
  for (const { topologyKey } of required) {
    const value = labels?.[topologyKey];
    if (value === undefined) return false;
    isNear &&= near.count(topologyKey, value) > 0;
  }
  return isNear || (near.isEmpty && isOwnKind);
}

/** @see Source: `plugin.go`, `isSchedulableAfterPodChange` and `isSchedulableAfterNodeChange`. */
function isHelped(pod: Pod, change: ClusterChange, namespaceLabels: NamespaceLabels): boolean {
  if (change.kind === 'pod-changed') {
    return !isEqualJson(pod.metadata.labels, change.before.metadata.labels);
  }
  const { required, requiredAnti } = affinityTermsOf(pod);
  if (change.kind === 'node-added' || change.kind === 'node-changed') {
    const before = change.kind === 'node-added' ? undefined : change.before;
    return isDomainOf([...required, ...requiredAnti], change.node.node, before);
  }
  const isNeeded = (other: Pod): boolean => areAllMeant(required, podClass(other), namespaceLabels);
  const isAvoided = (other: Pod): boolean =>
    requiredAnti.some((term) => isMeant(term, podClass(other), namespaceLabels)) ||
    affinityTermsOf(other).requiredAnti.some((term) =>
      isMeant(term, podClass(pod), namespaceLabels),
    );
  if (change.kind === 'pod-placed') return isNeeded(change.pod);
  if (change.kind === 'pod-gone') return isAvoided(change.pod);
  return change.kind === 'pod-relabeled' && isRelabelingHelpful(change, { isNeeded, isAvoided });
}

function isRelabelingHelpful(
  { pod, before }: Extract<ClusterChange, { readonly kind: 'pod-relabeled' }>,
  rules: { readonly isNeeded: (pod: Pod) => boolean; readonly isAvoided: (pod: Pod) => boolean },
): boolean {
  const { isNeeded, isAvoided } = rules;
  return (!isNeeded(before) && isNeeded(pod)) || (isAvoided(before) && !isAvoided(pod));
}

/** The node is in a domain that it was not in before; a pod without terms of its own is helped by any. */
function isDomainOf(
  terms: readonly AffinityTerm[],
  { metadata }: Node,
  before: Node | undefined,
): boolean {
  if (terms.length === 0)
    return before === undefined || !isEqualJson(metadata.labels, before.metadata.labels);
  return terms.some(({ topologyKey }) => {
    const [value, old] = [metadata.labels?.[topologyKey], before?.metadata.labels?.[topologyKey]];
    return value !== undefined && value !== old;
  });
}
