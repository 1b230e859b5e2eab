import { describe, expect, it } from 'vitest';
import {
  planShare,
  processesFor,
  processFaults,
  workerFaults,
  workersFor,
} from '../../../src/load/plan-shares.js';
import { oneRequest } from '../../../src/load/request-spec.js';
import type { LoadPlan } from '../../../src/load/sender.js';

function open(ratePerSecond: number): LoadPlan['load'] {
  const stage = { kind: 'constant', name: 'c', durationMs: 1_000, ratePerSecond } as const;
  return { model: 'open', spacing: 'even', profile: { stages: [stage] } };
}

const plan: LoadPlan = {
  load: open(500),
  requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
  connections: { kind: 'keep-alive' },
  maxConnections: 100,
  maxInFlight: 1_001,
  timeoutMs: 1_000,
  seed: 1,
};
const closed: LoadPlan['load'] = { model: 'closed', concurrency: 5, durationMs: 1_000 };

describe('the number of load workers', () => {
  it.each([
    { name: 'is one for a low rate', load: open(3_000), workers: 1 },
    { name: 'is one for every 3,000/s begun', load: open(20_000), workers: 7 },
    { name: 'is never more than connections', load: open(2_000_000), workers: 100 },
    { name: 'is one for a closed model', load: closed, workers: 1 },
  ])('$name', ({ load, workers }) => {
    expect(workersFor({ ...plan, load })).toBe(workers);
  });

  it.each([
    { name: 'by the rate', workers: 'auto' as const, faults: [] },
    { name: 'as many as users', workers: 5, faults: [] },
    {
      name: 'more than users',
      workers: 6,
      faults: ['workers: expected at most 5 (a user for each), got 6'],
    },
    {
      name: 'none',
      workers: 0,
      faults: ['workers: expected a whole number from 1 to 1000, got 0'],
    },
  ])('may be told: $name', ({ workers, faults }) => {
    expect(workerFaults({ ...plan, load: closed }, workers)).toEqual(faults);
  });
});

describe('the number of sender processes', () => {
  it.each([
    { name: 'is one for a low rate, whatever there is', rate: 3_000, cores: 64, count: 1 },
    { name: 'rises with the rate', rate: 3_001, cores: 64, count: 2 },
    { name: 'is one for every 3,000/s begun', rate: 20_000, cores: 64, count: 7 },
    { name: 'leaves a core to everything else', rate: 20_000, cores: 4, count: 3 },
    { name: 'is one where there is one core', rate: 20_000, cores: 1, count: 1 },
    { name: 'is one for silence', rate: 0, cores: 8, count: 1 },
  ])('$name', ({ rate, cores, count }) => {
    expect(processesFor({ ...plan, load: open(rate) }, cores)).toBe(count);
  });

  it('counts the requests of sessions, not the sessions alone', () => {
    const [one] = plan.requests;
    if (one === undefined) throw new Error('expected a session');
    const long = { ...one, weight: 3, steps: one.steps.concat(one.steps, one.steps) };

    // 2,000 sessions a second of (3 x 3 + 1 x 1) / 4 = 2.5 requests
    expect(processesFor({ ...plan, load: open(2_000), requests: [one, long] }, 8)).toBe(2);
  });

  it('is never more than there are connections to share out', () => {
    expect(processesFor({ ...plan, load: open(20_000), maxConnections: 2 }, 8)).toBe(2);
  });

  it('is one for a closed model', () => {
    expect(processesFor({ ...plan, load: closed }, 8)).toBe(1);
  });

  it.each([
    { name: 'a half', processes: 1.5, fault: 'a whole number from 1 to 64, got 1.5' },
    { name: 'none', processes: 0, fault: 'got 0' },
    { name: 'no number', processes: Number.NaN, fault: 'got NaN' },
    { name: 'more than users', processes: 6, fault: 'at most 5 (a user for each), got 6' },
  ])('that was asked for is refused where it is $name', ({ processes, fault }) => {
    const faults = processFaults({ ...plan, load: closed }, processes);

    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  it('that was asked for may be any that has something to do', () => {
    expect(processFaults(plan, 64)).toEqual([]);
    expect(processFaults(plan, 'auto')).toEqual([]);
    expect(processFaults({ ...plan, maxInFlight: 3 }, 4)[0]).toContain('at most 3');
  });
});

describe('the plan of a share', () => {
  it.each([1, 2, 3, 7])('has its part of all that is bounded, of %d', (count) => {
    const shares = Array.from({ length: count }, (_, index) => planShare(plan, { index, count }));

    for (const field of ['maxConnections', 'maxInFlight'] as const) {
      const parts = shares.map((share) => share[field]);
      expect(parts.reduce((sum, part) => sum + part)).toBe(plan[field]);
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
    }
    expect(shares.map(({ load }) => load)).toEqual(shares.map(() => plan.load));
  });

  it('has its part of the users', () => {
    const users = [0, 1].map((index) => {
      const { load } = planShare({ ...plan, load: closed }, { index, count: 2 });
      return load.model === 'closed' ? load.concurrency : undefined;
    });

    expect(users).toEqual([3, 2]);
  });
});
