/** The kubelets of a cluster's nodes: they start, fail, come back and join late. */
import type { Cancel, Clock } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type { PodRuntime } from '../pod-runtime.js';
import { NODES, PODS } from '../resources.js';
import { Kubelet } from './kubelet.js';
import type { NodeDescription } from './node-object.js';
import type { KubeletSettings } from './settings.js';

/**
 * A Node with this annotation is at fault as its value says, until it is taken off again: for learning,
 * by `kubectl annotate node NAME hpa-lab.dev/fault=off`.
 *
 * `off`: switched off, its processes are gone. `cut-off`: its network is cut; its processes go on, but
 * nobody hears of them. Any other value is no fault.
 */
export const NODE_FAULT_ANNOTATION = 'hpa-lab.dev/fault';

type NodeFault = 'off' | 'cut-off' | 'none';

/** A node and what runs its pods. */
export interface NodePlace {
  readonly node: NodeDescription;
  readonly runtime: PodRuntime;
}

/** What kubelets are made from. */
export interface NodeKubeletsOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly places: readonly NodePlace[];
  readonly settings: Partial<KubeletSettings>;
  /** Nodes that are not there at first, with how long after a pod found no place each joins, ms; absent: none. */
  readonly lateNodes?: ReadonlyMap<string, number>;
}

/** How often the cluster autoscaler looks for pods without a place: its `--scan-interval`. */
const SCAN_MS = 10_000;

/** Runs a kubelet for each node from `start` to `stop`. */
export class NodeKubelets {
  readonly #options: NodeKubeletsOptions;
  readonly #kubelets = new Map<string, Kubelet>();
  readonly #faults = new Map<string, NodeFault>();
  readonly #waiting: { readonly place: NodePlace; readonly delayMs: number }[] = [];
  readonly #cancels: Cancel[] = [];
  #isRunning = false;
  #isJoining = false;

  constructor(options: NodeKubeletsOptions) {
    this.#options = options;
  }

  /** Registers the nodes and takes on pods. */
  start(): void {
    const { api, places, lateNodes = new Map<string, number>() } = this.#options;
    this.#isRunning = true;
    for (const place of places) {
      const delayMs = lateNodes.get(place.node.name);
      if (delayMs === undefined) this.#startKubelet(place);
      else this.#waiting.push({ place, delayMs });
    }
    this.#cancels.push(
      api.watch(NODES, ({ type, object }) => {
        const { name, annotations } = object.metadata;
        if (type !== 'DELETED') this.#follow(name, faultOf(annotations?.[NODE_FAULT_ANNOTATION]));
      }),
    );
    if (this.#waiting.length > 0) this.#cancels.push(api.watch(PODS, () => this.#scan()));
  }

  /** Ends all pods; what the API knows of them stays as it is. */
  stop(): void {
    this.#isRunning = false;
    for (const cancel of this.#cancels.splice(0)) cancel();
    for (const kubelet of this.#kubelets.values()) kubelet.stop();
    this.#kubelets.clear();
  }

  /** Whether a node is neither cut off nor switched off; one that is not ours is no less reachable. */
  isReachable(name: string): boolean {
    return (this.#faults.get(name) ?? 'none') === 'none';
  }

  /** One late node is on its way at a time: it may be all that is needed. */
  #scan(): void {
    if (this.#isJoining || this.#waiting.length === 0 || !this.#isShort()) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#isJoining = true;
    this.#after(next.delayMs, () => {
      this.#startKubelet(next.place);
      this.#after(SCAN_MS, () => {
        this.#isJoining = false;
        this.#scan();
      });
    });
  }

  #isShort(): boolean {
    return this.#options.api
      .list(PODS)
      .items.some(({ metadata, status }) =>
        (status?.conditions ?? []).some(
          ({ type, status: is, reason }) =>
            metadata.deletionTimestamp === undefined &&
            type === 'PodScheduled' &&
            is === 'False' &&
            reason === 'Unschedulable',
        ),
      );
  }

  /** Takes a node away or brings it back; after, and never within, the write that asked for it. */
  #follow(name: string, fault: NodeFault): void {
    const isKnown = this.#placeOf(name) !== undefined;
    if (!isKnown || (this.#faults.get(name) ?? 'none') === fault) return;
    this.#faults.set(name, fault);
    this.#after(0, () => this.#apply(name));
  }

  #apply(name: string): void {
    const place = this.#placeOf(name);
    if (place === undefined) return;
    const fault = this.#faults.get(name);
    const kubelet = this.#kubelets.get(name);
    if (fault === 'off') {
      kubelet?.stop();
      this.#kubelets.delete(name);
      return;
    }
    if (kubelet === undefined) this.#startKubelet(place);
    else if (fault !== 'cut-off') kubelet.reconnect();
    if (fault === 'cut-off') this.#kubelets.get(name)?.disconnect();
  }

  #placeOf(name: string): NodePlace | undefined {
    return this.#options.places.find(({ node }) => node.name === name);
  }

  #startKubelet(place: NodePlace): void {
    const { api, clock, settings } = this.#options;
    const kubelet = new Kubelet({ api, clock, ...place, settings });
    this.#kubelets.set(place.node.name, kubelet);
    kubelet.start();
  }

  #after(delayMs: number, task: () => void): void {
    this.#cancels.push(
      this.#options.clock.after(delayMs, () => {
        if (this.#isRunning) task();
      }),
    );
  }
}

function faultOf(value: string | undefined): NodeFault {
  return value === 'off' || value === 'cut-off' ? value : 'none';
}
