import { describe, expect, it } from 'vitest';
import type { LoadChange } from '../../../src/analysis/load-changes.js';
import { measured, noData, valueOf, type Measure } from '../../../src/analysis/measure.js';
import type { RescaleAuthor } from '../../../src/analysis/rescale-author.js';
import {
  stability,
  type AttributedRescale,
  type Stability,
  type StabilitySources,
} from '../../../src/analysis/stability.js';
import { anHpaDecision, anHpaRecord } from '../../support/an-hpa-decision.js';

const RISE = change(100_000, 'up', 'spike');
const FALL = change(200_000, 'down', 'calm');

function change(t: number, direction: 'up' | 'down', stage: string): LoadChange {
  const [fromPerSecond, toPerSecond] = direction === 'up' ? [10, 50] : [50, 10];
  return { t, direction, fromPerSecond, toPerSecond, overMs: 0, stage, origin: 'plan' };
}

/** Successive sizes from 3 on: `[second, size, whose change it answers to, who made it]`. */
function rescalesOf(
  sizes: readonly (readonly [number, number, (LoadChange | undefined)?, RescaleAuthor?])[],
): readonly AttributedRescale[] {
  return sizes.map(([second, to, cause, author = 'hpa'], index) => ({
    t: second * 1_000,
    from: sizes[index - 1]?.[1] ?? 3,
    to,
    author,
    change: cause === undefined ? noData('no cause') : measured(cause),
  }));
}

function of(sources: Partial<StabilitySources>): Stability {
  return stability({
    rescales: [],
    changes: measured([RISE, FALL]),
    demand: noData('no demand curve'),
    decisions: [],
    hpas: [],
    syncPeriodMs: 15_000,
    span: { fromT: 0, toT: 400_000 },
    ...sources,
  });
}

const UP_AND_DOWN = rescalesOf([
  [120, 6, RISE],
  [135, 8, RISE],
  [260, 4, FALL],
  [275, 3, FALL],
]);

describe('rescales and thrash', () => {
  it('counts one up and one down again as one change of direction, by the hour', () => {
    expect(of({ rescales: UP_AND_DOWN })).toMatchObject({
      rescales: 4,
      scaleUps: 2,
      scaleDowns: 2,
      directionChanges: 1,
      // in 400 s
      thrashPerHour: measured(9),
    });
  });

  it('counts every turn of a size that swings', () => {
    const swinging = rescalesOf([
      [110, 5],
      [130, 3],
      [150, 5],
      [170, 3],
    ]);

    expect(of({ rescales: swinging, span: { fromT: 100_000, toT: 460_000 } })).toMatchObject({
      directionChanges: 3,
      thrashPerHour: measured(30),
    });
  });

  it('leaves out the sizes that someone else set, and counts them apart', () => {
    const rescales = rescalesOf([
      [110, 5, undefined, 'other'],
      [120, 8, RISE],
      [130, 2, undefined, 'other'],
    ]);

    expect(of({ rescales })).toMatchObject({
      rescales: 1,
      scaleUps: 1,
      scaleDowns: 0,
      directionChanges: 0,
      byOthers: 2,
    });
  });

  it('without any rescale is steady', () => {
    expect(of({})).toMatchObject({
      rescales: 0,
      directionChanges: 0,
      thrashPerHour: measured(0),
      settlingTime: { n: 0, maxMs: { kind: 'no-data' } },
    });
  });

  it('has no thrash by the hour when nothing was observed', () => {
    expect(of({ span: { fromT: 5, toT: 5 } }).thrashPerHour.kind).toBe('no-data');
  });
});

function settling(sources: Partial<StabilitySources>): readonly Measure[] {
  return of(sources).settlings.map(({ settlingMs }) => settlingMs);
}

describe('settling time', () => {
  it('is from a load change to the last rescale of its level', () => {
    expect(settling({ rescales: UP_AND_DOWN })).toEqual([measured(35_000), measured(75_000)]);
    expect(of({ rescales: UP_AND_DOWN }).settlingTime).toMatchObject({
      n: 2,
      maxMs: measured(75_000),
    });
  });

  it.each([
    {
      name: 'the level ended within a sync period of the last rescale',
      sizes: [[190, 6, RISE]] as const,
      because: 'it was still rescaling when the load changed again',
    },
    {
      name: 'the answer came only after the load had changed again',
      sizes: [[205, 6, RISE]] as const,
      because: 'the load changed again before the HPA had answered it',
    },
  ])('is not reached when $name', ({ sizes, because }) => {
    expect(settling({ rescales: rescalesOf(sizes) })[0]).toEqual({ kind: 'not-reached', because });
  });

  it('is not reached at the end of the observation', () => {
    const rescales = rescalesOf([[395, 2, FALL]]);

    expect(settling({ rescales })).toEqual([
      { kind: 'not-reached', because: 'it was still rescaling when the observation ended' },
    ]);
    expect(of({ rescales }).settlingTime.maxMs.kind).toBe('not-reached');
  });

  it('is absent where no load change is known', () => {
    const changes = noData('no second of the load was told');

    expect(of({ rescales: UP_AND_DOWN, changes })).toMatchObject({
      settlingTime: { maxMs: changes },
      overshoot: changes,
      directionChanges: 1,
    });
  });
});

describe('overshoot', () => {
  it('is what a scale-up asked for beyond the size at which it settled', () => {
    const rescales = rescalesOf([
      [120, 10, RISE],
      [160, 7, RISE],
    ]);

    expect(valueOf(of({ rescales }).overshoot)).toEqual({
      replicas: 3,
      peak: 10,
      needed: 7,
      against: 'settled',
      change: RISE,
    });
  });

  it('is measured against the highest demand of the level where that is known', () => {
    const demand = measured([
      { t: 0, value: 2 },
      { t: 100_000, value: 5 },
      { t: 200_000, value: 9 },
    ]);

    expect(valueOf(of({ rescales: UP_AND_DOWN, demand }).overshoot)).toMatchObject({
      replicas: 3,
      peak: 8,
      needed: 5,
      against: 'demand',
    });
  });

  it('is 0 when the size did not go beyond the demand', () => {
    const demand = measured([{ t: 0, value: 9 }]);

    expect(valueOf(of({ rescales: UP_AND_DOWN, demand }).overshoot)).toMatchObject({ replicas: 0 });
  });

  it('is the largest of several, and each is known by its stage', () => {
    const again = change(300_000, 'up', 'again');
    const rescales = rescalesOf([
      [120, 6, RISE],
      [310, 9, again],
      [340, 7, again],
    ]);
    const { overshoot, overshoots } = of({ rescales, changes: measured([RISE, FALL, again]) });

    expect(valueOf(overshoot)).toMatchObject({ replicas: 2, change: { stage: 'again' } });
    expect(overshoots.map(({ replicas, change: { stage } }) => [stage, replicas])).toEqual([
      ['spike', 0],
      ['again', 2],
    ]);
  });

  it.each([
    { name: 'the size did not settle', sizes: [[195, 9, RISE]] as const, kind: 'not-reached' },
    { name: 'no rescale answered the rise', sizes: [], kind: 'no-data' },
  ])('is absent when $name', ({ sizes, kind }) => {
    expect(of({ rescales: rescalesOf(sizes) }).overshoot.kind).toBe(kind);
  });

  it('is absent because of the rises that were answered, not of the one that was not', () => {
    const begin = change(50_000, 'up', 'baseline');
    const rescales = rescalesOf([[195, 9, RISE]]);

    expect(of({ rescales, changes: measured([begin, RISE, FALL]) }).overshoot).toEqual({
      kind: 'not-reached',
      because: 'it was still rescaling when the load changed again',
    });
  });

  it('is absent when the load never rose', () => {
    expect(of({ changes: measured([FALL]) }).overshoot).toEqual(noData('the load never rose'));
  });
});

describe('what limited the HPA', () => {
  it('is the time from a sync that it held back to the next', () => {
    const decisions = [
      anHpaDecision({ t: 0, from: 3, proposed: 3 }),
      anHpaDecision({
        t: 15_000,
        from: 3,
        proposed: 10,
        limited: { at: 6, reason: 'ScaleUpLimit' },
      }),
      anHpaDecision({
        t: 30_000,
        from: 6,
        proposed: 14,
        limited: { at: 10, reason: 'TooManyReplicas' },
      }),
      anHpaDecision({
        t: 45_000,
        from: 10,
        proposed: 12,
        limited: { at: 10, reason: 'TooManyReplicas' },
      }),
      anHpaDecision({ t: 60_000, from: 10, proposed: 10, asked: 11 }),
      anHpaDecision({
        t: 75_000,
        from: 10,
        proposed: 4,
        stabilized: { at: 10, reason: 'ScaleDownStabilized' },
      }),
      anHpaDecision({ t: 100_000, from: 10, proposed: 4 }),
    ];

    expect(of({ decisions, span: { fromT: 0, toT: 120_000 } }).limited).toEqual({
      from: measured('decisions'),
      policyMs: measured(15_000),
      maxMs: measured(30_000),
      toleranceMs: measured(15_000),
      stabilizationMs: measured(25_000),
    });
  });

  it('does not call it tolerance when the ratio alone would have asked for the same', () => {
    const decisions = [anHpaDecision({ t: 0, from: 3, proposed: 3, asked: 3 })];

    expect(of({ decisions }).limited.toleranceMs).toEqual(measured(0));
  });

  it('ends with the observation', () => {
    const held = { at: 6, reason: 'ScaleUpLimit' } as const;
    const decisions = [anHpaDecision({ t: 390_000, from: 3, proposed: 9, limited: held })];

    expect(of({ decisions }).limited.policyMs).toEqual(measured(10_000));
  });

  it('is read from the conditions of an HPA whose decisions are not on record', () => {
    const hpas = [
      anHpaRecord(10_000, {}),
      anHpaRecord(20_000, { ScalingLimited: 'ScaleUpLimit' }),
      anHpaRecord(50_000, { ScalingLimited: 'TooManyReplicas' }),
      anHpaRecord(90_000, { AbleToScale: 'ScaleDownStabilized' }),
      anHpaRecord(130_000, {}),
    ];

    expect(of({ hpas }).limited).toEqual({
      from: measured('conditions'),
      policyMs: measured(30_000),
      maxMs: measured(40_000),
      stabilizationMs: measured(40_000),
      toleranceMs: noData('the conditions of an HPA do not tell of tolerance'),
    });
  });

  it('is absent when neither was recorded', () => {
    const { limited } = of({});

    expect(Object.values(limited).map(({ kind }) => kind)).toEqual(
      Array.from({ length: 5 }, () => 'no-data'),
    );
  });
});
