import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodSize } from '../../../src/pricing/billed-pod.js';
import { fitsNode, nodesFor } from '../../../src/pricing/pack-nodes.js';
import type { NodeShape } from '../../../src/pricing/prices.js';

const MIB = 1024 ** 2;
const NODE: NodeShape = {
  name: 'node',
  vcpus: 2,
  memoryGib: 4,
  allocatableCpuMillicores: 1_000,
  allocatableMemoryMib: 1_000,
  maxPods: 4,
};

function pod(cpuMillicores: number, mib = 1): PodSize {
  return { cpuMillicores, memoryBytes: mib * MIB };
}

describe('nodes for pods', () => {
  it.each([
    { name: 'no pods need none', pods: [], nodes: 0 },
    { name: 'pods that just fill one', pods: [pod(500), pod(500)], nodes: 1 },
    { name: 'one millicore too many takes another', pods: [pod(500), pod(501)], nodes: 2 },
    { name: 'memory counts as CPU does', pods: [pod(1, 600), pod(1, 600)], nodes: 2 },
    { name: 'so does the number of pods', pods: Array.from({ length: 5 }, () => pod(1)), nodes: 2 },
    // First fit in the order given would take 3: 300+300+300, 700, 700.
    {
      name: 'the largest go first',
      pods: [pod(300), pod(300), pod(300), pod(700), pod(700), pod(700)],
      nodes: 3,
    },
  ])('$name', ({ pods, nodes }) => {
    expect(nodesFor(pods, NODE)).toBe(nodes);
  });

  it('are not to be had for a pod larger than a node', () => {
    expect(fitsNode(pod(1_001), NODE)).toBe(false);
    expect(fitsNode(pod(1, 1_001), NODE)).toBe(false);
    expect(() => nodesFor([pod(1_001)], NODE)).toThrow(RangeError);
  });

  it('are at least what the sums ask, at most one a pod, and never fewer for more pods', () => {
    const size = fc.record({
      cpuMillicores: fc.integer({ min: 1, max: 1_000 }),
      memoryBytes: fc.integer({ min: 1, max: 1_000 }).map((mib) => mib * MIB),
    });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 40 }), (pods) => {
        const nodes = nodesFor(pods, NODE);
        const cpu = pods.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0);

        expect(nodes).toBeGreaterThanOrEqual(Math.ceil(cpu / 1_000));
        expect(nodes).toBeGreaterThanOrEqual(Math.ceil(pods.length / 4));
        expect(nodes).toBeLessThanOrEqual(pods.length);
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});
