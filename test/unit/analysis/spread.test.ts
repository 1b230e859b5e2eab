import { describe, expect, it } from 'vitest';
import { spreadOf, type Spread } from '../../../src/analysis/spread.js';
import { seededRandom } from '../../../src/core/random.js';

interface Readings {
  readonly values: number[];
  readonly weights?: number[];
}

function spread(values: readonly number[], weights = values.map(() => 1_000)) {
  return spreadOf({ values: Float64Array.from(values), weights: Float64Array.from(weights) });
}

describe('the spread of a share over time', () => {
  it.each<[string, Readings, Spread]>([
    ['one reading', { values: [0.4] }, { mean: 0.4, p95: 0.4, max: 0.4 }],
    ['equal readings', { values: [0.5, 0.5, 0.5] }, { mean: 0.5, p95: 0.5, max: 0.5 }],
    [
      'a twentieth of the time above all else',
      { values: [...Array.from({ length: 19 }, () => 0.25), 0.75] },
      { mean: 0.275, p95: 0.25, max: 0.75 },
    ],
    [
      'a short peak and a long rest',
      { values: [1, 0.25], weights: [1, 99] },
      { mean: 0.2575, p95: 0.25, max: 1 },
    ],
    [
      'a long peak and a short rest',
      { values: [1, 0], weights: [3, 1] },
      { mean: 0.75, p95: 1, max: 1 },
    ],
  ])('of %s', (_, readings, expected) => {
    expect(spread(readings.values, readings.weights)).toEqual(expected);
  });

  it('has the p95 that adding up the weights in order of value gives', () => {
    const random = seededRandom(3);
    for (let length = 1; length < 200; length += 7) {
      const readings = Array.from({ length }, () => {
        return { value: Math.round(random.next() * 50), weight: 1 + Math.floor(random.next() * 9) };
      });
      const whole = readings.reduce((sum, { weight }) => sum + weight, 0);
      let sum = 0;
      const expected = [...readings]
        .sort((a, b) => a.value - b.value)
        .find(({ value }, index, sorted) => {
          sum += sorted[index]?.weight ?? 0;
          return sum >= 0.95 * whole && sorted[index + 1]?.value !== value;
        });

      const { p95 } = spread(
        readings.map(({ value }) => value),
        readings.map(({ weight }) => weight),
      );

      expect(p95).toBe(expected?.value);
    }
  });
});
