import { describe, expect, it } from 'vitest';
import { demandOver, elasticity, type Demand } from '../../../src/analysis/elasticity.js';
import { measured, noData, valueOf } from '../../../src/analysis/measure.js';
import type { DemandCurve } from '../../../src/load/demand-curve.js';
import type { StepSeries } from '../../../src/timeline/series.js';

/** `[second, value]` pairs as a series. */
function series(points: readonly (readonly [number, number])[]): StepSeries {
  return points.map(([second, value]) => ({ t: second * 1_000, value }));
}

function demand(points: readonly (readonly [number, number])[], seconds: number): Demand {
  return { series: series(points), span: { fromT: 0, toT: seconds * 1_000 }, isMeasured: true };
}

/** Supply and demand of BUNGEE's own tests (metric/AbstractMetricTest.java), which name the results. */
const BUNGEE_SUPPLY = [
  [0, 1],
  [2, 2],
  [3, 1],
  [5, 3],
  [9, 7],
  [11, 6],
  [12, 8],
  [14, 2],
] as const;
const BUNGEE_DEMAND = [
  [0, 1],
  [7, 5],
  [16, 3],
  [17, 2],
  [19, 4],
] as const;

function found(of: Demand, supply: StepSeries, baseline = 3) {
  const value = valueOf(elasticity(of, supply, measured(baseline)));
  if (value === undefined) throw new Error('expected elasticity');
  return value;
}

describe('elasticity', () => {
  it('has the figures that BUNGEE computes for its own example', () => {
    const { under, over, jitterPerHour } = found(demand(BUNGEE_DEMAND, 20), series(BUNGEE_SUPPLY));

    expect(under.pods).toBeCloseTo(13 / 20, 9);
    expect(over.pods).toBeCloseTo(16 / 20, 9);
    expect(under.timeshare).toBeCloseTo(6 / 20, 9);
    expect(over.timeshare).toBeCloseTo(8 / 20, 9);
    expect(jitterPerHour).toBeCloseTo(((17 - 9) / 20) * 3_600, 6);
  });

  it('of a perfect match is nothing wrong at all', () => {
    const of = demand(BUNGEE_SUPPLY, 20);

    expect(found(of, series(BUNGEE_SUPPLY))).toMatchObject({
      under: { accuracy: 0, pods: 0, timeshare: 0 },
      over: { accuracy: 0, pods: 0, timeshare: 0 },
      instability: 0,
      jitterPerHour: 0,
    });
  });

  it('counts what is missing as a share of the demand', () => {
    // 10 s at 2 of 4 demanded, 10 s at 6 of 4, 20 s as demanded
    const supply = series([
      [0, 2],
      [10, 6],
      [20, 4],
    ]);

    const { under, over, instability } = found(demand([[0, 4]], 40), supply);

    expect(under).toEqual({ accuracy: 0.125, pods: 0.5, timeshare: 0.25 });
    expect(over).toEqual({ accuracy: 0.125, pods: 0.5, timeshare: 0.25 });
    // two of 39 seconds in which supply moved and demand did not
    expect(instability).toBeCloseTo(2 / 39, 9);
  });

  it('weighs supply by its time within a second', () => {
    const supply: StepSeries = [
      { t: 0, value: 1 },
      { t: 500, value: 2 },
    ];

    expect(found(demand([[0, 2]], 2), supply).under).toEqual({
      accuracy: 0.125,
      pods: 0.25,
      timeshare: 0.25,
    });
  });

  it('does not call it instability when supply and demand move together', () => {
    const together = [
      [0, 2],
      [10, 4],
    ] as const;

    expect(found(demand(together, 20), series(together)).instability).toBe(0);
  });

  it('takes the supply that was there when the load began', () => {
    const supply: StepSeries = [{ t: -30_000, value: 3 }];

    expect(found(demand([[0, 3]], 10), supply).over.timeshare).toBe(0);
  });

  it('is faster than a fixed size by the mean of the four ratios', () => {
    // demand 2 for 20 s, then 6 for 20 s; a fixed size of 3 misses half of 20 s and has 1 too many in 20 s
    const of = demand(
      [
        [0, 2],
        [20, 6],
      ],
      40,
    );
    const supply = series([
      [0, 3],
      [10, 2],
      [30, 6],
    ]);

    const { baseline, under, over, speedup } = found(of, supply, 3);

    expect(baseline).toEqual({
      replicas: 3,
      under: { accuracy: 0.25, pods: 1.5, timeshare: 0.5 },
      over: { accuracy: 0.25, pods: 0.5, timeshare: 0.5 },
    });
    expect(under).toMatchObject({ timeshare: 0.25 });
    expect(over).toMatchObject({ accuracy: 0.125, timeshare: 0.25 });
    // missing 4 of 6 for 10 of 40 s
    expect(under.accuracy).toBeCloseTo(1 / 6, 9);
    expect(valueOf(speedup)).toBeCloseTo((1.5 * 2 * 2 * 2) ** 0.25, 9);
  });

  it.each([
    {
      name: 'the autoscaler was never under-provisioned',
      supply: [[0, 7]] as const,
      baseline: 3,
      because: /the autoscaler was never/,
    },
    {
      name: 'the fixed size was never over-provisioned',
      supply: [
        [0, 3],
        [20, 2],
      ] as const,
      baseline: 1,
      because: /the fixed size was never/,
    },
  ])('has no speedup when $name', ({ supply, baseline, because }) => {
    const of = demand(
      [
        [0, 2],
        [20, 6],
      ],
      40,
    );

    expect(found(of, series(supply), baseline).speedup).toEqual({
      kind: 'no-data',
      because: expect.stringMatching(because),
    });
  });

  it('is absent when ready pods or the first size were not observed', () => {
    const of = demand([[0, 2]], 10);

    expect(elasticity(of, [], measured(3)).kind).toBe('no-data');
    expect(elasticity(of, series([[0, 2]]), noData('not observed'))).toEqual(
      noData('not observed'),
    );
  });
});

const CURVE: DemandCurve = {
  points: [
    { replicas: 1, maxRatePerSecond: 10, kind: 'measured', isAtLeast: false },
    { replicas: 2, maxRatePerSecond: 20, kind: 'measured', isAtLeast: false },
    { replicas: 4, maxRatePerSecond: 40, kind: 'modelled', isAtLeast: false },
  ],
  sloText: '99 % of requests within 300ms',
  source: 'capacity.json',
};

function rates(perSecond: readonly number[]) {
  return perSecond.map((rate, second) => ({ t: second * 1_000, perSecond: rate }));
}

describe('demand over the load', () => {
  it('is the fewest replicas that hold the rate of each second', () => {
    const over = valueOf(demandOver(CURVE, rates([0, 10, 11, 20, 20, 5])));

    expect(over).toEqual({
      series: series([
        [0, 1],
        [2, 2],
        [5, 1],
      ]),
      span: { fromT: 0, toT: 6_000 },
      isMeasured: true,
    });
  });

  it('says when a part of the curve that was not measured was needed', () => {
    expect(valueOf(demandOver(CURVE, rates([5, 30])))?.isMeasured).toBe(false);
  });

  it('is not reached beyond the curve: nothing is extrapolated', () => {
    expect(demandOver(CURVE, rates([5, 41]))).toEqual({
      kind: 'not-reached',
      because: 'the demand curve ends at 40/s with 4 replicas',
    });
  });

  it('is absent without a load', () => {
    expect(demandOver(CURVE, []).kind).toBe('no-data');
  });
});
