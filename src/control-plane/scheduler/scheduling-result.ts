/** Where a pod goes, or why it cannot go anywhere, in upstream's words. */
import type { Pod } from '../../core/objects.js';
import type { ClusterView } from './cluster-view.js';
import { jsonObjects, textOf, valueAt } from '../schema/json.js';
import { namedNodes } from './node-affinity.js';
import type { NodeView } from './node-info.js';
import { findVictims } from './preemption.js';
import type { DisruptionBudget, PreemptionResult } from './preemption.js';
import { SchedulingCycle } from './scheduling-cycle.js';
import type { RefusedNode } from './scheduling-cycle.js';
import { bestNode } from './scores.js';
import { unavailableText } from './unavailable-text.js';

/** What came of an attempt. */
export type SchedulingResult =
  | { readonly kind: 'node'; readonly name: string }
  | {
      readonly kind: 'unschedulable';
      readonly message: string;
      /** The rules that refused nodes; none when there is no node at all. */
      readonly plugins: ReadonlySet<string>;
      /** Undefined: there was no node on which room could be made. */
      readonly preemption: PreemptionResult | undefined;
    };

const NO_NODES = 'no nodes available to schedule pods';
const NODE_AFFINITY = 'NodeAffinity';
const VOLUME_BINDING = 'VolumeBinding';
const CONTRADICTION = 'pod affinity terms conflict';
const NOT_NAMED: RefusedNode = {
  plugin: NODE_AFFINITY,
  refusal: { reasons: [`node(s) didn't satisfy plugin(s) [${NODE_AFFINITY}]`], isFinal: true },
};

/**
 * Finds the best node for a pod, or what would have to go to make room for it.
 *
 * @param budgets - asked for only when room has to be made.
 * @see Source: kubernetes `pkg/scheduler/schedule_one.go`, `schedulingCycle` and `schedulePod`.
 */
export function findNode(
  pod: Pod,
  cluster: ClusterView,
  budgets: () => readonly DisruptionBudget[] = (): readonly DisruptionBudget[] => [],
): SchedulingResult {
  if (cluster.nodes.length === 0) {
    return { kind: 'unschedulable', message: NO_NODES, plugins: new Set(), preemption: undefined };
  }
  const cycle = new SchedulingCycle(pod, cluster);
  const claim = claimOf(pod);
  if (claim !== undefined) return withoutClaim(cycle, claim, budgets);
  const named = namedNodes(pod);
  const refused = new Map<string, RefusedNode>();
  const feasible = nominatedFirst(cycle) ?? fitting(cycle, named, refused);
  const best = bestNode(pod, feasible, cluster);
  if (best !== undefined) return { kind: 'node', name: best.node.metadata.name };
  const preemption = findVictims(cycle, refused, budgets);
  return {
    kind: 'unschedulable',
    message: `${fitText(named, refused)}${preemptionText(preemption)}`,
    plugins: new Set([...refused.values()].map(({ plugin }) => plugin)),
    preemption,
  };
}

/** The first claim that a pod wants to mount; there are none in this cluster. */
function claimOf({ spec }: Pod): string | undefined {
  return jsonObjects(spec.volumes)
    .map((volume) => textOf(valueAt(volume, ['persistentVolumeClaim', 'claimName'])))
    .find((name) => name !== '');
}

/** @see Source: kubernetes `pkg/scheduler/framework/plugins/volumebinding/volume_binding.go`, `PreFilter`. */
function withoutClaim(
  cycle: SchedulingCycle,
  claim: string,
  budgets: () => readonly DisruptionBudget[],
): SchedulingResult {
  const reason = `persistentvolumeclaim "${claim}" not found`;
  const refused = { plugin: VOLUME_BINDING, refusal: { reasons: [reason], isFinal: true } };
  const { nodes } = cycle.cluster;
  const everywhere = new Map(nodes.map(({ node }) => [node.metadata.name, refused]));
  const preemption = findVictims(cycle, everywhere, budgets);
  return {
    kind: 'unschedulable',
    message: `0/${nodes.length} nodes are available: ${reason}.${preemptionText(preemption)}`,
    plugins: new Set([VOLUME_BINDING]),
    preemption,
  };
}

/**
 * The node on which room was made, when the pod fits there now.
 *
 * @see Source: `schedule_one.go`, `evaluateNominatedNode`.
 */
function nominatedFirst(cycle: SchedulingCycle): readonly NodeView[] | undefined {
  const name = cycle.pod.status?.nominatedNodeName ?? '';
  const info = name === '' ? undefined : cycle.cluster.info(name);
  if (info?.view === undefined || cycle.refusal(info) !== undefined) return undefined;
  return [info.view];
}

function fitting(
  cycle: SchedulingCycle,
  named: ReadonlySet<string> | undefined,
  refused: Map<string, RefusedNode>,
): readonly NodeView[] {
  return cycle.cluster.nodes.filter(({ node }) => {
    const { name } = node.metadata;
    const info = cycle.cluster.info(name);
    const refusal =
      named !== undefined && !named.has(name)
        ? NOT_NAMED
        : info === undefined
          ? undefined
          : cycle.refusal(info);
    if (refusal !== undefined) refused.set(name, refusal);
    return refusal === undefined;
  });
}

function fitText(
  named: ReadonlySet<string> | undefined,
  refused: ReadonlyMap<string, RefusedNode>,
): string {
  if (named?.size === 0) return `0/${refused.size} nodes are available: ${CONTRADICTION}.`;
  return unavailableText([...refused.values()].map(({ refusal }) => refusal.reasons));
}

/** Says nothing when room is being made. */
function preemptionText(preemption: PreemptionResult): string {
  return preemption.kind === 'victims'
    ? ''
    : ` no new claims to deallocate, preemption: ${preemption.message}`;
}
