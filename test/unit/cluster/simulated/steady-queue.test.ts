import { describe, expect, it } from 'vitest';
import type { RequestSample } from '../../../../src/cluster/simulated/request-costs.js';
import { steadyQueue, type SteadyQueue } from '../../../../src/cluster/simulated/steady-queue.js';
import { SteadyQueues } from '../../../../src/cluster/simulated/steady-queues.js';
import { seededRandom } from '../../../../src/core/random.js';

const CPU_MS = 10;
const CONSTANT: readonly RequestSample[] = [{ kind: 0, cpuMs: CPU_MS, waitMs: 0, networkMs: 0 }];

/** Mean time in the pod over some seeds, ms. */
function inPodMs(sample: readonly RequestSample[], utilization: number): number {
  const times = Array.from({ length: 40 }, (_, index) => index + 1).map(
    (seed) =>
      steadyQueue(
        sample,
        { perMs: utilization / CPU_MS, evenlyOver: undefined, speed: 1, drift: 1 },
        seededRandom(seed),
      ).inPodMs,
  );
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

describe('a steady queue', () => {
  it.each([0.3, 0.5, 0.7, 0.8])(
    'has the mean of M/D/1 (Pollaczek and Khinchine) at a utilization of %s',
    (utilization) => {
      const expected = CPU_MS * (1 + utilization / (2 * (1 - utilization)));
      expect(Math.abs(inPodMs(CONSTANT, utilization) / expected - 1)).toBeLessThan(0.03);
    },
  );

  it.each([0.3, 0.5, 0.7])('has the mean of M/M/1 at a utilization of %s', (utilization) => {
    const sample = Array.from({ length: 4_096 }, (_, index) => ({
      kind: 0,
      // the quantiles of an exponential distribution: its mean without an error
      cpuMs: -CPU_MS * Math.log(1 - (index + 0.5) / 4_096),
      waitMs: 0,
      networkMs: 0,
    }));
    const expected = CPU_MS / (1 - utilization);
    expect(Math.abs(inPodMs(sample, utilization) / expected - 1)).toBeLessThan(0.04);
  });

  it('is throttled at its limit: 25 ms at half a CPU take 25 or 75 ms', () => {
    const queue = throttled(0.002);
    const times = queue.times[0];
    expect(queue.throttledPeriods).toBeGreaterThanOrEqual(0);
    expect(times?.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    // a quota of 50 ms holds two requests: the third of a period waits for the next one
    expect(queue.inPodMs).toBeGreaterThan(25);
    expect(throttled(0.018).throttledPeriods).toBeGreaterThan(queue.throttledPeriods);
  });

  it('waits less where every arrival takes one of few pods than where arrivals are random', () => {
    const load = { perMs: 0.08, speed: 1, drift: 1 };
    const one = steadyQueue(CONSTANT, { ...load, evenlyOver: 1 }, seededRandom(1));
    const random = steadyQueue(CONSTANT, { ...load, evenlyOver: undefined }, seededRandom(1));
    expect(one.inPodMs).toBeCloseTo(CPU_MS, 6);
    expect(random.inPodMs).toBeGreaterThan(2 * CPU_MS);
  });

  it('is not steady near saturation', () => {
    const costs = {
      sample: CONSTANT,
      meanCpuMs: CPU_MS,
      kinds: [{ share: 1, meanCpuMs: CPU_MS, meanAsideMs: 0 }],
    };
    const queues = new SteadyQueues(seededRandom(1));
    const at = (utilization: number) =>
      queues.mixOf({
        perMs: utilization / CPU_MS,
        costs,
        drift: 1,
        speed: 1,
        evenlyOver: undefined,
      });
    expect(at(0.99)).toBeUndefined();
    expect(at(1.5)).toBeUndefined();
    const mix = at(0.51);
    expect(mix?.share).toBeCloseTo(0.4, 6);
    expect(mix?.low.inPodMs).toBeLessThan(mix?.high.inPodMs ?? 0);
  });
});

function throttled(perMs: number): SteadyQueue {
  const sample = [{ kind: 0, cpuMs: 25, waitMs: 0, networkMs: 0 }];
  const load = { perMs, evenlyOver: undefined, speed: 1, limitCpus: 0.5, drift: 1 };
  return steadyQueue(sample, load, seededRandom(1));
}
