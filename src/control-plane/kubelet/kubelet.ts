/** The kubelet: registers a node and runs the pods that are bound to it. */
import type { KubeObject, Node, Pod } from '../../core/objects.js';
import type { Cancel, Clock } from '../../time/clock.js';
import { KUBELET, actingAs } from '../acting-as.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { EventRecorder } from '../event-recorder.js';
import type { PodRuntime } from '../pod-runtime.js';
import { CONFIG_MAPS, NODES, PODS, SECRETS } from '../resources.js';
import { NodeConnection } from './node-connection.js';
import { LEASE_RENEW_MS, renewNodeLease } from './node-lease.js';
import { conditionEvents, nodeObject, nodeStatus } from './node-object.js';
import type { NodeDescription } from './node-object.js';
import { PodWorker } from './pod-worker.js';
import { referencedData } from './referenced-data.js';
import type { ReferencedData } from './referenced-data.js';
import { DEFAULT_KUBELET_SETTINGS } from './settings.js';
import type { KubeletSettings } from './settings.js';

/** How a kubelet is made. */
export interface KubeletOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly runtime: PodRuntime;
  readonly node: NodeDescription;
  /** What differs from {@link DEFAULT_KUBELET_SETTINGS}. */
  readonly settings?: Partial<KubeletSettings>;
  /** ConfigMaps and Secrets that pods refer to; absent: those of the API. */
  readonly referenced?: ReferencedData;
}

/** One node's agent. All rules of a pod's life are here; only the `PodRuntime` knows processes. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #settings: KubeletSettings;
  readonly #recorder: EventRecorder;
  readonly #connection: NodeConnection;
  readonly #pods = new Map<string, PodWorker>();
  readonly #cancels: Cancel[] = [];
  #cancelHeartbeat: Cancel | undefined;
  #cancelRenewal: Cancel | undefined;
  #wasUnschedulable = false;
  #isStopped = false;

  constructor(options: KubeletOptions) {
    this.#connection = new NodeConnection(actingAs(options.api, KUBELET));
    this.#options = { ...options, api: this.#connection };
    this.#settings = { ...DEFAULT_KUBELET_SETTINGS, ...options.settings };
    const { api, node } = this.#options;
    this.#recorder = new EventRecorder({ api, component: 'kubelet', host: node.name });
  }

  /** Registers the node, takes on the pods that are bound to it, and goes on by watch. */
  start(): void {
    this.#register();
    this.#armHeartbeat();
    this.#renewLease();
    const { api, node } = this.#options;
    const matches = (object: KubeObject): boolean => nodeNameOf(object) === node.name;
    const { items, resourceVersion } = api.list(PODS, { matches });
    for (const pod of items) this.#take(pod);
    const listener = (event: WatchEvent<Pod>): void => this.#onPod(event);
    this.#cancels.push(
      api.watch(PODS, listener, { sinceVersion: resourceVersion, matches }),
      api.watch(CONFIG_MAPS, ({ object }) => this.#onReference('configmap', object)),
      api.watch(SECRETS, ({ object }) => this.#onReference('secret', object)),
    );
  }

  /**
   * Takes the node away from the cluster, as a cut cable does: no lease, no heartbeat, no status, and
   * nothing that the API decides reaches its pods, which go on running. The control plane finds out by
   * itself (40 to 50 s). Calling it again does nothing. For a node that is switched off, `stop` it, and
   * `start` a new kubelet of the same name to bring it back.
   */
  disconnect(): void {
    this.#connection.cut();
  }

  /** Brings the node back: it says that it is well and catches up with what became of its pods. */
  reconnect(): void {
    if (!this.#connection.isCut || this.#isStopped) return;
    this.#connection.mend();
    this.#heartbeat();
    renewNodeLease(this.#connection, this.#options.node.name, this.#options.clock.now());
    this.#catchUp();
  }

  /** Ends every pod's processes and timers at once; the API's objects stay as they are. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelHeartbeat?.();
    this.#cancelRenewal?.();
    for (const cancel of this.#cancels) cancel();
    for (const worker of this.#pods.values()) worker.close();
    this.#pods.clear();
  }

  #register(): void {
    const { api, clock, node } = this.#options;
    const object = nodeObject(node, clock.now());
    const existing = api.get(NODES, { namespace: '', name: node.name });
    this.#nodeEvent('Starting', 'Starting kubelet.');
    if (existing === undefined) api.create(NODES, object);
    else this.#heartbeat();
    const stored = api.get(NODES, { namespace: '', name: node.name });
    if (stored !== undefined && stored.status?.conditions === undefined) this.#heartbeat();
    // a kubelet that starts tells its own view, whatever the API thought of the node before
    const told = conditionEvents(existing?.status);
    for (const reason of conditionEvents(undefined)) {
      if (existing === undefined || !told.includes(reason)) this.#statusEvent(reason);
    }
    this.#tellSchedulable(existing);
  }

  /** @see Source: kubernetes 1.36 `pkg/kubelet/kubelet_node_status.go`, `recordNodeSchedulableEvent`. */
  #tellSchedulable(node: Node | undefined): void {
    if (node === undefined || this.#connection.isCut) return;
    const isUnschedulable = node.spec.unschedulable === true;
    if (isUnschedulable === this.#wasUnschedulable) return;
    this.#wasUnschedulable = isUnschedulable;
    this.#statusEvent(isUnschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable');
  }

  #statusEvent(status: string): void {
    this.#nodeEvent(status, `Node ${this.#options.node.name} status is now: ${status}`);
  }

  /** @see Source: kubernetes 1.36 `pkg/kubelet/kubelet.go`, `nodeRef`: a node's uid is its name here. */
  #nodeEvent(reason: string, message: string): void {
    const { clock, node } = this.#options;
    const metadata = { name: node.name, uid: node.name };
    const regarding = { apiVersion: 'v1', kind: 'Node', metadata };
    this.#recorder.event(regarding, 'Normal', reason, message, clock.now());
  }

  #armHeartbeat(): void {
    this.#cancelHeartbeat = this.#options.clock.after(this.#settings.heartbeatMs, () => {
      this.#heartbeat();
      this.#armHeartbeat();
    });
  }

  /** Shows that the node lives, and corrects what others made of its conditions meanwhile. */
  #renewLease(): void {
    const { api, clock, node } = this.#options;
    renewNodeLease(api, node.name, clock.now());
    const stored = api.get(NODES, { namespace: '', name: node.name });
    if (!isReportedReady(stored)) this.#heartbeat();
    this.#tellSchedulable(stored);
    this.#cancelRenewal = clock.after(LEASE_RENEW_MS, () => this.#renewLease());
  }

  /** What the watch would have told while the connection was cut. */
  #catchUp(): void {
    const { api, node } = this.#options;
    const matches = (object: KubeObject): boolean => nodeNameOf(object) === node.name;
    const present = new Map(
      api.list(PODS, { matches }).items.map((pod) => [pod.metadata.uid ?? '', pod]),
    );
    for (const [uid, worker] of this.#pods) {
      const pod = present.get(uid);
      if (pod === undefined) {
        this.#pods.delete(uid);
        worker.close();
      } else worker.resync(pod);
    }
    for (const [uid, pod] of present) if (!this.#pods.has(uid)) this.#take(pod);
  }

  #heartbeat(): void {
    const { api, clock, node } = this.#options;
    if (this.#connection.isCut) return;
    const stored = api.get(NODES, { namespace: '', name: node.name });
    if (stored === undefined) return;
    const status = nodeStatus(node, stored.status, clock.now());
    api.update(NODES, { ...stored, status }, { subresource: 'status' });
    for (const reason of conditionEvents(stored.status)) this.#statusEvent(reason);
  }

  #onPod({ type, object }: WatchEvent<Pod>): void {
    const uid = object.metadata.uid ?? '';
    if (type === 'DELETED') {
      const worker = this.#pods.get(uid);
      this.#pods.delete(uid);
      worker?.close();
      return;
    }
    const worker = this.#pods.get(uid);
    if (worker === undefined) this.#take(object);
    else worker.update(object);
  }

  #onReference(kind: 'configmap' | 'secret', { metadata }: KubeObject): void {
    for (const worker of this.#pods.values()) {
      worker.referenceChanged(metadata.namespace ?? '', `${kind}/${metadata.name}`);
    }
  }

  #take(pod: Pod): void {
    const { api, clock, runtime, node, referenced = referencedData(api) } = this.#options;
    const capacity = nodeStatus(node, undefined, clock.now()).allocatable ?? {};
    const worker = new PodWorker(pod, {
      api,
      clock,
      runtime,
      recorder: this.#recorder,
      settings: this.#settings,
      nodeLimits: { cpu: capacity['cpu'] ?? '0', memory: capacity['memory'] ?? '0' },
      referenced,
    });
    this.#pods.set(pod.metadata.uid ?? '', worker);
  }
}

function isReportedReady(node: Node | undefined): boolean {
  const conditions = node?.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** A watch's selection knows its objects only as objects. */
function nodeNameOf(object: KubeObject): unknown {
  if (!('spec' in object) || typeof object.spec !== 'object' || object.spec === null) return '';
  return 'nodeName' in object.spec ? object.spec.nodeName : '';
}
