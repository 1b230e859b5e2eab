/** The score for preferred pod affinity and anti-affinity, of the pod and of those that are there. */
import type { Node, Pod } from '../../core/objects.js';
import type { ClusterView } from './cluster-view.js';
import { isMeant } from './pod-affinity-terms.js';
import type { AffinityTerm, LabeledPod } from './pod-affinity-terms.js';
import { podClass } from './pod-classes.js';
import type { PodClass } from './pod-classes.js';
import { MAX_SCORE } from './score-plugin.js';
import type { ScorePlugin } from './score-plugin.js';

/**
 * Another pod's required affinity counts too, with a weight of 1.
 *
 * @see Source: kubernetes `plugins/interpodaffinity/scoring.go`.
 */
export const interPodAffinityScore: ScorePlugin = {
  name: 'InterPodAffinity',
  weight: 2,
  score(pod, nodes, cluster) {
    const weights = weightsOfDomains(pod, cluster);
    if (weights.size === 0) return undefined;
    const sums = nodes.map(({ node }) => sumOf(node, weights));
    const [most, least] = [Math.max(...sums), Math.min(...sums)];
    return sums.map((value) =>
      most === least ? 0 : Math.trunc(MAX_SCORE * ((value - least) / (most - least))),
    );
  },
};

/** Weight by topology key and value. */
type DomainWeights = ReadonlyMap<string, ReadonlyMap<string, number>>;

function weightsOfDomains(pod: Pod, { nodes, namespaceLabels }: ClusterView): DomainWeights {
  const own = podClass(pod);
  const weights = new Map<string, Map<string, number>>();
  const weigh = (
    terms: readonly AffinityTerm[],
    meant: LabeledPod,
    { node, sign }: { readonly node: Node; readonly sign: number },
  ): void => {
    for (const term of terms) {
      const value = node.metadata.labels?.[term.topologyKey];
      if (value === undefined || !isMeant(term, meant, namespaceLabels)) continue;
      let values = weights.get(term.topologyKey);
      if (values === undefined) {
        values = new Map();
        weights.set(term.topologyKey, values);
      }
      values.set(value, (values.get(value) ?? 0) + term.weight * sign);
    }
  };
  const isAsking = own.terms.preferred.length + own.terms.preferredAnti.length > 0;
  for (const { node, classes } of nodes) {
    for (const pods of classes.values()) {
      if (!isAsking && !hasSay(pods)) continue;
      const { count } = pods;
      weigh(own.terms.preferred, pods, { node, sign: count });
      weigh(own.terms.preferredAnti, pods, { node, sign: -count });
      weigh(pods.terms.required, own, { node, sign: count });
      weigh(pods.terms.preferred, own, { node, sign: count });
      weigh(pods.terms.preferredAnti, own, { node, sign: -count });
    }
  }
  return weights;
}

function hasSay({ terms }: PodClass): boolean {
  return terms.required.length + terms.preferred.length + terms.preferredAnti.length > 0;
}

function sumOf(node: Node, weights: DomainWeights): number {
  let sum = 0;
  for (const [key, values] of weights) {
    const value = node.metadata.labels?.[key];
    if (value !== undefined) sum += values.get(value) ?? 0;
  }
  return sum;
}
