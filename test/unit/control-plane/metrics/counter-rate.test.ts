import { describe, expect, it } from 'vitest';
import { counterRate } from '../../../../src/control-plane/metrics/counter-rate.js';

const MINUTE_MS = 60_000;

/** Points at seconds. */
function points(...pairs: readonly (readonly [number, number])[]) {
  return pairs.map(([second, value]) => ({ atMs: second * 1_000, value }));
}

describe('the rate of a counter', () => {
  it.each([
    ['no point', points(), undefined],
    ['one point', points([50, 5]), undefined],
    // prometheus `promql/promqltest/testdata/functions.test`: 0+10x, 5 min apart, rate over 50 min
    [
      'points over the whole window: growth over time',
      points([5, 5], [20, 20], [35, 35], [50, 50]),
      // covered 45 s, plus 5 s to the start (the zero is 5 s before as well), plus 10 s to the end
      (45 * (60 / 45)) / 60,
    ],
    [
      'points that begin late: only half a distance before the first is added',
      points([40, 100], [50, 110]),
      // 10 in 10 s; half of 10 s before; 10 s after (below 1.1 distances)
      (10 * ((10 + 5 + 10) / 10)) / 60,
    ],
    [
      'a counter that began at 0: nothing before its zero is added',
      points([40, 0], [50, 10]),
      (10 * ((10 + 0 + 10) / 10)) / 60,
    ],
    [
      'a counter that was restarted: what it counts after is added',
      points([10, 50], [30, 5], [50, 25]),
      // 5 + 20; distance 20: 10 s before (below 22), 10 s after
      (25 * ((40 + 10 + 10) / 40)) / 60,
    ],
    ['points before the window do not count', points([-30, 0], [0, 7], [40, 9]), undefined],
    ['a counter that stands still', points([10, 5], [50, 5]), 0],
  ])('with %s', (_name, given, expected) => {
    const rate = counterRate(given, MINUTE_MS, MINUTE_MS);

    if (expected === undefined) expect(rate).toBeUndefined();
    else expect(rate).toBeCloseTo(expected, 10);
  });
});
