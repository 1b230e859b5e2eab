/** Which pods have to go so that a more important one finds room: pure, nothing is deleted here. */
import type { LabelSelector, Pod } from '../../core/objects.js';
import { isSelected } from '../label-selector.js';
import { podCondition } from '../controllers/pod-state.js';
import type { NodeInfo } from './node-info.js';
import { byImportance, priorityOf, startedAtMs } from './pod-priority.js';
import type { RefusedNode, SchedulingCycle } from './scheduling-cycle.js';
import { unavailableText } from './unavailable-text.js';

/** What of a PodDisruptionBudget counts here. */
export interface DisruptionBudget {
  readonly namespace: string;
  readonly selector: LabelSelector | undefined;
  readonly disruptionsAllowed: number;
  /** Names of pods whose disruption was granted already. */
  readonly disruptedPods: ReadonlySet<string>;
}

/** What came of trying to make room. */
export type PreemptionResult =
  | {
      readonly kind: 'victims';
      readonly node: string;
      /** The most important first. */
      readonly victims: readonly Pod[];
    }
  | {
      readonly kind: 'none';
      /** Why, in upstream's words. */
      readonly message: string;
      /** Whether room that was being made for the pod is given up. */
      readonly clearsNomination: boolean;
    };

interface Candidate {
  readonly node: string;
  readonly victims: readonly Pod[];
  readonly violations: number;
}

/** Why there is no room to be made, by node; nodes that are not in it cannot be helped by it. */
type Failures = ReadonlyMap<string, readonly string[]>;

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

/** What a victim's condition is called and why it has it. */
export const DISRUPTION_TARGET = 'DisruptionTarget';
/** Reason of {@link DISRUPTION_TARGET} of a victim. */
export const PREEMPTED_BY_SCHEDULER = 'PreemptionByScheduler';

/**
 * Finds the node on which the fewest and least important pods have to go.
 *
 * @param refused - every node, with what refused it; nodes not in it were not looked at.
 * @see Source: kubernetes `pkg/scheduler/framework/preemption/preemption.go`, `Preempt`, and
 *   `plugins/defaultpreemption/default_preemption.go`.
 */
export function findVictims(
  cycle: SchedulingCycle,
  refused: ReadonlyMap<string, RefusedNode>,
  budgets: () => readonly DisruptionBudget[],
): PreemptionResult {
  const unfit = whyNotEligible(cycle, refused);
  if (unfit !== undefined) return { kind: 'none', message: unfit, clearsNomination: false };
  const candidates: Candidate[] = [];
  const failures = new Map<string, readonly string[]>();
  const helpable = [...refused].filter(([, { refusal }]) => !refusal.isFinal);
  const known = helpable.length === 0 ? [] : budgets();
  for (const [node] of helpable) {
    const info = cycle.cluster.info(node);
    if (info === undefined) continue;
    const selected = selectVictims(cycle.copy(), info.copy(), known);
    if ('reasons' in selected) failures.set(node, selected.reasons);
    else candidates.push({ node, ...selected });
  }
  const best = bestCandidate(candidates);
  if (best !== undefined) return { kind: 'victims', node: best.node, victims: best.victims };
  return { kind: 'none', message: failureText(cycle, failures), clearsNomination: true };
}

/** @see Source: `default_preemption.go`, `PodEligibleToPreemptOthers`. */
function whyNotEligible(
  { pod, cluster }: SchedulingCycle,
  refused: ReadonlyMap<string, RefusedNode>,
): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName ?? '';
  if (nominated === '' || refused.get(nominated)?.refusal.isFinal === true) return undefined;
  const pods = cluster.info(nominated)?.view?.pods.values() ?? [];
  const isWaiting = [...pods].some(
    (other) => priorityOf(other) < priorityOf(pod) && isGoingForAnother(other),
  );
  return isWaiting ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

function isGoingForAnother(pod: Pod): boolean {
  if (pod.metadata.deletionTimestamp === undefined) return false;
  const condition = podCondition(pod, DISRUPTION_TARGET);
  return condition?.status === 'True' && condition.reason === PREEMPTED_BY_SCHEDULER;
}

/**
 * As few as can be: all that are less important go, then one after the other comes back where it does not
 * stand in the way, those first whose going would violate a budget.
 *
 * @see Source: `default_preemption.go`, `SelectVictimsOnNode`.
 */
function selectVictims(
  cycle: SchedulingCycle,
  info: NodeInfo,
  budgets: readonly DisruptionBudget[],
): Omit<Candidate, 'node'> | { readonly reasons: readonly string[] } {
  const pods = [...(info.view?.pods.values() ?? [])];
  const lesser = pods.filter((pod) => priorityOf(pod) < priorityOf(cycle.pod)).sort(byImportance);
  if (lesser.length === 0) return { reasons: [NO_VICTIMS] };
  for (const pod of lesser) cycle.take(pod, info);
  const refused = cycle.refusal(info);
  if (refused !== undefined) return { reasons: refused.refusal.reasons };
  const { violating, others } = byBudget(lesser, budgets);
  const isSpared = (pod: Pod): boolean => {
    cycle.put(pod, info);
    if (cycle.refusal(info) === undefined) return true;
    cycle.take(pod, info);
    return false;
  };
  const violated = violating.filter((pod) => !isSpared(pod));
  const victims = [...violated, ...others.filter((pod) => !isSpared(pod))];
  return { victims: victims.sort(byImportance), violations: violated.length };
}

/** @see Source: `default_preemption.go`, `filterPodsWithPDBViolation`. */
function byBudget(
  pods: readonly Pod[],
  budgets: readonly DisruptionBudget[],
): { readonly violating: readonly Pod[]; readonly others: readonly Pod[] } {
  const left = budgets.map(({ disruptionsAllowed }) => disruptionsAllowed);
  const violating: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    let isViolation = false;
    for (const [index, budget] of budgets.entries()) {
      if (!isProtected(pod, budget)) continue;
      const remaining = (left[index] ?? 0) - 1;
      left[index] = remaining;
      isViolation ||= remaining < 0;
    }
    (isViolation ? violating : others).push(pod);
  }
  return { violating, others };
}

/** An empty selector protects nothing here, other than in an eviction. */
function isProtected(
  { metadata }: Pod,
  { namespace, selector, disruptedPods }: DisruptionBudget,
): boolean {
  const isEmpty =
    Object.keys(selector?.matchLabels ?? {}).length === 0 &&
    (selector?.matchExpressions ?? []).length === 0;
  return (
    namespace === metadata.namespace &&
    Object.keys(metadata.labels ?? {}).length > 0 &&
    !isEmpty &&
    isSelected(selector, metadata.labels) &&
    !disruptedPods.has(metadata.name)
  );
}

/**
 * Fewest violated budgets, then the lowest highest priority, then the lowest sum of priorities, then the
 * fewest pods, then those that were started last; then the first.
 *
 * @see Source: `preemption.go`, `pickOneNodeForPreemption`.
 */
function bestCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort((a, b) => {
    const [left, right] = [costs(a), costs(b)];
    const index = left.findIndex((cost, position) => cost !== right[position]);
    return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
  })[0];
}

/** Added to each priority, so that more pods never cost less. */
const PRIORITY_OFFSET = 2 ** 31;

function costs({ victims, violations }: Candidate): readonly number[] {
  const highest = victims[0] === undefined ? 0 : priorityOf(victims[0]);
  const earliestMs = Math.min(
    ...victims.filter((pod) => priorityOf(pod) === highest).map(startedAtMs),
    Number.MAX_SAFE_INTEGER,
  );
  return [
    violations,
    highest,
    victims.reduce((sum, pod) => sum + priorityOf(pod) + PRIORITY_OFFSET, 0),
    victims.length,
    -earliestMs,
  ];
}

function failureText({ cluster }: SchedulingCycle, failures: Failures): string {
  return unavailableText(
    cluster.nodes.map(({ node }) => failures.get(node.metadata.name) ?? [NOT_HELPFUL]),
  );
}
