/** Where a pod goes, or why it cannot go anywhere, in upstream's words. */
import type { Pod } from '../../core/objects.js';
import { FILTERS } from './filters.js';
import type { Refusal } from './filters.js';
import type { NodeView } from './node-info.js';
import { bestNode } from './scores.js';
import type { PodGroup } from './scores.js';

/** What came of an attempt. */
export type SchedulingResult =
  | { readonly kind: 'node'; readonly name: string }
  | {
      readonly kind: 'unschedulable';
      readonly message: string;
      /** The rules that refused nodes; none when there is no node at all. */
      readonly plugins: ReadonlySet<string>;
    };

const NO_NODES = 'no nodes available to schedule pods';
const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

/**
 * Finds the best node for a pod.
 *
 * @see Source: kubernetes `pkg/scheduler/schedule_one.go`, `schedulePod`.
 */
export function findNode(pod: Pod, nodes: readonly NodeView[], group: PodGroup): SchedulingResult {
  if (nodes.length === 0) {
    return { kind: 'unschedulable', message: NO_NODES, plugins: new Set() };
  }
  const plugins = new Set<string>();
  const refusals: Refusal[] = [];
  const feasible = nodes.filter((node) => {
    const refused = firstRefusal(pod, node);
    if (refused === undefined) return true;
    plugins.add(refused.plugin);
    refusals.push(refused.refusal);
    return false;
  });
  const best = feasible.length === 0 ? undefined : bestNode(pod, feasible, group);
  if (best !== undefined) return { kind: 'node', name: best.node.metadata.name };
  return { kind: 'unschedulable', message: fitMessage(pod, refusals), plugins };
}

function firstRefusal(
  pod: Pod,
  node: NodeView,
): { readonly plugin: string; readonly refusal: Refusal } | undefined {
  for (const { name, filter } of FILTERS) {
    const refusal = filter(pod, node);
    if (refusal !== undefined) return { plugin: name, refusal };
  }
  return undefined;
}

/**
 * How many nodes were refused for what, and what came of preemption.
 *
 * @see Source: `pkg/scheduler/framework/types.go`, `FitError.Error`, and
 *   `pkg/scheduler/framework/preemption/preemption.go`, `Preempt`. Pods are not preempted yet: nodes on
 *   which removing some might help count as nodes without victims.
 */
export function fitMessage(pod: Pod, refusals: readonly Refusal[]): string {
  const total = refusals.length;
  const reasons = counted(refusals.flatMap((refusal) => refusal.reasons));
  const preemption =
    pod.spec['preemptionPolicy'] === 'Never'
      ? 'not eligible due to preemptionPolicy=Never.'
      : `0/${total} nodes are available: ${counted(
          refusals.map(({ isFinal }) => (isFinal ? NOT_HELPFUL : NO_VICTIMS)),
        )}.`;
  return `0/${total} nodes are available: ${reasons}. no new claims to deallocate, preemption: ${preemption}`;
}

/** `2 Insufficient cpu, 1 Too many pods`, sorted as texts. */
function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
