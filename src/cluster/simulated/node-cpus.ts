/** The CPUs of a node, shared by what runs on it. */
import type { EventLoop } from './event-loop.js';

/** A thread on the node. */
export interface NodeThread {
  readonly loop: EventLoop;
  /** Its share when there is not enough for all: its CPU request, at least a little. */
  readonly weight: number;
  /** CPUs that it gets when there is enough. */
  readonly threadCpus: number;
}

/**
 * While all that is busy fits the node, each thread runs at its full speed; when not, they share by
 * their weights (Linux's `cpu.shares`), and what one cannot use goes to the others.
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
    const open = [...this.#busy].sort((a, b) => a.threadCpus / a.weight - b.threadCpus / b.weight);
    let weights = open.reduce((sum, { weight }) => sum + weight, 0);
    for (const { loop, weight, threadCpus } of open) {
      const speed = Math.min(threadCpus, (left * weight) / weights);
      loop.setSpeed(speed);
      left -= speed;
      weights -= weight;
    }
  }
}
