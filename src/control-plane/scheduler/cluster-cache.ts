/** The scheduler's view of the cluster: every node with the pods on it. */
import type { Node, Pod } from '../../core/objects.js';
import type { Cancel } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isTerminal } from '../controllers/pod-state.js';
import type { Informer } from '../controller.js';
import { reconcileKey } from '../object-keys.js';
import { NODES, PODS } from '../resources.js';
import { NodeInfo } from './node-info.js';
import type { NodeView } from './node-info.js';

/** Empty until started; then never behind the API. */
export class ClusterCache implements Informer {
  readonly #infos = new Map<string, NodeInfo>();
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

  #setNode(name: string, node: Node | undefined): void {
    this.#info(name).setNode(node);
    this.#views = undefined;
    this.#forgetEmpty(name);
  }

  #follow({ type, object, previous }: WatchEvent<Pod>): void {
    const key = reconcileKey(object);
    const before = previous === undefined ? undefined : placeOf(previous);
    const after = type === 'DELETED' ? undefined : placeOf(object);
    const isSame = before === after && previous?.metadata.generation === object.metadata.generation;
    if (after !== undefined) {
      if (isSame) this.#info(after).replacePod(key, object);
      else this.#info(after).addPod(key, object);
    }
    if (before !== undefined && before !== after) {
      this.#infos.get(before)?.removePod(key);
      this.#forgetEmpty(before);
    }
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
