/** Plays a recorded scenario against our own control plane and records it in the same form. */
/* oxlint-disable typescript/no-unsafe-type-assertion -- scripts are data of this repository; the API checks what it is given */
import { DEFAULT_HPA_SETTINGS, DEFAULT_SYNC_PERIOD_MS } from '../../autoscaling/hpa/settings.js';
import { ApiError } from '../../control-plane/api-error.js';
import { applyJsonPatch } from '../../control-plane/http/json-patch.js';
import { mergePatch } from '../../core/merge-patch.js';
import { KINDS } from '../../control-plane/kinds/registry.js';
import { HorizontalPodAutoscalerController } from '../../control-plane/controllers/horizontal-pod-autoscaler.js';
import { ControllerManager } from '../../control-plane/controller-manager.js';
import type { ControllerPace } from '../../control-plane/controller-manager.js';
import type { Resource } from '../../control-plane/resources.js';
import { EVENTS, NODES } from '../../control-plane/resources.js';
import type { KubeEvent, KubeObject, Node } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import { NAMESPACE, START_MS, addNode, controlPlaneLab } from './control-plane-lab.js';
import type { ControlPlaneLab, LabNode } from './control-plane-lab.js';
import type {
  RecordedState,
  RecordedWrite,
  Recording,
  Scenario,
  ScenarioAction,
} from './scenario.js';
import { recordedState } from './recorded-state.js';
import { ScenarioNames } from './names.js';
import { answerTo, drain, evict, performOnNode } from './node-actions.js';
import { polyline, scriptedMetrics } from './scripted-metrics.js';

/** What a play needs beside the scenario. */
export interface PlayOptions {
  /** For UIDs, by which the real one picks among equal pods. */
  readonly seed?: number;
  /** How many times slower than at best everything reacts; 1 by default. */
  readonly slowness?: number;
}

/** What the API server said. */
interface Answer {
  readonly code: number;
  readonly message?: string;
  readonly causes?: unknown;
}

/**
 * Recordings were made in a cluster that had other nodes, which were never lost: a zone of which all nodes
 * are lost is another matter. Nothing runs on them.
 */
const OTHER_NODES: readonly LabNode[] = ['1', '2', '3', '4'].map((number) => ({
  name: `other-${number}`,
  taints: [{ key: 'hpa-lab.dev/other', effect: 'NoExecute' }],
}));

/** Kinds whose writes are recorded; of nodes, those after the start. */
const RECORDED_KINDS: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'Pod',
  'EndpointSlice',
  'ConfigMap',
  'HorizontalPodAutoscaler',
  'Job',
  'PodDisruptionBudget',
]);

/**
 * How fast the recorded controllers were at best; with a slowness of 5 about as slow as in some takes.
 * Pods that start one after the other are seen one after the other, as in life.
 */
function realPace(slowness: number): Readonly<Record<string, ControllerPace>> {
  const quick = { reactionMs: 8 * slowness, callMs: 2 * slowness };
  return {
    deployment: quick,
    replicaset: quick,
    endpointslice: quick,
    scheduler: { reactionMs: 8 * slowness, callMs: 20 * slowness },
    job: quick,
    disruption: quick,
    'node-taints': quick,
    'taint-eviction': quick,
    'garbage-collector': { reactionMs: 15 * slowness, callMs: 5 * slowness },
  };
}

class Recorder {
  readonly records: RecordedWrite[] = [];
  readonly final = new Map<string, RecordedState>();
  readonly #names: ScenarioNames;
  readonly #nowMs: () => number;
  readonly #last = new Map<string, string>();

  constructor(names: ScenarioNames, nowMs: () => number) {
    this.#names = names;
    this.#nowMs = nowMs;
  }

  /** The object is as it is: only changes are recorded. */
  know(object: KubeObject): void {
    const id = `${object.kind}/${object.metadata.name}`;
    this.#last.set(id, JSON.stringify(recordedState(object, this.#names)));
  }

  write(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    if (type === 'ADDED') this.#names.add(object);
    const name = this.#names.of(object.metadata.name);
    const id = `${object.kind}/${name}`;
    const record = { t: this.#nowMs() - START_MS, kind: object.kind, name };
    if (type === 'DELETED') {
      this.records.push({ ...record, op: 'del' });
      this.final.delete(id);
      return;
    }
    const state = recordedState(object, this.#names);
    const text = JSON.stringify(state);
    if (this.#last.get(id) === text) return;
    this.#last.set(id, text);
    this.final.set(id, state);
    this.records.push({ ...record, op: type === 'ADDED' ? 'add' : 'mod', ...state });
  }

  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', event: KubeEvent): void {
    if (type === 'DELETED') return;
    const { involvedObject, reason = '', message = '', count } = event;
    this.records.push({
      t: this.#nowMs() - START_MS,
      op: type === 'ADDED' ? 'add' : 'mod',
      kind: 'Event',
      type: event.type ?? '',
      reason,
      object: `${involvedObject.kind ?? ''}/${this.#names.of(involvedObject.name ?? '')}`,
      message: this.#names.inText(message),
      ...(count === undefined ? {} : { count }),
      source: event.source?.component ?? event.reportingComponent ?? '',
    });
  }

  /** What became of one eviction of a drain. */
  eviction(name: string, answer: Answer): void {
    const t = this.#nowMs() - START_MS;
    this.records.push({ t, op: 'action', what: 'evict', name: this.#names.of(name), ...answer });
  }

  /** Records an action before what it sets off; its answer is known when `carryOut` returns. */
  action(index: number, action: ScenarioAction, carryOut: () => Answer): void {
    const place = this.records.length;
    const record = {
      t: this.#nowMs() - START_MS,
      op: 'action',
      i: index,
      what: action.do,
    } as const;
    this.records.push(record);
    this.records[place] = { ...record, ...carryOut() };
  }
}

/** Plays a scenario to its end on virtual time. */
export function playScenario(scenario: Scenario, options: PlayOptions = {}): Recording {
  const { seed = 1, slowness = 1 } = options;
  const names = new ScenarioNames();
  let clock: Clock | undefined;
  const recorder = new Recorder(names, () => clock?.now() ?? START_MS);
  const lab = controlPlaneLab({
    nodes: scenario.topic === 'nodeloss' ? [...scenario.nodes, ...OTHER_NODES] : scenario.nodes,
    rules: scenario.kubelet,
    nameOf: names.ofPod,
    seed,
    pace: realPace(slowness),
    kubeletReactionMs: 20 * slowness,
    onApi: (api) => {
      for (const { resource } of KINDS) {
        if (!RECORDED_KINDS.has(resource.kind)) continue;
        api.watch(resource, ({ type, object }) => recorder.write(type, object));
      }
      api.watch(EVENTS, ({ type, object }) => recorder.event(type, object));
    },
  });
  clock = lab.clock;
  for (const node of lab.api.list(NODES).items) recorder.know(node);
  lab.api.watch(NODES, ({ type, object }) => recorder.write(type, object));
  const autoscaling = startAutoscaling(lab, scenario);
  for (const [index, action] of scenario.script.entries()) {
    lab.clock.after(action.at, () => {
      recorder.action(index, action, () => perform(lab, { names, recorder }, action));
    });
  }
  lab.clock.advance(scenario.durationMs);
  autoscaling?.stop();
  lab.manager.stop();
  lab.kubelet.stop();
  return { records: recorder.records, final: Object.fromEntries(recorder.final) };
}

/** The HPA controller and its metrics, where the scenario has a load. */
function startAutoscaling(lab: ControlPlaneLab, { load }: Scenario): ControllerManager | undefined {
  if (load === undefined) return undefined;
  const { api, clock } = lab;
  const millicoresAt = polyline(load);
  const metrics = scriptedMetrics({
    pods: () => lab.pods(),
    nowMs: () => clock.now(),
    millicores: () => millicoresAt(clock.now() - START_MS),
  });
  const settings = { ...DEFAULT_HPA_SETTINGS, syncPeriodMs: DEFAULT_SYNC_PERIOD_MS };
  const controller = new HorizontalPodAutoscalerController({ api, metrics, settings });
  const manager = new ControllerManager({ api, clock, controllers: [controller] });
  manager.start();
  return manager;
}

interface Script {
  readonly names: ScenarioNames;
  readonly recorder: Recorder;
}

function perform(
  lab: ControlPlaneLab,
  { names, recorder }: Script,
  action: ScenarioAction,
): Answer {
  if (action.do === 'evict') {
    return answerTo(() => evict(lab, names.real(action.pod ?? ''), action.gracePeriodSeconds));
  }
  try {
    if (action.do === 'drain') {
      drain(lab, action, (name, answer) => recorder.eviction(name, answer));
      return { code: 200 };
    }
    return { code: answerOf(lab, names, action) };
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, message: error.message };
    throw error;
  }
}

function answerOf(lab: ControlPlaneLab, names: ScenarioNames, action: ScenarioAction): number {
  const { api, kubelet } = lab;
  const pod = { namespace: NAMESPACE, name: names.real(action.pod ?? '') };
  switch (action.do) {
    case 'create': {
      const object = withOwnerUids(lab, action.object as KubeObject);
      api.create(resourceOf(object.kind), object);
      return 201;
    }
    case 'delete':
      api.delete(resourceOf(action.kind), keyIn(names, action), {
        ...(action.propagationPolicy === undefined
          ? {}
          : { propagationPolicy: action.propagationPolicy }),
        ...(action.gracePeriodSeconds === undefined
          ? {}
          : { gracePeriodSeconds: action.gracePeriodSeconds }),
      });
      return 200;
    case 'patch':
      return patch(lab, names, action);
    case 'scale':
      return patch(lab, names, { ...action, patch: { spec: { replicas: action.replicas } } });
    case 'pod-ready':
      kubelet.setReady(pod.namespace, pod.name, action.value === true);
      return 200;
    case 'pod-exit': {
      const { code = 0, terminal, reason, message } = action;
      kubelet.exit(pod, {
        code,
        ...(terminal === undefined ? {} : { terminal }),
        ...(reason === undefined ? {} : { reason }),
        ...(message === undefined ? {} : { message }),
      });
      return 200;
    }
    case 'node-add': {
      const node = action.node as LabNode;
      addNode(api, node);
      lab.heartbeats.startNode(node.name);
      kubelet.resume(node.name);
      return 201;
    }
    case 'cordon':
      return changeNode(lab, action, (node) => ({
        ...node,
        spec: { ...node.spec, unschedulable: action.value === true },
      }));
    case 'taint':
      return changeNode(lab, action, (node) => withTaint(node, action));
    default: {
      const code = performOnNode(lab, action);
      if (code !== undefined) return code;
      throw new Error(`expected an action this player knows, got ${action.do}`);
    }
  }
}

function patch(lab: ControlPlaneLab, names: ScenarioNames, action: ScenarioAction): number {
  const resource = resourceOf(action.kind);
  const key = keyIn(names, action);
  const object = lab.api.get(resource, key);
  if (object === undefined) throw ApiError.notFound(resource, key.name);
  const patched =
    action.type === 'json'
      ? applyJsonPatch(object, action.patch as readonly unknown[])
      : mergePatch(object, action.patch);
  lab.api.update(resource, patched as KubeObject);
  return 200;
}

function changeNode(
  lab: ControlPlaneLab,
  action: ScenarioAction,
  change: (node: Node) => Node,
): number {
  const node = lab.api.get(NODES, { namespace: '', name: action.node as string });
  if (node === undefined) throw ApiError.notFound(NODES, action.node as string);
  lab.api.update(NODES, change(node));
  return 200;
}

function withTaint(node: Node, { key = '', value, effect, remove }: ScenarioAction): Node {
  const others = (node.spec.taints ?? []).filter(
    (taint) => taint.key !== key || (effect !== undefined && taint.effect !== effect),
  );
  const taint = {
    key,
    ...(typeof value === 'string' ? { value } : {}),
    effect: effect as 'NoSchedule',
  };
  return {
    ...node,
    spec: { ...node.spec, taints: remove === true ? others : [...others, taint] },
  };
}

function resourceOf(kind: string | undefined): Resource {
  const found = KINDS.find(({ resource }) => resource.kind === kind);
  if (found === undefined)
    throw new Error(`expected a kind that is offered, got ${kind ?? 'none'}`);
  return found.resource;
}

function keyIn(
  names: ScenarioNames,
  { kind, name = '' }: ScenarioAction,
): { namespace: string; name: string } {
  const { namespaced } = resourceOf(kind);
  return { namespace: namespaced ? NAMESPACE : '', name: names.real(name) };
}

/** `$uid:Kind/name` in a manifest is the UID of that object; `$pc-` begins names of PriorityClasses. */
function withOwnerUids({ api }: ControlPlaneLab, object: KubeObject): KubeObject {
  const text = JSON.stringify(object).replaceAll(
    /\$uid:(\w+)\/([\w-]+)/g,
    (_, kind: string, name: string) => {
      return api.get(resourceOf(kind), { namespace: NAMESPACE, name })?.metadata.uid ?? '';
    },
  );
  const copy = JSON.parse(text.replaceAll('"$pc-', '"pc-')) as KubeObject;
  const isNamespaced = resourceOf(copy.kind).namespaced;
  return isNamespaced ? { ...copy, metadata: { ...copy.metadata, namespace: NAMESPACE } } : copy;
}
