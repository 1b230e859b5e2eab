/** A node, the pods on it and what they take, kept up to date by addition and subtraction. */
import type { Node, Pod } from '../../core/objects.js';
import { PodClasses } from './pod-classes.js';
import type { PodClass } from './pod-classes.js';
import { amountsOf, podRequests, scoredRequests } from './pod-requests.js';
import type { Amounts } from './pod-requests.js';

/** A host port that a pod takes. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** What filters and scores see of a node: not a copy, it follows what is booked. */
export interface NodeView {
  readonly node: Node;
  readonly allocatable: Amounts;
  /** Sum of requests of the pods on it. */
  readonly requested: Amounts;
  /** The same with something assumed of pods that ask for nothing. */
  readonly scored: Amounts;
  readonly pods: ReadonlyMap<string, Pod>;
  /** The same pods, by what tells them apart for rules about other pods. */
  readonly classes: { values(): Iterable<PodClass> };
  /** Host ports by the pod that takes them; pods without any are not in it. */
  readonly hostPorts: ReadonlyMap<string, readonly HostPort[]>;
}

interface Placed {
  readonly requests: Amounts;
  readonly scored: Amounts;
}

/** The books of one node. Pods may be booked before the node itself is known. */
export class NodeInfo {
  #pods = new Map<string, Pod>();
  #placed = new Map<string, Placed>();
  #requested = new Map<string, number>();
  #scored = new Map<string, number>();
  #hostPorts = new Map<string, readonly HostPort[]>();
  #classes = new PodClasses();
  #node: Node | undefined;
  #view: NodeView | undefined;

  /** Nothing is known of it any more. */
  get isEmpty(): boolean {
    return this.#view === undefined && this.#pods.size === 0;
  }

  /** What is to be seen of the node; undefined while it is not there. */
  get view(): NodeView | undefined {
    return this.#view;
  }

  setNode(node: Node | undefined): void {
    this.#node = node;
    this.#view =
      node === undefined
        ? undefined
        : {
            node,
            allocatable: amountsOf(node.status?.allocatable),
            requested: this.#requested,
            scored: this.#scored,
            pods: this.#pods,
            classes: this.#classes,
            hostPorts: this.#hostPorts,
          };
  }

  /** Books a pod, or a later version of it. */
  addPod(key: string, pod: Pod): void {
    this.removePod(key);
    const placed = { requests: podRequests(pod), scored: scoredRequests(pod) };
    this.#pods.set(key, pod);
    this.#placed.set(key, placed);
    this.#classes.add(pod);
    book(this.#requested, placed.requests, 1);
    book(this.#scored, placed.scored, 1);
    const hostPorts = hostPortsOf(pod);
    if (hostPorts.length > 0) this.#hostPorts.set(key, hostPorts);
  }

  /** A later version of a booked pod that takes the same and is of the same class. */
  replacePod(key: string, pod: Pod): void {
    this.#pods.set(key, pod);
  }

  removePod(key: string): void {
    const placed = this.#placed.get(key);
    const pod = this.#pods.get(key);
    if (placed === undefined || pod === undefined) return;
    this.#pods.delete(key);
    this.#placed.delete(key);
    this.#hostPorts.delete(key);
    this.#classes.remove(pod);
    book(this.#requested, placed.requests, -1);
    book(this.#scored, placed.scored, -1);
  }

  /** Another with the same books, to try on it what would be. */
  copy(): NodeInfo {
    const copy = new NodeInfo();
    copy.#pods = new Map(this.#pods);
    copy.#placed = new Map(this.#placed);
    copy.#requested = new Map(this.#requested);
    copy.#scored = new Map(this.#scored);
    copy.#hostPorts = new Map(this.#hostPorts);
    copy.#classes = this.#classes.copy();
    copy.setNode(this.#node);
    return copy;
  }
}

/** Host ports that a pod takes. */
export function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  return [...spec.containers, ...sidecarsOf(spec)].flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort === undefined || hostPort === 0
        ? []
        : [{ ip: hostIP ?? '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort }],
    ),
  );
}

/** Init containers that run beside the others. */
function sidecarsOf({ initContainers = [] }: Pod['spec']): Pod['spec']['containers'] {
  return initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
}

function book(books: Map<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const [name, value] of amounts) books.set(name, (books.get(name) ?? 0) + sign * value);
}
