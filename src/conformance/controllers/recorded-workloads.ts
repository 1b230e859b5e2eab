/** Reduces Jobs, disruption budgets and nodes to the form of the recordings. */
import type { Job } from '../../core/batch-objects.js';
import type { PodDisruptionBudget } from '../../core/disruption-objects.js';
import type { Condition, Node, Taint } from '../../core/objects.js';
import type { ScenarioNames } from './names.js';
import type { RecordedCondition, RecordedState } from './scenario.js';

/** What a Job is and how far it is. Times are only there or not. */
export function jobState({ spec, status }: Job, names: ScenarioNames): RecordedState {
  const { conditions = [], startTime, completionTime, ...counts } = status ?? {};
  const { uncountedTerminatedPods: uncounted = {}, ...counters } = counts;
  const waiting = Object.entries(uncounted).map(([list, uids = []]) => [list, uids.length]);
  return {
    spec: {
      ...(spec.parallelism === undefined ? {} : { parallelism: spec.parallelism }),
      ...(spec.completions === undefined ? {} : { completions: spec.completions }),
      ...(spec.suspend === true ? { suspend: true } : {}),
    },
    status: {
      ...counters,
      ...(startTime === undefined ? {} : { startTime: true }),
      ...(completionTime === undefined ? {} : { completionTime: true }),
      ...(waiting.length === 0 ? {} : { uncountedTerminatedPods: Object.fromEntries(waiting) }),
      ...(conditions.length === 0 ? {} : { conditions: sortedConditions(conditions, names) }),
    },
  };
}

/** What a budget asks for and what it allows. */
export function budgetState(
  { spec, status }: PodDisruptionBudget,
  names: ScenarioNames,
): RecordedState {
  const { conditions = [], disruptedPods = {}, ...counters } = status ?? {};
  const disrupted = Object.keys(disruptedPods).map((name) => names.of(name));
  const { minAvailable, maxUnavailable } = spec;
  return {
    spec: {
      ...(minAvailable === undefined ? {} : { minAvailable }),
      ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
    },
    status: {
      ...counters,
      ...(disrupted.length === 0 ? {} : { disruptedPods: disrupted.sort() }),
      ...(conditions.length === 0 ? {} : { conditions: sortedConditions(conditions, names) }),
    },
  };
}

/** Taints, whether it is cordoned, and what its Ready condition says. */
export function nodeState({ spec, status }: Node): RecordedState {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return {
    ...(spec.unschedulable === true ? { unschedulable: true } : {}),
    taints: (spec.taints ?? []).map(taintText).sort(),
    ...(ready === undefined
      ? {}
      : {
          ready: {
            status: ready.status,
            reason: ready.reason ?? '',
            message: ready.message ?? '',
          },
        }),
  };
}

function taintText({ key, value = '', effect }: Taint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}

function sortedConditions(
  conditions: readonly Condition[],
  names: ScenarioNames,
): readonly RecordedCondition[] {
  return conditions
    .map(({ type, status, reason, message = '' }) => ({
      type,
      status,
      ...(reason === undefined ? {} : { reason }),
      ...(message === '' ? {} : { message: names.inText(message) }),
    }))
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}
