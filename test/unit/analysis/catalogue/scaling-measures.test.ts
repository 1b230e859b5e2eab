import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.js';
import { measureNamed } from '../../../../src/analysis/catalogue/catalogue.js';
import { scalingMeasures } from '../../../../src/analysis/catalogue/scaling-measures.js';
import { measured, noData } from '../../../../src/analysis/measure.js';
import type { DemandCurve } from '../../../../src/load/demand-curve.js';
import type { Timeline } from '../../../../src/timeline/record.js';
import { aHeader, anExperiment, aTimeline } from '../../../support/a-timeline.js';

/** A pod for each 6/s: 9/s demand 2, 45/s demand 8. */
const CURVE: DemandCurve = {
  points: Array.from({ length: 10 }, (_, index) => ({
    replicas: index + 1,
    maxRatePerSecond: 6 * (index + 1),
    kind: 'measured' as const,
    isAtLeast: false,
  })),
  sloText: '99 % of requests within 300ms',
  source: 'capacity.json',
};

function withDemand(timeline: Timeline): Timeline {
  const experiment = {
    ...anExperiment(),
    demandCurve: CURVE,
    slo: { responseTimeMs: 100, objective: 0.99 },
  };
  return { ...timeline, header: { ...timeline.header, experiment } };
}

/** Load change at 53.5 s, decisions at 82 s (to 7) and 97 s (to 10); drop at 118.5 s, then to 4 and 3. */
const SPIKE = analyze(withDemand(aTimeline()));

function named(name: string) {
  const found = measureNamed(name);
  if (found === undefined) throw new Error(`expected a measure ${name}`);
  return found;
}

function elasticity(name: string): number {
  const found = named(`elasticity.${name}`).of(SPIKE);
  return found.kind === 'measured' ? found.value : NaN;
}

describe('the measures of scaling', () => {
  it('have names that differ, in parts of camelCase', () => {
    const names = scalingMeasures.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][a-zA-Z]*(\.[a-z][a-zA-Z0-9]*)+$/.test(name))).toEqual(
      [],
    );
  });

  it.each<{ name: string; value: number }>([
    { name: 'replicas.initialDesired', value: 3 },
    { name: 'replicas.peakDesired', value: 10 },
    { name: 'replicas.peakReady', value: 10 },
    { name: 'replicas.settled', value: 3 },
    { name: 'scaleUp.count', value: 2 },
    { name: 'scaleUp.latency.p50', value: 35_975 },
    { name: 'scaleUp.latency.p95', value: 50_970 },
    { name: 'scaleUp.latency.max', value: 50_970 },
    { name: 'scaleUp.recovery.max', value: 37_000 },
    { name: 'scaleUp.earlierStep.p95', value: 28_500 },
    { name: 'scaleUp.overTarget.p95', value: 500 },
    { name: 'scaleUp.metricVisible.p95', value: 18_000 },
    { name: 'scaleUp.decision.p95', value: 10_000 },
    { name: 'scaleUp.podsCreated.p95', value: 75 },
    { name: 'scaleUp.scheduled.p95', value: 40 },
    { name: 'scaleUp.started.p95', value: 1_260 },
    { name: 'scaleUp.ready.p95', value: 6_100 },
    { name: 'scaleUp.endpoint.p95', value: 30 },
    { name: 'scaleUp.firstRequest.p95', value: 995 },
    { name: 'scaleUp.recovered.p50', value: 0 },
    { name: 'scaleDown.count', value: 2 },
    { name: 'scaleDown.latency.p50', value: 40_550 },
    { name: 'scaleDown.underTarget.p50', value: 1_500 },
    { name: 'scaleDown.terminating.max', value: 50 },
    { name: 'scaleDown.outOfEndpoints.max', value: 30 },
    { name: 'stability.rescales', value: 4 },
    { name: 'stability.rescalesByOthers', value: 0 },
    { name: 'stability.directionChanges', value: 1 },
    // from 28.5 s to 199 s
    { name: 'stability.thrashPerHour', value: 3_600_000 / 170_500 },
    // 10 asked for where 8 were demanded
    { name: 'stability.overshoot', value: 2 },
    // 53.5 to 97 s, 118.5 to 172 s
    { name: 'stability.settlingTime', value: 53_500 },
  ])('$name of a spike is $value', ({ name, value }) => {
    const found = named(name).of(SPIKE);

    expect(found.kind).toBe('measured');
    expect(found.kind === 'measured' && found.value).toBeCloseTo(value, 6);
  });

  it('say how supply followed demand', () => {
    // demand 2, 8 from 53.5 s, 2 from 118.5 s; ready 3; 4 to 7 from 89.46 s; 10 from 104.47 s; 4 and 3 later
    const underMs = 104_460 - 53_500;

    expect(elasticity('underProvisioning.timeshare')).toBeCloseTo(underMs / 170_000, 3);
    expect(elasticity('underProvisioning.pods')).toBeGreaterThan(1);
    expect(elasticity('overProvisioning.timeshare')).toBeCloseTo((170_000 - underMs) / 170_000, 3);
    expect(elasticity('jitter')).toBeCloseTo(((14 - 12) / 170) * 3_600, 6);
    expect(elasticity('instability')).toBeGreaterThan(0);
    expect(elasticity('instability')).toBeLessThan(0.1);
    expect(elasticity('speedup')).toBeGreaterThan(0.5);
  });

  it.each([
    { name: 'scaleUp.count', stage: 'spike', expected: measured(2) },
    { name: 'scaleUp.count', stage: 'baseline', expected: measured(0) },
    { name: 'scaleUp.latency.p95', stage: 'spike', expected: measured(50_970) },
    {
      name: 'scaleUp.latency.p95',
      stage: 'baseline',
      expected: noData('no scale-up answered a load change of the stage "baseline"'),
    },
    { name: 'scaleDown.latency.p50', stage: 'baseline-again', expected: measured(40_550) },
    { name: 'replicas.peakReady', stage: 'baseline', expected: measured(3) },
    { name: 'replicas.peakReady', stage: 'spike', expected: measured(10) },
    { name: 'replicas.settled', stage: 'spike', expected: measured(10) },
    { name: 'replicas.mean', stage: 'baseline', expected: measured(3) },
    {
      name: 'replicas.mean',
      stage: 'afterwards',
      expected: noData('the run did not come to a stage "afterwards"'),
    },
    { name: 'stability.settlingTime', stage: 'spike', expected: measured(43_500) },
    { name: 'stability.overshoot', stage: 'spike', expected: measured(2) },
    { name: 'stability.overshoot', stage: 'baseline', expected: measured(0) },
  ])('$name in $stage', ({ name, stage, expected }) => {
    expect(named(name).inStage?.(SPIKE, stage)).toEqual(expected);
  });

  it('are absent with a reason in a run that came to nothing, or counts of nothing', () => {
    const nothing = analyze({ header: aHeader(), records: [] });
    const measuredOnes = scalingMeasures.filter(({ of }) => of(nothing).kind === 'measured');

    expect(measuredOnes.map(({ name, of }) => [name, of(nothing)])).toEqual(
      [
        'scaleUp.count',
        'scaleDown.count',
        'stability.rescales',
        'stability.rescalesByOthers',
        'stability.directionChanges',
      ].map((name) => [name, measured(0)]),
    );
    for (const { of } of scalingMeasures) {
      const found = of(nothing);
      if (found.kind !== 'measured') expect(found.because).not.toBe('');
    }
  });

  it('of elasticity are absent without a demand curve, with that reason', () => {
    const without = analyze(aTimeline());

    for (const { name, of } of scalingMeasures) {
      if (!name.startsWith('elasticity.')) continue;
      expect(of(without)).toEqual(
        noData('the experiment names no demand curve: `npm run capacity` finds one'),
      );
    }
  });

  it('of a step that never came to its end are not reached, though another did', () => {
    const cut = analyze(aTimeline({ outcome: 'interrupted', stoppedT: 100_000 }));

    expect(named('scaleUp.latency.p50').of(cut)).toEqual(measured(35_975));
    expect(named('scaleUp.latency.p95').of(cut)).toEqual({
      kind: 'not-reached',
      because:
        '1 of 2 did not come to it: there were not 10 pods ready at once when the observation ended',
    });
  });
});
