import { describe, expect, it } from 'vitest';
import { stretchStart } from '../../../src/analysis/cpu-stretch.js';
import type { CpuUsage } from '../../../src/analysis/cpu-usage.js';

/** A reading a second, the first up to 1 s; undefined is a second that was not read. */
function usage(perSecond: readonly (number | undefined)[]): readonly CpuUsage[] {
  return perSecond.flatMap((totalMillicores, index) =>
    totalMillicores === undefined
      ? []
      : [{ fromT: index * 1_000, t: (index + 1) * 1_000, totalMillicores, pods: 1 }],
  );
}

const seconds = (count: number, value: number | undefined): (number | undefined)[] =>
  Array.from({ length: count }, () => value);
const isHigh = (totalMillicores: number): boolean => totalMillicores >= 500;

type Row = readonly [
  string,
  { readonly perSecond: readonly (number | undefined)[]; readonly byT: number },
  number | undefined,
];

describe('the stretch of usage up to a decision', () => {
  const rows: readonly Row[] = [
    ['never high', { perSecond: seconds(30, 100), byT: 30_000 }, undefined],
    ['high from the beginning', { perSecond: seconds(30, 900), byT: 30_000 }, 1_000],
    // 5 s are smoothed: the third high second brings the mean over 500.
    [
      'high from the 11th second on',
      { perSecond: [...seconds(10, 100), ...seconds(20, 900)], byT: 30_000 },
      13_000,
    ],
    [
      'high after the decision only',
      { perSecond: [...seconds(10, 100), ...seconds(20, 900)], byT: 9_500 },
      undefined,
    ],
    [
      'high, with a dip that smoothing takes away',
      { perSecond: [...seconds(10, 900), ...seconds(2, 100), ...seconds(10, 900)], byT: 22_000 },
      1_000,
    ],
    [
      'high twice, with a long time between',
      { perSecond: [...seconds(10, 900), ...seconds(20, 100), ...seconds(10, 900)], byT: 40_000 },
      33_000,
    ],
    [
      'high long before the decision only',
      { perSecond: [...seconds(10, 900), ...seconds(80, 100)], byT: 90_000 },
      undefined,
    ],
    [
      'high before and after a time that was not read',
      {
        perSecond: [...seconds(10, 900), ...seconds(8, undefined), ...seconds(10, 900)],
        byT: 28_000,
      },
      19_000,
    ],
    ['no reading at all', { perSecond: [], byT: 10_000 }, undefined],
  ];

  it.each(rows)('of usage %s', (_, { perSecond, byT }, startT) => {
    expect(stretchStart(usage(perSecond), byT, isHigh)).toBe(startT);
  });
});
