/** What a node itself does for its containers: its kubelet and container runtime want CPU as pods do. */
import type { Random } from '../../core/random.js';
import { drawOf, type Scatter } from '../../core/scatter.js';
import type { Clock } from '../../time/clock.js';
import { EventLoop } from './event-loop.js';
import { type NodeCpus, type NodeThread, SYSTEM_WEIGHT } from './node-cpus.js';

/** What the agents of a node are made from. */
export interface NodeAgentsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly node: NodeCpus;
  /** CPU of starting one container, ms; absent: none. */
  readonly containerStartCpuMs: Scatter | undefined;
}

/** Work beside the pods, without a limit: many containers that start at once slow all others down. */
export class NodeAgents {
  readonly #options: NodeAgentsOptions;
  readonly #draw: () => number;

  constructor(options: NodeAgentsOptions) {
    this.#options = options;
    const { containerStartCpuMs, random } = options;
    this.#draw = containerStartCpuMs === undefined ? () => 0 : drawOf(containerStartCpuMs, random);
  }

  /** A container, or a pod's sandbox, begins to be started: a process of its own does that. */
  startContainer(): void {
    const cpuMs = this.#draw();
    if (cpuMs <= 0) return;
    const { clock, node } = this.#options;
    const loop = new EventLoop({
      clock,
      speed: 1,
      phaseMs: clock.now(),
      onBusy: (isBusy) => node.set(thread, isBusy),
    });
    const thread: NodeThread = { loop, weight: SYSTEM_WEIGHT, threadCpus: 1, isSystem: true };
    loop.submit({ cpuMs, done: () => undefined });
  }
}
