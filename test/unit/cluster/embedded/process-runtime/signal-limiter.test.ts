import { describe, expect, it } from 'vitest';
import { SignalLimiter } from '../../../../../src/cluster/embedded/process-runtime/signal-limiter.js';
import type { Clock } from '../../../../../src/time/clock.js';
import { VirtualClock } from '../../../../../src/time/virtual-clock.js';

/** A group that uses `load` cores whenever it may run. */
function aGroup(clock: VirtualClock, load: number) {
  let usedMs = 0;
  let sinceMs = clock.now();
  let isStopped = false;
  const signals: string[] = [];
  const settle = (): void => {
    if (!isStopped) usedMs += (clock.now() - sinceMs) * load;
    sinceMs = clock.now();
  };
  return {
    signals,
    cpuMs: (): number => {
      settle();
      return usedMs;
    },
    signal: (signal: 'SIGSTOP' | 'SIGCONT'): void => {
      settle();
      isStopped = signal === 'SIGSTOP';
      signals.push(signal);
    },
  };
}

/** Timers that fire late by a fixed time, as real ones do. */
function lateClock(clock: VirtualClock, lateMs: number): Clock {
  return {
    now: () => clock.now(),
    after: (delayMs, task) => clock.after(delayMs + lateMs, task),
    sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
  };
}

describe('the signal limiter', () => {
  it.each([
    { limit: 150, load: 1, late: 0 },
    { limit: 150, load: 1, late: 1.2 },
    { limit: 500, load: 2, late: 1.2 },
    { limit: 30, load: 2, late: 3 },
    { limit: 1_500, load: 2, late: 1.2 },
    { limit: 150, load: 1, late: 60 },
  ])(
    'holds $limit m against a load of $load cores with timers $late ms late',
    ({ limit, load, late }) => {
      const clock = new VirtualClock(0);
      const group = aGroup(clock, load);
      const limiter = new SignalLimiter(lateClock(clock, late), {
        ...group,
        limitMillicores: limit,
        cores: 2,
      });

      clock.advance(20_000);

      expect(group.cpuMs() / 20_000).toBeGreaterThan((limit / 1_000) * 0.97);
      expect(group.cpuMs() / 20_000).toBeLessThan((limit / 1_000) * 1.03);
      expect(limiter.throttling.throttledPeriods).toBeGreaterThan(100);
      limiter.close();
    },
  );

  it('does not touch what stays below', () => {
    const clock = new VirtualClock(0);
    const group = aGroup(clock, 0.1);
    const limiter = new SignalLimiter(clock, { ...group, limitMillicores: 150, cores: 2 });

    clock.advance(10_000);

    expect(group.signals).toEqual([]);
    expect(limiter.throttling).toMatchObject({ throttledPeriods: 0, throttledMs: 0 });
    expect(limiter.throttling.periods).toBeGreaterThan(90);
  });

  it('leaves nothing stopped', () => {
    const clock = new VirtualClock(0);
    const group = aGroup(clock, 1);
    const limiter = new SignalLimiter(clock, { ...group, limitMillicores: 100, cores: 2 });
    clock.advance(250);
    expect(group.signals.at(-1)).toBe('SIGSTOP');

    limiter.close();
    limiter.close();
    clock.advance(1_000);

    expect(group.signals.at(-1)).toBe('SIGCONT');
  });

  it('counts how long it stopped a group, also over several periods', () => {
    const clock = new VirtualClock(0);
    const group = aGroup(clock, 2);
    const limiter = new SignalLimiter(lateClock(clock, 5), {
      ...group,
      limitMillicores: 20,
      cores: 2,
    });

    clock.advance(10_000);
    limiter.close();

    const { periods, throttledPeriods, throttledMs } = limiter.throttling;
    expect(periods).toBeGreaterThan(95);
    expect(throttledPeriods).toBeGreaterThan(95);
    // Two cores at 20 m run 1 % of the time.
    expect(throttledMs).toBeGreaterThan(9_500);
    expect(throttledMs).toBeLessThanOrEqual(10_000);
  });
});
