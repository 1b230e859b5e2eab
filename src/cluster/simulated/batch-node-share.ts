/** What a node's CPUs give to pods whose requests are modelled in batches. */
import type { BatchedCpu } from './modelled-service.js';

/** A pod and the CPUs that it could use. */
export interface CpuWish {
  readonly cpu: BatchedCpu;
  /** At most its limit and its thread. */
  readonly cpus: number;
}

/**
 * The speed of each pod's thread, in the order of the wishes: its own where its node has enough for all; else
 * nodes share by weight, and what one cannot use goes to the others.
 */
export function threadSpeeds(wishes: readonly CpuWish[]): readonly number[] {
  const speeds = wishes.map(({ cpu }) => cpu.threadCpus);
  const nodes = new Map<object, number[]>();
  for (const [index, { cpu }] of wishes.entries()) {
    const ofNode = nodes.get(cpu.node);
    if (ofNode === undefined) nodes.set(cpu.node, [index]);
    else ofNode.push(index);
  }
  for (const indexes of nodes.values()) {
    const wanted = indexes.reduce((sum, index) => sum + (wishes[index]?.cpus ?? 0), 0);
    let left = wishes[indexes[0] ?? 0]?.cpu.node.cpus ?? 0;
    if (wanted <= left) continue;
    const open = indexes.flatMap((index) => {
      const wish = wishes[index];
      return wish === undefined ? [] : [{ index, ...wish, perWeight: wish.cpus / wish.cpu.weight }];
    });
    open.sort((a, b) => a.perWeight - b.perWeight);
    let weights = open.reduce((sum, { cpu }) => sum + cpu.weight, 0);
    for (const { index, cpus, cpu } of open) {
      const given = Math.min(cpus, (left * cpu.weight) / weights);
      if (given < cpus) speeds[index] = given;
      left -= given;
      weights -= cpu.weight;
    }
  }
  return speeds;
}
