/** The signs of life of a lab's nodes, and what nodes say of themselves. */
import type { KubeApi } from '../../control-plane/api.js';
import { LEASE_RENEW_MS, renewNodeLease } from '../../control-plane/kubelet/node-lease.js';
import { NODES } from '../../control-plane/resources.js';
import { kubeTime } from '../../core/kube-time.js';
import type { Condition } from '../../core/objects.js';
import type { Cancel, Clock } from '../../time/clock.js';

/** What a node says of itself: well, or not. */
const SAID: Readonly<Record<'True' | 'False', Condition>> = {
  True: {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  },
  False: {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'container runtime is down',
  },
};

/** The Ready condition of a node that is well. */
export const READY_CONDITION: Condition = SAID.True;

/** Renews the leases of all nodes that are not stopped. */
export class LabHeartbeats {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  readonly #stopped = new Set<string>();
  #cancel: Cancel | undefined;

  constructor(api: KubeApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  start(): void {
    for (const { metadata } of this.#api.list(NODES).items) {
      if (!this.#stopped.has(metadata.name)) {
        renewNodeLease(this.#api, metadata.name, this.#clock.now());
      }
    }
    this.#cancel = this.#clock.after(LEASE_RENEW_MS, () => this.start());
  }

  stop(): void {
    this.#cancel?.();
  }

  /** The node is not heard of any more. */
  stopNode(node: string): void {
    this.#stopped.add(node);
  }

  /** The node is heard of again, and says that it is well. */
  startNode(node: string): void {
    this.#stopped.delete(node);
    renewNodeLease(this.#api, node, this.#clock.now());
    this.say(node, 'True');
  }

  /** The node says how it is. */
  say(name: string, status: 'True' | 'False'): void {
    const node = this.#api.get(NODES, { namespace: '', name });
    if (node === undefined) return;
    const now = kubeTime(this.#clock.now());
    const said = { ...SAID[status], lastHeartbeatTime: now, lastTransitionTime: now };
    const others = (node.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
    const changed = { ...node.status, conditions: [...others, said] };
    this.#api.update(NODES, { ...node, status: changed }, { subresource: 'status' });
  }
}
