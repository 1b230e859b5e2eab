/** Compares Jobs, disruption budgets, evictions and nodes with what the real controllers made of them. */
import type { RecordedWrite, Recording, Scenario } from './scenario.js';

/** Times that are policy agree to about this: object times are whole seconds. */
const POLICY_TOLERANCE_MS = 1_500;
/** Leases are renewed every 10 s and nodes looked at every 5 s, each at its own phase. */
const NODE_TOLERANCE_MS = 12_000;
const KINDS: ReadonlySet<string> = new Set(['Job', 'PodDisruptionBudget']);

/** What differs, a line each. */
export function workloadDifferences(expected: Scenario, actual: Recording): readonly string[] {
  return [
    ...compare('final workloads', finalStates(expected), finalStates(actual)),
    ...compare('Job conditions in order', jobConditions(expected), jobConditions(actual)),
    ...compareTimes('Job', jobTimes(expected), jobTimes(actual)),
    ...compare('indexes of pods', podIndexes(expected), podIndexes(actual)),
    ...compare('evicted pods', evictions(expected), evictions(actual)),
    ...compare('disruptions allowed', allowances(expected), allowances(actual)),
    ...compare('causes of refusals', refusals(expected), refusals(actual)),
    ...compare('disruption targets', targets(expected), targets(actual)),
    ...nodeDifferences(expected, actual),
    ...compareTimes('tolerated', toleratedMs(expected), toleratedMs(actual)),
  ];
}

function compare(what: string, expected: unknown, found: unknown): readonly string[] {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(found)];
  return wanted === got ? [] : [`${what}: expected ${wanted}, got ${got}`];
}

/** Instants of the same number, each about where it was. */
function compareTimes(
  what: string,
  expected: readonly (readonly [what: string, t: number])[],
  found: readonly (readonly [what: string, t: number])[],
): readonly string[] {
  const names = (times: typeof expected): readonly string[] => times.map(([name]) => name);
  const differing = compare(`${what} times`, names(expected), names(found));
  if (differing.length > 0) return differing;
  return expected.flatMap(([name, t], place) => {
    const [, other = 0] = found[place] ?? [];
    if (Math.abs(other - t) <= POLICY_TOLERANCE_MS) return [];
    return [`${what} time of ${name}: expected ${t} ms, got ${other} ms`];
  });
}

function finalStates({ final }: Recording): readonly unknown[] {
  return Object.entries(final)
    .filter(([id]) => KINDS.has(id.split('/')[0] ?? ''))
    .map(([id, state]) => [id, sorted(state)])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Fields in order of their names, all through. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function jobConditions({ records }: Recording): readonly string[] {
  const seen = new Set<string>();
  for (const { kind, name = '', status } of records) {
    if (kind !== 'Job') continue;
    for (const { type, status: value, reason, message } of status?.conditions ?? []) {
      seen.add(`${name} ${type} ${value} ${reason} ${message}`);
    }
  }
  return [...seen];
}

/** Pods of Jobs as they are made, conditions as they are first seen, and what goes. */
function jobTimes({ records }: Recording): readonly (readonly [string, number])[] {
  const times = new Map<string, number>();
  const note = (what: string, t: number): void => {
    if (!times.has(what)) times.set(what, t);
  };
  let pods = 0;
  for (const { t, op, kind, name = '', owner = [], status } of records) {
    const isOfJob = owner.some((text) => text.startsWith('Job/'));
    if (kind === 'Pod' && op === 'add' && isOfJob) note(`pod ${++pods}`, t);
    if (kind !== 'Job') continue;
    if (op === 'del') note(`${name} gone`, t);
    for (const { type, status: value } of status?.conditions ?? []) {
      note(`${name} ${type} ${value}`, t);
    }
  }
  return [...times].sort(([a], [b]) => (a < b ? -1 : 1));
}

function podIndexes({ records }: Recording): readonly string[] {
  return records
    .filter(({ op, kind, index }) => op === 'add' && kind === 'Pod' && index !== undefined)
    .map(({ index = '' }) => index)
    .sort();
}

/** Which evictions were granted, by the script and by drains. */
function evictions({ records }: Recording): readonly string[] {
  return records
    .filter(({ op, what, code }) => op === 'action' && what === 'evict' && code === 201)
    .map(({ i }) => (i === undefined ? 'by a drain' : `by action ${i}`))
    .sort();
}

/** What each budget allowed when the script asked it. */
function allowances({ records }: Recording): readonly string[] {
  const allowed = new Map<string, unknown>();
  const found: string[] = [];
  for (const { op, kind, name = '', what, i, status } of records) {
    if (kind === 'PodDisruptionBudget' && op === 'del') allowed.delete(name);
    else if (kind === 'PodDisruptionBudget' && op !== 'action') {
      allowed.set(name, status?.['disruptionsAllowed']);
    }
    if (op === 'action' && what === 'evict' && i !== undefined) {
      found.push(`${i}: ${JSON.stringify([...allowed])}`);
    }
  }
  return found;
}

function refusals({ records }: Recording): readonly string[] {
  return records
    .filter(({ op, i, code = 0 }) => op === 'action' && i !== undefined && code >= 400)
    .filter(({ causes }) => causes !== undefined)
    .map(({ i, message, causes }) => `${i} ${message} ${JSON.stringify(causes)}`);
}

/** Pods that were about to be disrupted, by reason: pods of a set are interchangeable. */
function targets({ records }: Recording): readonly string[] {
  const found = new Map<string, string>();
  for (const { kind, name = '', conditions = [] } of records) {
    const target = conditions.find(({ type }) => type === 'DisruptionTarget');
    if (kind === 'Pod' && target !== undefined) {
      found.set(name, `${target.status} ${target.reason} ${target.message}`);
    }
  }
  return [...found.values()].sort();
}

interface NodeStep {
  readonly t: number;
  readonly text: string;
}

/** Each node goes through the same states in the same order, at about the same times. */
function nodeDifferences(expected: Recording, actual: Recording): readonly string[] {
  const [wanted, got] = [nodeSteps(expected), nodeSteps(actual)];
  const differing = compare('states of nodes', stateTexts(wanted), stateTexts(got));
  if (differing.length > 0) return differing;
  return wanted.flatMap((own, node) =>
    own.flatMap(({ t, text: state }, place) => {
      const other = got[node]?.[place]?.t ?? 0;
      if (Math.abs(other - t) <= NODE_TOLERANCE_MS) return [];
      return [`time of node state ${state}: expected ${t} ms, got ${other} ms`];
    }),
  );
}

function stateTexts(nodes: readonly (readonly NodeStep[])[]): readonly (readonly string[])[] {
  return nodes.map((steps) => steps.map(({ text }) => text));
}

/** Equal nodes are interchangeable: which of two is looked at first is chance. */
function nodeSteps({ records }: Recording): NodeStep[][] {
  const nodes = new Map<string, NodeStep[]>();
  for (const record of records) {
    if (record.kind !== 'Node' || record.op === 'action') continue;
    const steps = nodes.get(record.name ?? '') ?? [];
    const text = nodeText(record);
    // a node without a word of its own is as it began
    if (steps.at(-1)?.text !== text) steps.push({ t: record.t, text });
    nodes.set(record.name ?? '', steps);
  }
  return [...nodes.values()].sort((a, b) => (orderText(a) < orderText(b) ? -1 : 1));
}

/** By what happened, then by when. */
function orderText(steps: readonly NodeStep[]): string {
  const times = steps.map(({ t }) => String(t).padStart(9, '0')).reverse();
  return JSON.stringify([steps.map(({ text }) => text), times]);
}

function nodeText({ op, unschedulable, taints = [], ready }: RecordedWrite): string {
  if (op === 'del') return 'gone';
  return JSON.stringify({ unschedulable, taints: taints.toSorted(), ready: sorted(ready) });
}

/** From the taint that evicts to each eviction: `tolerationSeconds`, whatever set the taint. */
function toleratedMs({ records }: Recording): readonly (readonly [string, number])[] {
  const taintedAt = new Map<string, number>();
  const evicted = new Map<string, number>();
  for (const { t, kind, name = '', taints, node = '', conditions = [] } of records) {
    if (kind === 'Node') {
      const isEvicting = (taints ?? []).some((taint) => taint.endsWith(':NoExecute'));
      if (!isEvicting) taintedAt.delete(name);
      else if (!taintedAt.has(name)) taintedAt.set(name, t);
    }
    const since = taintedAt.get(node);
    const isTarget = conditions.some(({ reason }) => reason === 'DeletionByTaintManager');
    if (kind === 'Pod' && isTarget && since !== undefined && !evicted.has(name)) {
      evicted.set(name, t - since);
    }
  }
  return [...evicted.values()].sort((a, b) => a - b).map((ms, place) => [`${place + 1}`, ms]);
}
