import { describe, expect, it } from 'vitest';
import { numberedRandom } from '../../../src/core/random.js';

function drawn(seed: number, number: number): readonly number[] {
  const random = numberedRandom(seed, number);
  return Array.from({ length: 4 }, () => random.below(2 ** 32));
}

describe('the random stream of one of many', () => {
  it('is the same whenever it is asked for', () => {
    const before = drawn(5, 100);
    drawn(5, 101);

    expect(drawn(5, 100)).toEqual(before);
  });

  it('is another for each number and each seed', () => {
    const all = [0, 1, 2, 3].flatMap((seed) =>
      Array.from({ length: 2_000 }, (_, number) => drawn(seed, number).join()),
    );

    expect(new Set(all).size).toBe(all.length);
  });

  it('is random also where number and seed are the same', () => {
    for (const same of [0, 1, 7, 2 ** 32 - 1]) {
      expect(new Set(drawn(same, same)).size).toBe(4);
      expect(drawn(same, same)).not.toContain(0);
    }
  });

  it('is even over the numbers: its first draws fill the range', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let number = 0; number < 10_000; number++) {
      const place = numberedRandom(1, number).below(10);
      counts[place] = (counts[place] ?? 0) + 1;
    }

    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });
});
