/**
 * Compares what our control plane did in a scenario with what the real one did: exact facts, order and
 * invariants, and nothing that varied between two takes of the real one.
 */
import { autoscalingDifferences } from './compare-autoscaling.js';
import { workloadDifferences } from './compare-workloads.js';
import type {
  RecordedCondition,
  RecordedState,
  RecordedWrite,
  Recording,
  Scenario,
} from './scenario.js';

/** Times that are policy agree to about this: object times are whole seconds. */
const POLICY_TOLERANCE_MS = 1_500;
const RELEVANT_SETS = new Set(['Deployment', 'ReplicaSet']);

/** What differs, a line each; empty when the recording passes. */
export function differences(scenario: Scenario, actual: Recording): readonly string[] {
  return [
    ...compare('answers', answers(scenario), answers(actual)),
    ...finalSets(scenario, actual),
    ...compare('final pods', finalPods(scenario), finalPods(actual)),
    ...compare('final slices', finalSlices(scenario), finalSlices(actual)),
    ...compare('other objects', finalOthers(scenario), finalOthers(actual)),
    ...compare('pods by node', podsByNode(scenario, scenario), podsByNode(scenario, actual)),
    ...replicaSteps(scenario, actual),
    ...compare('conditions in order', conditionOrder(scenario), conditionOrder(actual)),
    ...progressTimes(scenario, actual),
    ...compare('deleted pods', deletedPods(scenario, scenario), deletedPods(scenario, actual)),
    ...compare(
      'refusals',
      schedulingRefusals(scenario, scenario),
      schedulingRefusals(scenario, actual),
    ),
    ...compare('preempted', preempted(scenario), preempted(actual)),
    ...compare('order of deletion', deletionOrder(scenario), deletionOrder(actual)),
    ...autoscalingDifferences(scenario, actual),
    ...workloadDifferences(scenario, actual),
    ...brokenInvariants(scenario, actual),
  ];
}

function compare(what: string, expected: unknown, found: unknown): readonly string[] {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(found)];
  return wanted === got ? [] : [`${what}: expected ${wanted}, got ${got}`];
}

const UNANSWERED: ReadonlySet<string> = new Set([
  'pod-ready',
  'pod-exit',
  'node-add',
  'metrics-read',
  'node-stop',
  'node-start',
  'node-ready',
]);

function answers({ records }: Recording): readonly string[] {
  return (
    records
      .filter(({ op }) => op === 'action')
      // a drain's evictions are compared by themselves: how often it tries is a matter of ms
      .filter(({ i, what }) => i !== undefined && !UNANSWERED.has(what ?? ''))
      .map(({ i, what, code }) => `${i} ${what} ${code}`)
  );
}

/** Counters, conditions and sizes of every Deployment and ReplicaSet at the end. */
function finalSets(expected: Recording, actual: Recording): readonly string[] {
  const [wanted, got] = [expected, actual].map(({ final }) =>
    Object.entries(final)
      .filter(([id]) => RELEVANT_SETS.has(id.split('/')[0] ?? ''))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return compare(
    'objects',
    wanted?.map(([id]) => id),
    got?.map(([id]) => id),
  ).concat(
    (wanted ?? []).flatMap(([id, state]) => {
      const other = got?.find(([otherId]) => otherId === id)?.[1];
      return other === undefined ? [] : compare(id, setFacts(state), setFacts(other));
    }),
  );
}

/** Observed generations count spec writes, which differ as steps do; that it is observed is a fact. */
function setFacts(state: RecordedState): unknown {
  const { observedGeneration, conditions, ...counters } = state.status ?? {};
  return {
    ...(state.generation === undefined
      ? {}
      : { isObserved: observedGeneration === state.generation, generation: state.generation }),
    revision: state.revision,
    revisionHistory: state.revisionHistory,
    desiredReplicas: state.desiredReplicas,
    maxReplicas: state.maxReplicas,
    spec: sortedEntries(state.spec ?? {}),
    counters: sortedEntries(counters),
    conditions: sortedConditions(conditions),
    owner: state.owner,
    finalizers: state.finalizers,
    deleting: state.deleting,
  };
}

function sortedEntries(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function sortedConditions(conditions: readonly RecordedCondition[] = []): readonly string[] {
  return conditions
    .map(({ type, status, reason = '', message = '' }) => [type, status, reason, message].join('|'))
    .map((text) => text.replace(/\b(RS\d+)-\w{5}\b/, '$1-xxxxx'))
    .sort();
}

/** Pods of one set are interchangeable: how many there are of each kind. */
function finalPods({ final }: Recording): readonly string[] {
  const pods = Object.entries(final).filter(([id]) => id.startsWith('Pod/'));
  return tally(
    pods.map(([id, pod]) => {
      const isNamed = !/^Pod\/P\d+$/.test(id);
      return [
        isNamed ? id : 'Pod',
        ...(pod.owner ?? []),
        pod.phase,
        pod.ready === true ? 'ready' : 'unready',
        `restarts ${pod.restarts ?? 0}`,
        pod.deleting === true ? 'deleting' : '',
        pod.node === undefined ? 'unassigned' : '',
        pod.reason ?? '',
        sortedEntries(pod.labels ?? {}).join(' '),
      ].join(' ');
    }),
  );
}

function tally(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => `${count} x ${text}`).sort();
}

function finalSlices({ final }: Recording): readonly unknown[] {
  return Object.entries(final)
    .filter(([id]) => id.startsWith('EndpointSlice/'))
    .map(([, { ports = [], endpoints = [], owner }]) => ({
      owner,
      ports: ports.map(({ name, port, protocol }) => `${name} ${port} ${protocol}`).sort(),
      endpoints: tally(
        endpoints.map(({ ready, serving, terminating }) => `${ready} ${serving} ${terminating}`),
      ),
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function finalOthers({ final }: Recording): readonly unknown[] {
  return Object.entries(final)
    .filter(([id]) => id.startsWith('ConfigMap/'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { owner, finalizers, deleting }]) => ({ id, owner, finalizers, deleting }));
}

/** Equal nodes get equal counts, in any order. */
function podsByNode({ topic, nodes }: Scenario, { final }: Recording): readonly string[] {
  if (topic !== 'scheduler') return [];
  const classes = new Map(
    nodes.map(({ name, ...rest }) => [name, JSON.stringify(sortedEntries(rest))]),
  );
  const counts = new Map<string, number>();
  for (const [id, { node }] of Object.entries(final)) {
    if (id.startsWith('Pod/') && node !== undefined) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return [...counts].map(([node, count]) => `${classes.get(node) ?? 'added'}: ${count}`).sort();
}

/**
 * Sizes that the spec of each ReplicaSet had, in order. Where the real one took several pods in one step,
 * how many is a matter of ms: then only the sizes at which it turned round are compared.
 */
function replicaSteps(expected: Recording, actual: Recording): readonly string[] {
  const [wanted, got] = [sizes(expected), sizes(actual)];
  return [...new Set([...wanted.keys(), ...got.keys()])].sort().flatMap((name) => {
    const [real, own] = [wanted.get(name) ?? [], got.get(name) ?? []];
    const isOneByOne = real.every(
      (size, index) => index === 0 || Math.abs(size - (real[index - 1] ?? 0)) === 1,
    );
    return isOneByOne
      ? compare(`sizes of ${name}`, real, own)
      : compare(`turning sizes of ${name}`, turningPoints(real), turningPoints(own));
  });
}

function sizes({ records }: Recording): ReadonlyMap<string, readonly number[]> {
  const all = new Map<string, number[]>();
  for (const { kind, name = '', spec } of records) {
    if (kind !== 'ReplicaSet' || spec?.replicas === undefined) continue;
    const own = all.get(name) ?? [];
    if (own.at(-1) !== spec.replicas) own.push(spec.replicas);
    all.set(name, own);
  }
  return all;
}

function turningPoints(values: readonly number[]): readonly number[] {
  return values.filter((value, index) => {
    const [before, after] = [values[index - 1], values[index + 1]];
    return before === undefined || after === undefined || before < value !== value < after;
  });
}

/** Status and reason of each condition of each Deployment and ReplicaSet, in order. */
function conditionOrder({ records }: Recording): Readonly<Record<string, readonly string[]>> {
  const orders = new Map<string, string[]>();
  for (const { kind = '', name = '', status, deleting } of records) {
    // how far a status still follows while the object goes is a matter of ms
    if (!RELEVANT_SETS.has(kind) || deleting === true) continue;
    for (const { type, status: value, reason } of status?.conditions ?? []) {
      const id = `${kind}/${name} ${type}`;
      const order = orders.get(id) ?? [];
      const text = `${value} ${reason}`;
      if (order.at(-1) !== text) order.push(text);
      orders.set(id, order);
    }
  }
  return Object.fromEntries([...orders].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** When each state of `Progressing` was first seen, where the script sets a time for it. */
function progressTimes(expected: Scenario, actual: Recording): readonly string[] {
  const isTimed = /progressDeadlineSeconds|minReadySeconds/.test(JSON.stringify(expected.script));
  if (!isTimed) return [];
  const [wanted, got] = [firstProgress(expected), firstProgress(actual)];
  return [...wanted].flatMap(([what, t]) => {
    const other = got.get(what);
    if (other === undefined || Math.abs(other - t) <= POLICY_TOLERANCE_MS) return [];
    return [`time of ${what}: expected ${t} ms, got ${other} ms`];
  });
}

function firstProgress({ records }: Recording): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { kind, name, status, t } of records) {
    if (kind !== 'Deployment') continue;
    const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
    const what = `${name} ${progressing?.reason}: ${progressing?.message}`;
    if (progressing !== undefined && !times.has(what)) times.set(what, t);
  }
  return times;
}

/**
 * What pods each scaling of a ReplicaSet took, by what tells them apart. Of pods of about the same age
 * the UID decides, so scenarios about ties have nothing to compare.
 */
function deletedPods(scenario: Scenario, { records }: Recording): readonly string[] {
  if (!scenario.name.startsWith('replicaset-down-') || scenario.name.includes('tie')) return [];
  const states = new Map<string, RecordedWrite>();
  const deleted: { readonly after: number; readonly text: string }[] = [];
  let action = -1;
  for (const record of records) {
    if (record.what === 'scale') action = record.i ?? action;
    if (record.kind !== 'Pod' || record.op === 'action') continue;
    const name = record.name ?? '';
    const before = states.get(name);
    const isTaken =
      before !== undefined &&
      before.deleting !== true &&
      (record.op === 'del' || record.deleting === true);
    if (isTaken) deleted.push({ after: action, text: podSignature(scenario, before) });
    states.set(name, record.op === 'del' ? { ...record, deleting: true } : record);
  }
  return deleted.map(({ after, text }) => `after action ${after}: ${text}`).sort();
}

function podSignature(scenario: Scenario, pod: RecordedWrite): string {
  const rules = scenario.kubelet
    .filter(({ match }) => match?.pods?.includes(pod.name ?? '') === true)
    .map((rule) => scenario.kubelet.indexOf(rule));
  return [
    /^P\d+$/.test(pod.name ?? '') ? '' : pod.name,
    pod.owner?.join(),
    pod.phase,
    pod.ready === true ? 'ready' : 'unready',
    `restarts ${pod.restarts ?? 0}`,
    `cost ${pod.deletionCost ?? 0}`,
    pod.node === undefined ? 'unassigned' : '',
    `rules ${rules.join()}`,
  ].join(' ');
}

/**
 * The first thing the scheduler said of each pod it found no node for; outside the topic `scheduler` only
 * that it said something, because recordings cut the text.
 */
function schedulingRefusals({ topic }: Scenario, { records }: Recording): readonly string[] {
  const first = new Map<string, string>();
  for (const { kind, reason, object = '', message = '' } of records) {
    if (kind !== 'Event' || reason !== 'FailedScheduling' || first.has(object)) continue;
    first.set(object, topic === 'scheduler' ? message : '');
  }
  return [...first]
    .map(([object, message]) => `${object.replace(/^Pod\/P\d+$/, 'Pod')}: ${message}`)
    .sort();
}

/** Of which pods the scheduler said that it preempted them, and for how many. */
function preempted({ records }: Recording): readonly string[] {
  return tally(
    records
      .filter(({ kind, reason }) => kind === 'Event' && reason === 'Preempted')
      .map(({ object = '', message }) => `${object.replace(/^Pod\/P\d+$/, 'Pod')}: ${message}`),
  );
}

/** In which order named objects and sets went. */
function deletionOrder({ records }: Recording): readonly string[] {
  return records
    .filter(({ op, kind = '' }) => op === 'del' && ['ConfigMap', 'Deployment'].includes(kind))
    .map(({ kind, name }) => `${kind}/${name}`);
}

function brokenInvariants({ script }: Scenario, { records }: Recording): readonly string[] {
  const publishesUnready = script.some(
    ({ object }) =>
      object?.kind === 'Service' && JSON.stringify(object).includes('publishNotReadyAddresses'),
  );
  if (publishesUnready) return [];
  return records
    .filter(
      ({ kind, endpoints = [] }) =>
        kind === 'EndpointSlice' &&
        endpoints.some(({ ready, terminating }) => ready && terminating),
    )
    .map(({ t, name }) => `at ${t} ms slice ${name} says ready for a terminating pod`);
}
