/** The scheduler's view of the cluster: every node with the pods on it. */
import type { Node, Pod } from '../../core/objects.js';
import type { Cancel } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { isTerminal } from '../controllers/pod-state.js';
import type { Informer } from '../controller.js';
import { reconcileKey } from '../object-keys.js';
import { NODES, PODS } from '../resources.js';
import { NodeInfo } from './node-info.js';
import type { NodeView } from './node-info.js';

/** Empty until started; then never behind the API. */
export class ClusterCache implements Informer {
  readonly #infos = new Map<string, NodeInfo>();
  /** Pods for which room is being made, by node and key. */
  readonly #nominated = new Map<string, Map<string, Pod>>();
  #views: readonly NodeView[] | undefined;

  start(api: KubeApi): Cancel {
    const nodes = api.list(NODES);
    for (const node of nodes.items) this.#setNode(node.metadata.name, node);
    const pods = api.list(PODS);
    for (const pod of pods.items) this.#follow({ type: 'ADDED', object: pod });
    const cancels = [
      api.watch(
        NODES,
        ({ type, object }) =>
          this.#setNode(object.metadata.name, type === 'DELETED' ? undefined : object),
        { sinceVersion: nodes.resourceVersion },
      ),
      api.watch(PODS, (event) => this.#follow(event), { sinceVersion: pods.resourceVersion }),
    ];
    return () => {
      for (const cancel of cancels) cancel();
      this.#infos.clear();
      this.#nominated.clear();
      this.#views = undefined;
    };
  }

  /** Every node that is there, by name. */
  nodes(): readonly NodeView[] {
    this.#views ??= [...this.#infos.values()]
      .flatMap(({ view }) => (view === undefined ? [] : [view]))
      .sort((a, b) => (a.node.metadata.name < b.node.metadata.name ? -1 : 1));
    return this.#views;
  }

  /** One node; undefined when it is not there. */
  node(name: string): NodeView | undefined {
    return this.#infos.get(name)?.view;
  }

  /** The books of a node; undefined when nothing is known of it. */
  info(name: string): NodeInfo | undefined {
    return this.#infos.get(name);
  }

  /** Pods for which room is being made on a node. */
  nominatedOn(name: string): readonly Pod[] {
    const pods = this.#nominated.get(name);
    return pods === undefined ? [] : [...pods.values()];
  }

  #setNode(name: string, node: Node | undefined): void {
    this.#info(name).setNode(node);
    this.#views = undefined;
    this.#forgetEmpty(name);
  }

  #follow({ type, object, previous }: WatchEvent<Pod>): void {
    const key = reconcileKey(object);
    const before = previous === undefined ? undefined : placeOf(previous);
    const after = type === 'DELETED' ? undefined : placeOf(object);
    if (after !== undefined) {
      const isSame = before === after && previous !== undefined && isAlike(previous, object);
      if (isSame) this.#info(after).replacePod(key, object);
      else this.#info(after).addPod(key, object);
    }
    if (before !== undefined && before !== after) {
      this.#infos.get(before)?.removePod(key);
      this.#forgetEmpty(before);
    }
    this.#followNomination(key, previous, type === 'DELETED' ? undefined : object);
  }

  #followNomination(key: string, previous: Pod | undefined, pod: Pod | undefined): void {
    const before = previous === undefined ? undefined : nominationOf(previous);
    const after = pod === undefined ? undefined : nominationOf(pod);
    if (before !== undefined && before !== after) {
      const pods = this.#nominated.get(before);
      pods?.delete(key);
      if (pods?.size === 0) this.#nominated.delete(before);
    }
    if (after === undefined || pod === undefined) return;
    const pods = this.#nominated.get(after) ?? new Map<string, Pod>();
    pods.set(key, pod);
    this.#nominated.set(after, pods);
  }

  #info(name: string): NodeInfo {
    let info = this.#infos.get(name);
    if (info === undefined) {
      info = new NodeInfo();
      this.#infos.set(name, info);
    }
    return info;
  }

  #forgetEmpty(name: string): void {
    if (this.#infos.get(name)?.isEmpty === true) this.#infos.delete(name);
  }
}

/** The node whose resources a pod takes; undefined when it takes none, or none any more. */
export function placeOf(pod: Pod): string | undefined {
  const { nodeName = '' } = pod.spec;
  return nodeName === '' || isTerminal(pod) ? undefined : nodeName;
}

/** The node on which room is being made for a pod that has none yet. */
export function nominationOf(pod: Pod): string | undefined {
  const { nodeName = '' } = pod.spec;
  const nominated = pod.status?.nominatedNodeName ?? '';
  return nodeName !== '' || nominated === '' || isTerminal(pod) ? undefined : nominated;
}

/** It takes the same and no rule can tell it from what it was. */
function isAlike({ metadata: before }: Pod, { metadata: after }: Pod): boolean {
  return (
    before.generation === after.generation &&
    before.deletionTimestamp === after.deletionTimestamp &&
    isEqualJson(before.labels, after.labels)
  );
}
