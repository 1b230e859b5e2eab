import { describe, expect, it } from 'vitest';
import { resample, seriesValueAt, withoutRepeats } from '../../../src/timeline/series.js';

const SERIES = [
  { t: 10, value: 1 },
  { t: 20, value: 5 },
  { t: 30, value: undefined },
  { t: 40, value: 2 },
];

describe('a step series', () => {
  it.each([
    ['before the first point nothing is known', 9, undefined],
    ['at a point its value holds', 10, 1],
    ['between two points the earlier holds', 19.9, 1],
    ['within a gap nothing is known', 35, undefined],
    ['after the last point its value holds', 1_000, 2],
  ])('%s', (_, t, value) => {
    expect(seriesValueAt(SERIES, t)).toBe(value);
  });

  it.each([
    ['last', [undefined, 1, 5, undefined, 2]],
    ['max', [undefined, 1, 5, undefined, 2]],
    ['mean', [undefined, 1, 5, undefined, 2]],
  ] as const)('in columns that fit its points has its values (%s)', (rule, values) => {
    expect(resample(SERIES, { fromT: 0, toT: 50, count: 5, rule })).toEqual(values);
  });

  it.each([
    ['last', [1, 5]],
    ['max', [1, 5]],
    // 5 ms of 1; then 5 ms of 1, 10 ms of 5 and 5 ms of nothing, which does not count
    ['mean', [1, (1 * 5 + 5 * 10) / 15]],
  ] as const)('in wider columns follows the rule (%s)', (rule, values) => {
    expect(resample(SERIES, { fromT: -5, toT: 35, count: 2, rule })).toEqual(values);
  });

  it('loses points that repeat the value before them', () => {
    const series = [
      { t: 1, value: 3 },
      { t: 2, value: 3 },
      { t: 3, value: undefined },
      { t: 4, value: 3 },
    ];

    expect(withoutRepeats(series).map(({ t }) => t)).toEqual([1, 3, 4]);
  });
});
