/** The search for the highest rate that a service holds, against services made up. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import {
  nextStep,
  searchCapacity,
  type SearchSettings,
  type Trial,
  type TrialOutcome,
} from '../../../src/load/capacity-search.js';

const SETTINGS: SearchSettings = {
  startPerSecond: 100,
  confirmations: 3,
  resolution: 0.05,
  maxTrials: 40,
  maxPerSecond: 10_000,
};
const NEVER = new AbortController().signal;

/** A service of exactly that capacity, and a sender that gives out at some rate. */
function service(capacity: number, senderLimit = Infinity) {
  const tried: number[] = [];
  return {
    tried,
    attempt: (rate: number): Promise<TrialOutcome> => {
      tried.push(rate);
      if (rate > senderLimit) return Promise.resolve('saturated');
      return Promise.resolve(rate <= capacity ? 'held' : 'missed');
    },
  };
}

describe('a search for the capacity', () => {
  it.each([3, 17, 62.5, 99, 100, 101, 137, 333, 2_000, 7_777])(
    'of %d/s finds it within the resolution, from a start of 100/s',
    async (capacity) => {
      const { attempt, tried } = service(capacity);

      const found = await searchCapacity(attempt, SETTINGS, NEVER);

      const low = found.held?.ratePerSecond ?? Number.NaN;
      const high = found.missed?.ratePerSecond ?? Number.NaN;
      expect(found.kind).toBe('found');
      expect(low).toBeLessThanOrEqual(capacity);
      expect(high).toBeGreaterThan(capacity);
      expect((high - low) / high).toBeLessThanOrEqual(SETTINGS.resolution + 0.01);
      expect(found.held).toMatchObject({ held: 3, missed: 0 });
      expect(found.missed).toMatchObject({ held: 0, missed: 2 });
      expect(tried.length).toBeLessThan(40);
    },
  );

  it('from a good estimate takes few tries', async () => {
    const { attempt, tried } = service(110);

    await searchCapacity(attempt, SETTINGS, NEVER);

    expect(tried).toEqual([100, 120, 110, 115, 110, 110, 115]);
  });

  it('says "at least" when the sender gives out first', async () => {
    const { attempt } = service(500, 200);

    const found = await searchCapacity(attempt, SETTINGS, NEVER);

    expect(found.kind).toBe('at-least');
    expect(found.because).toMatch(/^the load generator was the bottleneck at 2\d\d\/s$/);
    expect(found.held?.ratePerSecond).toBeGreaterThan(185);
    expect(found.held?.ratePerSecond).toBeLessThanOrEqual(200);
    expect(found.missed).toBeUndefined();
  });

  it('says "at least" when no higher rate may be tried', async () => {
    const { attempt } = service(5_000);

    const found = await searchCapacity(attempt, { ...SETTINGS, maxPerSecond: 150 }, NEVER);

    expect(found).toMatchObject({ kind: 'at-least', held: { ratePerSecond: 150, held: 3 } });
  });

  it('gives up on a service that holds nothing', async () => {
    const { attempt } = service(0);

    const found = await searchCapacity(attempt, SETTINGS, NEVER);

    expect(found.kind).toBe('nothing-held');
    expect(found.held).toBeUndefined();
    expect(found.missed?.ratePerSecond).toBeLessThan(3);
  });

  it('does not let one saturated second of the machine decide', async () => {
    const { attempt, tried } = service(110);
    const once = (rate: number): Promise<TrialOutcome> =>
      tried.length === 0 ? attempt(rate).then(() => 'saturated') : attempt(rate);

    const found = await searchCapacity(once, SETTINGS, NEVER);

    expect(tried.slice(0, 2)).toEqual([100, 100]);
    expect(found).toMatchObject({ kind: 'found', held: { ratePerSecond: 110 } });
  });

  it('ends after the tries it may take, with what is known', async () => {
    const { attempt, tried } = service(110);

    const found = await searchCapacity(attempt, { ...SETTINGS, maxTrials: 3 }, NEVER);

    expect(tried).toEqual([100, 120, 110]);
    expect(found).toMatchObject({
      kind: 'unfinished',
      held: { ratePerSecond: 110 },
      missed: { ratePerSecond: 120 },
      because: 'the search ended after 3 tries',
    });
  });

  it('when stopped keeps what it found, without the try that was cut', async () => {
    const stop = new AbortController();
    const { attempt, tried } = service(110);
    const cut = (rate: number): Promise<TrialOutcome> => {
      if (tried.length === 2) stop.abort('SIGINT');
      return attempt(rate);
    };

    const found = await searchCapacity(cut, SETTINGS, stop.signal);

    expect(found).toMatchObject({
      kind: 'unfinished',
      held: { ratePerSecond: 100 },
      missed: { ratePerSecond: 120 },
      because: 'it was stopped (SIGINT)',
    });
  });

  it('throws on what a try throws', async () => {
    const search = searchCapacity(() => Promise.reject(new Error('no cluster')), SETTINGS, NEVER);

    await expect(search).rejects.toThrow('no cluster');
  });
});

describe('a search on a noisy machine', () => {
  const CAPACITY = 240;

  /** Holds the more surely the further below its capacity: half of the tries at it. */
  function noisy(seed: number, width: number) {
    const random = seededRandom(seed);
    return (rate: number): Promise<TrialOutcome> => {
      const noise = (random.next() + random.next() + random.next() - 1.5) * width * CAPACITY;
      return Promise.resolve(rate <= CAPACITY + noise ? 'held' : 'missed');
    };
  }

  it('of 5 % finds the capacity within 10 %, whatever the seed', async () => {
    const founds = await Promise.all(
      Array.from({ length: 200 }, (_, seed) => searchCapacity(noisy(seed, 0.05), SETTINGS, NEVER)),
    );

    const rates = founds.map(({ held }) => held?.ratePerSecond ?? Number.NaN);
    expect(Math.min(...rates)).toBeGreaterThan(CAPACITY * 0.9);
    expect(Math.max(...rates)).toBeLessThan(CAPACITY * 1.1);
    expect(founds.filter(({ kind }) => kind !== 'found')).toHaveLength(0);
  });

  it('asks again when a higher rate held than one that missed', () => {
    const trials: readonly Trial[] = [
      { ratePerSecond: 100, outcome: 'missed' },
      { ratePerSecond: 75, outcome: 'missed' },
      { ratePerSecond: 56.3, outcome: 'held' },
      { ratePerSecond: 75, outcome: 'held' },
      { ratePerSecond: 75, outcome: 'held' },
    ];

    expect(nextStep(trials.slice(0, 4), SETTINGS)).toMatchObject({
      kind: 'try',
      ratePerSecond: 75,
      why: 'again',
    });
    expect(nextStep(trials, SETTINGS)).toMatchObject({
      kind: 'try',
      ratePerSecond: 87.5,
      why: 'halve',
    });
  });
});
