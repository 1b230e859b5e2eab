import { describe, expect, it } from 'vitest';
import { measured } from '../../../src/analysis/measure.js';
import { sloReport } from '../../../src/analysis/slo-report.js';
import type { SloCause } from '../../../src/analysis/slo-causes.js';
import type { SloSecond } from '../../../src/analysis/slo.js';

const SETTINGS = { responseTimeMs: 300, objective: 0.9 };

/** Seconds of ten requests each: so many of them good; `undefined` is a second that was not told. */
function secondsOf(...good: readonly (number | undefined)[]): readonly SloSecond[] {
  return good.flatMap((count, second) =>
    count === undefined
      ? []
      : [{ t: second * 1_000, good: count, goodAtMost: count, total: 10, isHeld: count >= 9 }],
  );
}

function reportOf(
  seconds: readonly SloSecond[],
  causeOf: (second: number) => SloCause = () => 'unknown',
) {
  return sloReport(seconds, SETTINGS, ({ fromT }) => {
    const cause = causeOf(fromT / 1_000);
    return { cause, evidence: `${cause} at ${fromT}` };
  });
}

describe('the SLO over a load', () => {
  it('burns its budget once where just as much is bad as allowed', () => {
    const { goodShare, budgetBurn, violationSeconds, violations } = reportOf(secondsOf(9, 9, 9));

    expect(goodShare).toEqual(measured(0.9));
    expect(budgetBurn).toMatchObject({ value: expect.closeTo(1, 12) });
    expect(violationSeconds).toBe(0);
    expect(violations).toEqual([]);
  });

  it('burns it so many times faster as more is bad', () => {
    expect(reportOf(secondsOf(10, 5)).budgetBurn).toMatchObject({ value: expect.closeTo(2.5, 12) });
  });

  it('of no request has no share', () => {
    const nothing = { t: 0, good: 0, goodAtMost: 0, total: 0, isHeld: true };

    expect(reportOf([nothing])).toMatchObject({
      goodShare: { kind: 'no-data' },
      budgetBurn: { kind: 'no-data' },
      violationSeconds: 0,
    });
  });

  it.each([
    { name: 'one second', good: [10, 0, 10], stretches: [[1, 2]] },
    { name: 'two held seconds do not end it', good: [0, 10, 10, 0], stretches: [[0, 4]] },
    {
      name: 'three do',
      good: [0, 10, 10, 10, 0],
      stretches: [
        [0, 1],
        [4, 5],
      ],
    },
    {
      name: 'seconds that were not told do',
      good: [0, undefined, 0],
      stretches: [
        [0, 1],
        [2, 3],
      ],
    },
    { name: 'held seconds at its end are not in it', good: [0, 0, 10, 10], stretches: [[0, 2]] },
    { name: 'all of it', good: [0, 0], stretches: [[0, 2]] },
  ])('has violations: $name', ({ good, stretches }) => {
    const { violations } = reportOf(secondsOf(...good));

    expect(violations.map(({ fromT, toT }) => [fromT / 1_000, toT / 1_000])).toEqual(stretches);
  });

  it('splits a violation by cause, and the parts add up', () => {
    const report = reportOf(secondsOf(8, 7, 10, 6, 5, 10), (second) =>
      second < 3 ? 'metric' : second === 3 ? 'hpa' : 'metric',
    );

    expect(report.violations).toMatchObject([
      {
        fromT: 0,
        toT: 5_000,
        violationSeconds: 4,
        total: 50,
        bad: 14,
        waits: [
          {
            cause: 'metric',
            fromT: 0,
            toT: 2_000,
            violationSeconds: 2,
            bad: 5,
            evidence: 'metric at 0',
          },
          { cause: 'hpa', fromT: 3_000, toT: 4_000, violationSeconds: 1, bad: 4 },
          { cause: 'metric', fromT: 4_000, toT: 5_000, violationSeconds: 1, bad: 5 },
        ],
      },
    ]);
    expect(report.byCause).toEqual([
      { cause: 'metric', violationSeconds: 3, bad: 10 },
      { cause: 'hpa', violationSeconds: 1, bad: 4 },
    ]);
  });
});
