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

describe('arrivals in every 100 ms', () => {
  it.each([
    { name: '50 a second', from: 50, to: 50 },
    { name: '500 a second', from: 500, to: 500 },
    { name: '5,000 a second', from: 5_000, to: 5_000 },
    { name: 'a ramp from 50 to 5,000 a second', from: 50, to: 5_000 },
    { name: 'a ramp down to silence', from: 500, to: 0 },
  ])('at $name are within one of the integral of the rate', ({ from, to }) => {
    const durationMs = 10_000;
    const stage = { kind: 'ramp', name: 'r', durationMs, fromPerSecond: from, toPerSecond: to };
    const profile = profileOf({ stages: [{ ...stage, kind: 'ramp' }] });
    const counts: number[] = Array.from({ length: 100 }, () => 0);

    for (const instant of instantsOf(scheduleOf(profile, { spacing: 'even', seed: 1 }))) {
      const window = Math.min(99, Math.floor(instant / 100));
      counts[window] = (counts[window] ?? 0) + 1;
    }

    for (const [window, count] of counts.entries()) {
      const midSeconds = window / 10 + 0.05;
      const expected = (from + ((to - from) * midSeconds) / 10) / 10;
      expect(Math.abs(count - expected)).toBeLessThanOrEqual(1);
    }
  });
});

describe('shares of a schedule', () => {
  it.each(['even', 'poisson'] as const)(
    'are together the %s schedule, byte for byte, however many there are',
    (spacing) => {
      const whole = [...instantsOf(scheduleOf(tenASecond, { spacing, seed: 5 }))];

      for (const count of [1, 2, 3, 7, 40]) {
        const shares = Array.from({ length: count }, (_, index) => [
          ...instantsOf(shareOf(scheduleOf(tenASecond, { spacing, seed: 5 }), { index, count })),
        ]);
        const dealt = whole.map(
          (_, number) => shares[number % count]?.[Math.floor(number / count)],
        );
        expect(dealt).toEqual(whole);
        expect(shares.flat()).toHaveLength(whole.length);
      }
    },
  );

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
