/** The node lifecycle controller: notices that a node is gone and gives it up. */
import type { Node, Pod, Taint } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { EventRecorder } from '../event-recorder.js';
import type { ObjectIndex } from '../object-index.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { LEASES, NODES, PODS } from '../resources.js';
import { NODE_LEASE_NAMESPACE } from '../system-namespaces.js';
import { lookAtNode, readyCondition } from './node-health.js';
import type { HealthLook, NodeHealth } from './node-health.js';
import { NOT_READY, UNREACHABLE, changeTaints } from './node-taints.js';
import { NodeZones, zoneOf } from './node-zones.js';
import { PeriodicKey } from './periodic-key.js';
import { setPodUnready } from './pod-unready.js';

/** How often nodes are looked at. */
const MONITOR_PERIOD_MS = 5_000; // cmd/kube-controller-manager/app/options: NodeMonitorPeriod
/** How long a node waits at least between being found lost and being tainted. */
const TAINT_PERIOD_MS = 100; // pkg/controller/nodelifecycle/scheduler: NodeEvictionPeriod
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

/**
 * Looks at all nodes every 5 s: leases and heartbeats, `Ready` Unknown after 40 s of silence, pods of lost
 * nodes set not ready, `NoExecute` taints for one node in 10 s and zone, none when all nodes are lost.
 *
 * @see Source: kubernetes `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, `monitorNodeHealth`.
 */
export class NodeLifecycleController implements Controller {
  readonly name = 'node-lifecycle';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #podsOnNode: ObjectIndex<Pod>;
  readonly #recorder: EventRecorder;
  readonly #loop = new PeriodicKey('nodes', NODES);
  readonly #zones = new NodeZones();
  readonly #health = new Map<string, NodeHealth>();
  /** Nodes that are known, as they were when they were first seen. */
  readonly #known = new Map<string, Node>();
  #nextLookMs: EpochMs = Number.NEGATIVE_INFINITY;

  /** @param podsOnNode - by node name. */
  constructor(api: KubeApi, podsOnNode: ObjectIndex<Pod>) {
    this.#api = api;
    this.#podsOnNode = podsOnNode;
    this.#recorder = new EventRecorder({ api, component: 'node-controller' });
    this.informers = [podsOnNode, this.#loop];
    this.watches = [this.#loop.watch, { resource: PODS, keysFor: newlyBound }];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    if (key !== this.#loop.key) {
      this.#lookAtPod(key, nowMs);
      return undefined;
    }
    if (nowMs >= this.#nextLookMs) {
      this.#nextLookMs = nowMs + MONITOR_PERIOD_MS;
      this.#lookAtAll(nowMs);
    } else {
      for (const name of this.#zones.takeDue(nowMs)) this.#taint(name, nowMs);
    }
    if (this.#known.size === 0) {
      this.#forget();
      return undefined;
    }
    const taintMs = this.#zones.nextDueMs;
    const nextMs =
      taintMs === undefined ? this.#nextLookMs : Math.max(taintMs, nowMs + TAINT_PERIOD_MS);
    return { requeueAfterMs: Math.max(0, Math.min(nextMs, this.#nextLookMs) - nowMs) };
  }

  #forget(): void {
    this.#loop.rest();
    this.#zones.clear();
    this.#health.clear();
    this.#nextLookMs = Number.NEGATIVE_INFINITY;
  }

  #lookAtAll(nowMs: EpochMs): void {
    const nodes = this.#api.list(NODES).items;
    this.#classify(nodes, nowMs);
    const readiness = new Map<string, boolean[]>();
    for (const node of nodes) {
      const look = this.#lookAt(node, nowMs);
      if (node.metadata.labels?.[EXCLUDED] !== undefined) continue;
      const zone = zoneOf(node);
      const own = readiness.get(zone) ?? [];
      own.push(look.current?.status === 'True');
      readiness.set(zone, own);
    }
    const { isStopping, isResuming } = this.#zones.round(readiness, nowMs);
    if (isStopping) for (const node of nodes) this.#markReachable(node, nowMs);
    if (!isResuming) return;
    for (const [name, health] of this.#health) {
      this.#health.set(name, { ...health, probeMs: nowMs });
    }
  }

  #classify(nodes: readonly Node[], nowMs: EpochMs): void {
    const present = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const node of nodes) {
      const { name } = node.metadata;
      if (this.#known.has(name)) continue;
      this.#known.set(name, node);
      const message = `Node ${name} event: Registered Node ${name} in Controller`;
      this.#recorder.event(node, 'Normal', 'RegisteredNode', message, nowMs);
      this.#markReachable(node, nowMs);
    }
    for (const [name, node] of this.#known) {
      if (present.has(name)) continue;
      this.#known.delete(name);
      this.#health.delete(name);
      const message = `Node ${name} event: Removing Node ${name} from Controller`;
      this.#recorder.event(node, 'Normal', 'RemovingNode', message, nowMs);
    }
  }

  #lookAt(node: Node, nowMs: EpochMs): HealthLook {
    const { name } = node.metadata;
    const lease = this.#api.get(LEASES, { namespace: NODE_LEASE_NAMESPACE, name });
    const look = lookAtNode(node, { health: this.#health.get(name), lease }, nowMs);
    this.#health.set(name, look.health);
    const { current, observed, lost } = look;
    const seen =
      lost === undefined
        ? node
        : this.#api.update(NODES, { ...node, status: lost }, { subresource: 'status' });
    if (current === undefined) return look;
    this.#decideTaints(seen, current.status, nowMs);
    // pods of a node that says itself that it is not ready keep their readiness
    if (current.status === 'True' || observed !== 'True') return look;
    const status = 'NodeNotReady';
    const message = `Node ${name} status is now: ${status}`;
    this.#recorder.event(seen, 'Normal', status, message, nowMs);
    this.#setPodsUnready(name, nowMs);
    return look;
  }

  #setPodsUnready(node: string, nowMs: EpochMs): void {
    const control = { api: this.#api, recorder: this.#recorder, nowMs };
    for (const pod of this.#podsOnNode.of(node)) setPodUnready(control, pod);
  }

  /** A pod that comes to a lost node is not ready. */
  #lookAtPod(key: ReconcileKey, nowMs: EpochMs): void {
    const pod = this.#api.get(PODS, objectKey(key));
    const name = pod?.spec.nodeName ?? '';
    const node = this.#api.get(NODES, { namespace: '', name });
    if (pod === undefined || node === undefined || !this.#health.has(name)) return;
    const ready = readyCondition(node);
    if (ready === undefined || ready.status === 'True') return;
    setPodUnready({ api: this.#api, recorder: this.#recorder, nowMs }, pod);
  }

  /** @see Source: `node_lifecycle_controller.go`, `processTaintBaseEviction`. */
  #decideTaints(node: Node, ready: string, nowMs: EpochMs): void {
    if (ready === 'True') {
      this.#markReachable(node, nowMs);
      return;
    }
    const [own, other] = ready === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
    if (hasNoExecute(node, other)) this.#write(node, [noExecute(own)], nowMs);
    else if (!hasNoExecute(node, own)) this.#zones.enqueue(zoneOf(node), node.metadata.name);
  }

  #markReachable(node: Node, nowMs: EpochMs): void {
    this.#write(node, [], nowMs);
    this.#zones.dequeue(zoneOf(node), node.metadata.name);
  }

  /** @see Source: `node_lifecycle_controller.go`, `doNoExecuteTaintingPass`. */
  #taint(name: string, nowMs: EpochMs): void {
    const node = this.#api.get(NODES, { namespace: '', name });
    const ready = node === undefined ? undefined : readyCondition(node);
    if (node === undefined || ready === undefined || ready.status === 'True') return;
    this.#write(node, [noExecute(ready.status === 'False' ? NOT_READY : UNREACHABLE)], nowMs);
  }

  #write(node: Node, wanted: readonly Taint[], nowMs: EpochMs): void {
    const stored = this.#api.get(NODES, { namespace: '', name: node.metadata.name });
    if (stored === undefined) return;
    const changed = changeTaints(stored, { isOwn: isOwnNoExecute, wanted }, nowMs);
    if (changed !== stored) this.#api.update(NODES, changed);
  }
}

function newlyBound({ type, object, previous }: WatchEvent<Pod>): readonly ReconcileKey[] {
  const node = object.spec.nodeName ?? '';
  if (type === 'DELETED' || node === '' || node === previous?.spec.nodeName) return [];
  return [reconcileKey(object)];
}

function noExecute(key: string): Taint {
  return { key, effect: 'NoExecute' };
}

function isOwnNoExecute({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE);
}

function hasNoExecute({ spec }: Node, key: string): boolean {
  return (spec.taints ?? []).some((taint) => taint.key === key && taint.effect === 'NoExecute');
}
