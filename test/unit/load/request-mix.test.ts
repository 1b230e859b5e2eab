import { describe, expect, it } from 'vitest';
import { type MixKind, mixOf } from '../../../src/load/request-mix.js';

const WEIGHTS = [70, 20, 9.5, 0.5];

function counts(kind: MixKind, seed: number, of: number): readonly number[] {
  const mix = mixOf(WEIGHTS, { kind, seed });
  const found = WEIGHTS.map(() => 0);
  for (let number = 0; number < of; number++) {
    const index = mix(number);
    found[index] = (found[index] ?? 0) + 1;
  }
  return found;
}

describe('a mix', () => {
  it('of one kind is that kind', () => {
    expect(mixOf([3], { kind: 'even', seed: 1 })(12)).toBe(0);
  });

  it.each([1, 2, 3, 4, 5])('spread evenly gives each kind its share, seed %i', (seed) => {
    for (const of of [10, 100, 1_000, 10_000]) {
      for (const [index, count] of counts('even', seed, of).entries()) {
        expect(Math.abs(count - (of * (WEIGHTS[index] ?? 0)) / 100)).toBeLessThan(4);
      }
    }
  });

  it('at random gives each kind its share in the long run', () => {
    for (const [index, count] of counts('random', 1, 100_000).entries()) {
      const share = (WEIGHTS[index] ?? 0) / 100;
      const deviation = Math.sqrt(100_000 * share * (1 - share));
      expect(Math.abs(count - 100_000 * share)).toBeLessThan(4 * deviation);
    }
  });

  it.each(['even', 'random'] as const)('%s depends on seed and number alone', (kind) => {
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    const sequence = (seed: number, order: readonly number[]): readonly number[] => {
      const mix = mixOf(WEIGHTS, { kind, seed });
      const found = new Map(order.map((number) => [number, mix(number)]));
      return numbers.map((number) => found.get(number) ?? -1);
    };

    expect(sequence(9, numbers)).toEqual(sequence(9, numbers.toReversed()));
    expect(sequence(9, numbers)).not.toEqual(sequence(10, numbers));
  });
});
