/** The score for soft topology spread constraints, and for upstream's own of pods without any. */
import type { Pod } from '../../core/objects.js';
import type { NodeView } from './node-info.js';
import { MAX_SCORE } from './score-plugin.js';
import type { ScorePlugin } from './score-plugin.js';
import {
  HOST_NAME,
  countOn,
  defaultConstraints,
  hasAllTopologies,
  isIncluded,
  spreadConstraints,
} from './spread-constraints.js';
import type { SpreadConstraint } from './spread-constraints.js';

/** @see Source: kubernetes `plugins/podtopologyspread/scoring.go`. */
export const topologySpreadScore: ScorePlugin = {
  name: 'PodTopologySpread',
  weight: 2,
  score(pod, nodes, cluster) {
    const hasOwn = (pod.spec.topologySpreadConstraints ?? []).length > 0;
    const constraints = hasOwn
      ? spreadConstraints(pod, 'ScheduleAnyway')
      : defaultConstraints(cluster.group);
    if (constraints.length === 0) return undefined;
    // with upstream's own constraints nodes without a zone are spread over all the same
    const isScored = ({ node }: NodeView): boolean =>
      !hasOwn || hasAllTopologies(constraints, node);
    const scored = nodes.filter(isScored);
    const domains = constraints.map((constraint) =>
      countedDomains(pod, constraint, {
        scored,
        all: cluster.nodes.filter(isScored),
      }),
    );
    const raw = nodes.map((view) => (isScored(view) ? rawScore(pod, view, domains) : undefined));
    return normalized(raw);
  },
};

interface Domains {
  readonly constraint: SpreadConstraint;
  /** Counted pods by value; of host names they are counted node by node instead. */
  readonly counts: ReadonlyMap<string, number>;
  /** So that a few large domains count as much as many small ones. */
  readonly weight: number;
}

function countedDomains(
  pod: Pod,
  constraint: SpreadConstraint,
  { scored, all }: { readonly scored: readonly NodeView[]; readonly all: readonly NodeView[] },
): Domains {
  const { topologyKey } = constraint;
  const counts = new Map<string, number>();
  if (topologyKey === HOST_NAME) {
    return { constraint, counts, weight: Math.log(scored.length + 2) };
  }
  const valueOf = ({ node }: NodeView): string => node.metadata.labels?.[topologyKey] ?? '';
  for (const view of scored) counts.set(valueOf(view), 0);
  const namespace = pod.metadata.namespace ?? '';
  for (const view of all) {
    const known = counts.get(valueOf(view));
    if (known === undefined || !isIncluded(constraint, pod, view.node)) continue;
    counts.set(valueOf(view), known + countOn(constraint, view, namespace));
  }
  return { constraint, counts, weight: Math.log(counts.size + 2) };
}

function rawScore(pod: Pod, view: NodeView, domains: readonly Domains[]): number {
  let score = 0;
  for (const { constraint, counts, weight } of domains) {
    const value = view.node.metadata.labels?.[constraint.topologyKey];
    if (value === undefined) continue;
    const count =
      constraint.topologyKey === HOST_NAME
        ? countOn(constraint, view, pod.metadata.namespace ?? '')
        : (counts.get(value) ?? 0);
    score += count * weight + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}

/** The fewer pods the better; nodes that are not scored get nothing. */
function normalized(raw: readonly (number | undefined)[]): readonly number[] {
  const known = raw.filter((value) => value !== undefined);
  const most = Math.max(0, ...known);
  const least = Math.min(...known);
  return raw.map((value) => {
    if (value === undefined) return 0;
    return most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - value)) / most);
  });
}
