/** How a node's CPUs are shared, between pods and with what the node itself does. */
import { describe, expect, it } from 'vitest';
import { EventLoop } from '../../../../src/cluster/simulated/event-loop.js';
import { NodeAgents } from '../../../../src/cluster/simulated/node-agents.js';
import { NodeCpus } from '../../../../src/cluster/simulated/node-cpus.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

/** Busy for good. */
function busyPod(node: NodeCpus, clock: VirtualClock, weight: number): EventLoop {
  const loop = new EventLoop({
    clock,
    speed: 1,
    phaseMs: 0,
    onBusy: (isBusy) => node.set(thread, isBusy),
  });
  const thread = { loop, weight, threadCpus: 1 };
  loop.submit({ cpuMs: 1e9, done: () => undefined });
  return loop;
}

describe('the CPUs of a node', () => {
  it.each([
    { name: 'what fits runs at full speed', cpus: 2, weights: [200, 400], got: [1_000, 1_000] },
    { name: 'what does not shares by its requests', cpus: 1, weights: [200, 600], got: [250, 750] },
    {
      name: 'what one cannot use goes to the others',
      cpus: 2,
      weights: [100, 100, 800],
      got: [500, 500, 1_000],
    },
  ])('$name', ({ cpus, weights, got }) => {
    const clock = new VirtualClock(0);
    const node = new NodeCpus(cpus);
    const loops = weights.map((weight) => busyPod(node, clock, weight));
    clock.advance(1_000);
    expect(loops.map((loop) => Math.round(loop.use().cpuMs))).toEqual(got);
  });
});

describe('starting containers', () => {
  it.each([
    // of 2 CPUs all pods weigh 2,000 together and each start 1,000, until its 500 ms are done
    { name: 'takes from pods where the node is short', starts: 2, cpus: 2, pods: [500, 500] },
    { name: 'takes nothing where there is enough', starts: 2, cpus: 4, pods: [500, 500] },
  ])('$name', ({ starts, cpus, pods }) => {
    const clock = new VirtualClock(0);
    const node = new NodeCpus(cpus);
    const loops = pods.map((weight) => busyPod(node, clock, weight));
    const agents = new NodeAgents({
      clock,
      random: seededRandom(1),
      node,
      containerStartCpuMs: { kind: 'constant', value: 500 },
    });
    for (let start = 0; start < starts; start++) agents.startContainer();
    clock.advance(1_000);
    const least = cpus === 2 ? 500 : 1_000;
    for (const loop of loops) expect(Math.round(loop.use().cpuMs)).toBe(least);
    clock.advance(1_000);
    // when all have started, pods have the node for themselves
    for (const loop of loops) expect(Math.round(loop.use().cpuMs)).toBe(least + 1_000);
  });

  it('costs nothing in a model that says nothing of it', () => {
    const clock = new VirtualClock(0);
    const node = new NodeCpus(1);
    const loop = busyPod(node, clock, 100);
    const random = seededRandom(1);
    new NodeAgents({ clock, random, node, containerStartCpuMs: undefined }).startContainer();
    clock.advance(1_000);
    expect(Math.round(loop.use().cpuMs)).toBe(1_000);
  });
});
