/** A node, the pods on it and what they take, kept up to date by addition and subtraction. */
import type { Node, Pod } from '../../core/objects.js';
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
  /** Host ports by the pod that takes them; pods without any are not in it. */
  readonly hostPorts: ReadonlyMap<string, readonly HostPort[]>;
}

interface Placed {
  readonly requests: Amounts;
  readonly scored: Amounts;
}

/** The books of one node. Pods may be booked before the node itself is known. */
export class NodeInfo {
  readonly #pods = new Map<string, Pod>();
  readonly #placed = new Map<string, Placed>();
  readonly #requested = new Map<string, number>();
  readonly #scored = new Map<string, number>();
  readonly #hostPorts = new Map<string, readonly HostPort[]>();
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
    this.#view =
      node === undefined
        ? undefined
        : {
            node,
            allocatable: amountsOf(node.status?.allocatable),
            requested: this.#requested,
            scored: this.#scored,
            pods: this.#pods,
            hostPorts: this.#hostPorts,
          };
  }

  /** Books a pod, or a later version of it. */
  addPod(key: string, pod: Pod): void {
    this.removePod(key);
    const placed = { requests: podRequests(pod), scored: scoredRequests(pod) };
    this.#pods.set(key, pod);
    this.#placed.set(key, placed);
    book(this.#requested, placed.requests, 1);
    book(this.#scored, placed.scored, 1);
    const hostPorts = hostPortsOf(pod);
    if (hostPorts.length > 0) this.#hostPorts.set(key, hostPorts);
  }

  /** A later version of a booked pod that takes the same. */
  replacePod(key: string, pod: Pod): void {
    this.#pods.set(key, pod);
  }

  removePod(key: string): void {
    const placed = this.#placed.get(key);
    if (placed === undefined) return;
    this.#pods.delete(key);
    this.#placed.delete(key);
    this.#hostPorts.delete(key);
    book(this.#requested, placed.requests, -1);
    book(this.#scored, placed.scored, -1);
  }
}

/** Host ports that a pod takes. */
export function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  return spec.containers.flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort === undefined || hostPort === 0
        ? []
        : [{ ip: hostIP ?? '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort }],
    ),
  );
}

function book(books: Map<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const [name, value] of amounts) books.set(name, (books.get(name) ?? 0) + sign * value);
}
