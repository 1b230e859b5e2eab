import { describe, expect, it } from 'vitest';
import { profileOf } from '../../../src/load/profile.js';
import { instantsOf, scheduleOf, shareOf } from '../../../src/load/schedule.js';

const tenASecond = profileOf({
  stages: [{ kind: 'constant', name: 'c', durationMs: 1_000, ratePerSecond: 10 }],
});

describe('even spacing', () => {
  it('sends at the middle of each arrival interval', () => {
    const instants = [...instantsOf(scheduleOf(tenASecond, { spacing: 'even', seed: 1 }))];

    expect(instants.map((instant) => Math.round(instant))).toEqual([
      50, 150, 250, 350, 450, 550, 650, 750, 850, 950,
    ]);
  });

  it('sends nothing for less than half an arrival', () => {
    const little = profileOf({
      stages: [{ kind: 'constant', name: 'c', durationMs: 1_000, ratePerSecond: 0.5 }],
    });

    expect([...instantsOf(scheduleOf(little, { spacing: 'even', seed: 1 }))]).toEqual([]);
  });
});

describe('poisson spacing', () => {
  const busy = profileOf({
    stages: [{ kind: 'constant', name: 'c', durationMs: 100_000, ratePerSecond: 200 }],
  });
  const instants = [...instantsOf(scheduleOf(busy, { spacing: 'poisson', seed: 7 }))];

  it('has about as many arrivals as the integral (within four standard deviations)', () => {
    expect(Math.abs(instants.length - 20_000)).toBeLessThan(4 * Math.sqrt(20_000));
  });

  it('has gaps whose standard deviation is their mean, as an exponential distribution has', () => {
    const gaps = instants.slice(1).map((instant, index) => instant - (instants[index] ?? 0));
    const mean = gaps.reduce((total, gap) => total + gap, 0) / gaps.length;
    const variance = gaps.reduce((total, gap) => total + (gap - mean) ** 2, 0) / gaps.length;

    expect(mean).toBeCloseTo(5, 0);
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.97);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.03);
  });

  it('differs from seed to seed', () => {
    const other = scheduleOf(busy, { spacing: 'poisson', seed: 8 });

    expect(other.next()).not.toBe(instants[0]);
  });
});

describe('shares of a schedule', () => {
  it('are every arrival once, dealt in turn', () => {
    expect(share(0)).toEqual([50, 350, 650, 950]);
    expect(share(1)).toEqual([150, 450, 750]);
    expect(share(2)).toEqual([250, 550, 850]);
  });
});

function share(index: number): readonly number[] {
  const schedule = scheduleOf(tenASecond, { spacing: 'even', seed: 1 });
  return [...instantsOf(shareOf(schedule, { index, count: 3 }))].map((instant) =>
    Math.round(instant),
  );
}
