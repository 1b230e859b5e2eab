import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpuBudget } from '../../../../src/cluster/simulated/cpu-budget.js';
import { drawOf, meanOf, type Scatter } from '../../../../src/core/scatter.js';
import { EventLoop } from '../../../../src/cluster/simulated/event-loop.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

describe('a thread under a CPU limit', () => {
  it.each([
    { of: 'no limit', limitCpus: undefined, fromMs: 0, workMs: 250, doneMs: 250 },
    { of: 'what fits the period', limitCpus: 0.5, fromMs: 0, workMs: 50, doneMs: 50 },
    { of: 'a little more than the quota', limitCpus: 0.5, fromMs: 0, workMs: 51, doneMs: 101 },
    { of: 'three quotas', limitCpus: 0.5, fromMs: 0, workMs: 150, doneMs: 250 },
    { of: 'a start late in the period', limitCpus: 0.5, fromMs: 80, workMs: 30, doneMs: 110 },
    {
      of: 'a start late, and more than the next quota',
      limitCpus: 0.2,
      fromMs: 90,
      workMs: 35,
      doneMs: 205,
    },
    { of: 'a limit of a whole core', limitCpus: 1, fromMs: 30, workMs: 500, doneMs: 530 },
  ])('is done as reckoned by hand: $of', ({ limitCpus, fromMs, workMs, doneMs }) => {
    const budget = new CpuBudget({
      speed: 1,
      phaseMs: 0,
      ...(limitCpus === undefined ? {} : { limitCpus }),
    });
    expect(budget.doneAt(fromMs, workMs)).toBeCloseTo(doneMs, 6);
    expect(budget.run(fromMs, doneMs)).toBeCloseTo(workMs, 6);
  });

  it('counts periods and what it was held back', () => {
    const clock = new VirtualClock(0);
    const loop = new EventLoop({ clock, speed: 1, limitCpus: 0.2, phaseMs: 0 });
    const doneAt: number[] = [];
    for (const cpuMs of [30, 5]) loop.submit({ cpuMs, done: () => doneAt.push(clock.now()) });
    clock.advance(1_000);

    expect(doneAt).toEqual([110, 115]);
    expect(loop.use()).toEqual({ cpuMs: 35, periods: 2, throttledPeriods: 1, throttledMs: 80 });
  });

  it('gets its limit and no more when it always has something to do', () => {
    const clock = new VirtualClock(0);
    const loop = new EventLoop({ clock, speed: 1, limitCpus: 0.35, phaseMs: 17 });
    loop.submit({ cpuMs: 1e6, done: () => undefined });
    clock.advance(100_017);
    const { cpuMs, periods, throttledPeriods, throttledMs } = loop.use();
    expect(cpuMs / 100_017).toBeCloseTo(0.35, 3);
    expect(throttledPeriods / periods).toBeGreaterThan(0.99);
    expect(throttledMs / 100_017).toBeCloseTo(0.65, 3);
  });

  it('goes on where it was when its share of the machine changes', () => {
    const clock = new VirtualClock(0);
    const loop = new EventLoop({ clock, speed: 1, phaseMs: 0 });
    const doneAt: number[] = [];
    loop.submit({ cpuMs: 100, done: () => doneAt.push(clock.now()) });
    clock.advance(40);
    loop.setSpeed(0.5);
    clock.advance(200);
    expect(doneAt).toEqual([160]);
  });

  it('does nothing more once it is stopped', () => {
    const clock = new VirtualClock(0);
    const loop = new EventLoop({ clock, speed: 1, phaseMs: 0 });
    let done = 0;
    loop.submit({ cpuMs: 10, done: () => done++ });
    clock.advance(5);
    loop.stop();
    clock.advance(100);
    expect(done).toBe(0);
    expect(loop.use().cpuMs).toBe(5);
  });

  it('is done when its own booking says so, whatever the limit, the work and the moment', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 2, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 300, noNaN: true }),
            fc.double({ min: 0.01, max: 400, noNaN: true }),
          ),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        (limitCpus, speed, jobs) => {
          const clock = new VirtualClock(0);
          const loop = new EventLoop({ clock, speed, limitCpus, phaseMs: 3 });
          let done = 0;
          for (const [gapMs, cpuMs] of jobs) {
            clock.advance(gapMs);
            loop.submit({ cpuMs, done: () => done++ });
            loop.use();
          }
          clock.advance(1e6);
          const asked = jobs.reduce((sum, [, cpuMs]) => sum + cpuMs, 0);
          return done === jobs.length && Math.abs(loop.use().cpuMs - asked) < 1e-5;
        },
      ),
    );
  });
});

describe('a queue before one thread', () => {
  const MEAN_MS = 10;
  it.each<{ of: string; scatter: Scatter; squares: number; load: number }>([
    { of: 'M/M/1', scatter: { kind: 'exponential', mean: MEAN_MS }, squares: 2, load: 0.6 },
    { of: 'M/M/1', scatter: { kind: 'exponential', mean: MEAN_MS }, squares: 2, load: 0.8 },
    { of: 'M/D/1', scatter: { kind: 'constant', value: MEAN_MS }, squares: 1, load: 0.6 },
    { of: 'M/D/1', scatter: { kind: 'constant', value: MEAN_MS }, squares: 1, load: 0.8 },
    {
      of: 'M/G/1 (uniform)',
      scatter: { kind: 'uniform', low: 0, high: 2 * MEAN_MS },
      squares: 4 / 3,
      load: 0.7,
    },
  ])(
    'of $of at $load has the mean response time of Pollaczek and Khinchine within 2 %',
    ({ scatter, squares, load }) => {
      // W = E[S] + load x E[S^2] / (2 E[S] (1 - load)); `squares` is E[S^2] / E[S]^2
      const expected = MEAN_MS * (1 + (load * squares) / (2 * (1 - load)));
      expect(Math.abs(meanResponse(scatter, load) - expected) / expected).toBeLessThan(0.02);
    },
  );

  function meanResponse(scatter: Scatter, load: number): number {
    const clock = new VirtualClock(0);
    const random = seededRandom(4);
    const loop = new EventLoop({ clock, speed: 1, phaseMs: 0 });
    const service = drawOf(scatter, random.child('service'));
    const gap = drawOf({ kind: 'exponential', mean: MEAN_MS / load }, random.child('arrivals'));
    const count = 400_000;
    let sum = 0;
    let arrived = 0;
    const arrive = (): void => {
      const atMs = clock.now();
      loop.submit({ cpuMs: service(), done: () => (sum += clock.now() - atMs) });
      if (++arrived < count) clock.after(gap(), arrive);
    };
    arrive();
    clock.advance((count * MEAN_MS * 2) / load);
    return sum / count;
  }
});

describe('values that scatter', () => {
  it.each<Scatter>([
    { kind: 'constant', value: 3 },
    { kind: 'uniform', low: 1, high: 4 },
    { kind: 'exponential', mean: 5 },
    { kind: 'lognormal', median: 20, sigma: 0.5 },
    { kind: 'empirical', values: [1, 2, 2, 9] },
  ])('have the mean they say: $kind', (scatter) => {
    const draw = drawOf(scatter, seededRandom(1));
    const count = 200_000;
    let sum = 0;
    for (let index = 0; index < count; index++) sum += draw();
    expect(Math.abs(sum / count / meanOf(scatter) - 1)).toBeLessThan(0.01);
  });
});
