/** The CPUs of a node, shared by what runs on it. */
import type { EventLoop } from './event-loop.js';

/** A thread on the node. */
export interface NodeThread {
  readonly loop: EventLoop;
  /** Its share when there is not enough for all: its CPU request, at least a little. */
  readonly weight: number;
  /** CPUs that it gets when there is enough. */
  readonly threadCpus: number;
  /** Of the node itself, in no pod. */
  readonly isSystem?: true;
}

/** Linux's weight of what is in no group of its own (1,024), in thousandths of a CPU as pods have theirs. */
export const SYSTEM_WEIGHT = 1_000;

/**
 * While all that is busy fits the node, each thread runs at its full speed; when not, they share by
 * their weights (Linux's `cpu.shares`), and what one cannot use goes to the others. All pods together
 * weigh as much as the node has CPUs, whatever they ask for, as the kubelet's group `kubepods` does.
 */
export class NodeCpus {
  /** How many there are. */
  readonly cpus: number;
  readonly #busy = new Set<NodeThread>();
  #wanted = 0;
  #isShort = false;

  constructor(cpus: number) {
    this.cpus = cpus;
  }

  /** A thread begins to be busy, or has nothing more to do. */
  set(thread: NodeThread, isBusy: boolean): void {
    if (isBusy === this.#busy.has(thread)) return;
    if (isBusy) this.#busy.add(thread);
    else this.#busy.delete(thread);
    this.#wanted += isBusy ? thread.threadCpus : -thread.threadCpus;
    const isShort = this.#wanted > this.cpus + 1e-9;
    if (isShort || this.#isShort) this.#share();
    this.#isShort = isShort;
    if (!isBusy) thread.loop.setSpeed(thread.threadCpus);
  }

  /** Water filling: who needs less than a fair share gets what it needs, and the rest is shared anew. */
  #share(): void {
    let left = this.cpus;
    const open = this.#weighed().sort((a, b) => a.threadCpus / a.weight - b.threadCpus / b.weight);
    let weights = open.reduce((sum, { weight }) => sum + weight, 0);
    for (const { loop, weight, threadCpus } of open) {
      const speed = Math.min(threadCpus, (left * weight) / weights);
      loop.setSpeed(speed);
      left -= speed;
      weights -= weight;
    }
  }

  #weighed(): { readonly loop: EventLoop; readonly weight: number; readonly threadCpus: number }[] {
    let asked = 0;
    let hasSystem = false;
    for (const { isSystem, weight } of this.#busy) {
      if (isSystem === true) hasSystem = true;
      else asked += weight;
    }
    const perAsked = hasSystem ? (this.cpus * 1_000) / asked : 1;
    return [...this.#busy].map(({ loop, threadCpus, weight, isSystem }) => {
      return { loop, threadCpus, weight: isSystem === true ? weight : weight * perAsked };
    });
  }
}
