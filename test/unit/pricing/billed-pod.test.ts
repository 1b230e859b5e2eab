import { describe, expect, it } from 'vitest';
import { bundledPriceBook } from '../../../src/experiment/price-books.js';
import { billedSize } from '../../../src/pricing/billed-pod.js';
import type { PodSizes } from '../../../src/pricing/prices.js';

const MIB = 1024 ** 2;

function sizesOf(name: string): PodSizes {
  const book = bundledPriceBook(name);
  if (book?.kind !== 'pods') throw new Error(`expected a book that bills pods, found ${name}`);
  return book.sizes;
}

/** Millicores and MiB that are billed for millicores and MiB requested. */
function billed(sizes: PodSizes, cpuMillicores: number, mib: number) {
  const size = billedSize({ cpuMillicores, memoryBytes: mib * MIB }, sizes);
  return size === undefined ? undefined : [size.cpuMillicores, size.memoryBytes / MIB];
}

describe('what Fargate bills for a pod', () => {
  it.each([
    { name: 'the smallest size with 256 MiB beside', asked: [100, 256], size: [250, 512] },
    { name: 'more memory when 256 MiB do not fit beside', asked: [250, 257], size: [250, 1024] },
    { name: 'more CPU when no memory of its CPU is enough', asked: [250, 2048], size: [500, 3072] },
    { name: 'the least memory of the next CPU', asked: [1100, 512], size: [2000, 4096] },
    { name: 'its largest size', asked: [4000, 30464], size: [4000, 30720] },
    { name: 'nothing, it has no such size', asked: [4000, 30465], size: undefined },
    { name: 'nothing, it has no such CPU', asked: [4001, 1], size: undefined },
  ])('is $name', ({ asked: [cpu = 0, mib = 0], size }) => {
    expect(billed(sizesOf('fargate'), cpu, mib)).toEqual(size);
  });
});

describe('what Autopilot bills for a pod', () => {
  it.each([
    { name: 'what it requests', asked: [200, 256], size: [200, 256] },
    { name: 'the minimum of both', asked: [1, 1], size: [50, 52] },
    { name: 'memory raised to 1 GiB a vCPU', asked: [1000, 100], size: [1000, 1024] },
    // 2 GiB / 6.5 = 307.69 millicores
    { name: 'CPU raised to a vCPU for 6.5 GiB', asked: [100, 2048], size: [308, 2048] },
  ])('is $name', ({ asked: [cpu = 0, mib = 0], size }) => {
    expect(billed(sizesOf('gke-autopilot'), cpu, mib)).toEqual(size);
  });

  it('is rounded up to steps where there are any', () => {
    const steps: PodSizes = {
      kind: 'steps',
      minCpuMillicores: 250,
      minMemoryMib: 512,
      cpuStepMillicores: 250,
      memoryStepMib: 256,
      minGibPerVcpu: 1,
      maxGibPerVcpu: 6.5,
    };

    expect(billed(steps, 251, 513)).toEqual([500, 768]);
    expect(billed(steps, 750, 768)).toEqual([750, 768]);
  });
});
