/** Laws of the measures of scaling, for any run. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze, type Analysis } from '../../src/analysis/analyze.js';
import { scalingMeasures } from '../../src/analysis/catalogue/scaling-measures.js';
import { elasticity } from '../../src/analysis/elasticity.js';
import { measured, valueOf, type Measure } from '../../src/analysis/measure.js';
import { measuredLoadChanges } from '../../src/analysis/rate-changes.js';
import type { Stage } from '../../src/analysis/stages.js';
import type { DemandCurve } from '../../src/load/demand-curve.js';
import type { StageSpec } from '../../src/load/profile-spec.js';
import type { LoadRecord, Timeline } from '../../src/timeline/record.js';
import { aLoadSecond, anExperiment, aTimeline, shifted } from '../support/a-timeline.js';

const RUNS = { numRuns: 25, seed: 5 };

const CURVE: DemandCurve = {
  points: Array.from({ length: 20 }, (_, index) => ({
    replicas: index + 1,
    maxRatePerSecond: 5 * (index + 1),
    kind: 'measured' as const,
    isAtLeast: false,
  })),
  sloText: '99 % of requests within 100ms',
  source: 'capacity.json',
};

function stagesTo(peak: number): readonly StageSpec[] {
  return [
    { name: 'low', kind: 'constant', ratePerSecond: 5, durationMs: 20_000 },
    { name: 'high', kind: 'constant', ratePerSecond: peak, durationMs: 40_000 },
    { name: 'end', kind: 'constant', ratePerSecond: 5, durationMs: 20_000 },
  ];
}

/** Some 80 s with an SLO and a demand curve; rescales of any size at any time, by the HPA or by hand. */
const timelines: fc.Arbitrary<Timeline> = fc
  .record({
    rescales: fc.array(
      fc.record({
        t: fc.integer({ min: 12_000, max: 88_000 }),
        to: fc.integer({ min: 1, max: 8 }),
        isByHand: fc.boolean(),
      }),
      { maxLength: 6 },
    ),
    readyMs: fc.integer({ min: 1_300, max: 30_000 }),
    stoppedT: fc.option(fc.integer({ min: 1_000, max: 90_000 }), { nil: undefined }),
    peak: fc.integer({ min: 0, max: 60 }),
    lost: fc.constantFrom(undefined, 'cpu', 'pod-metrics', 'endpoints', 'load', 'hpa-decision'),
  })
  .map(({ rescales, readyMs, stoppedT, peak, lost }) => {
    const timeline = aTimeline({
      loadStartT: 10_000,
      stages: stagesTo(peak),
      rescales: [...rescales].sort((a, b) => a.t - b.t),
      podDelays: { readyMs },
      ...(stoppedT === undefined ? {} : { stoppedT, outcome: 'interrupted' }),
    });
    const experiment = {
      ...anExperiment(stagesTo(peak)),
      slo: { responseTimeMs: 100, objective: 0.99 },
      demandCurve: CURVE,
    };
    return {
      header: { ...timeline.header, experiment },
      records: timeline.records.filter(({ kind }) => kind !== lost),
    };
  });

/** Every chain of stages in an analysis, with where it begins where that is known. */
function chains({ scaleUps, scaleDowns }: Analysis) {
  const ofSteps = [...scaleUps, ...scaleDowns].map(({ stages, change }) => ({
    stages: stages as readonly Stage<string>[],
    beginT: valueOf(change)?.t,
  }));
  const ofPods = scaleUps.flatMap(({ pods, decisionT }) =>
    pods.map(({ stages }) => ({ stages: stages as readonly Stage<string>[], beginT: decisionT })),
  );
  const ofRemoved = scaleDowns.flatMap(({ pods, decisionT }) =>
    pods.map(({ stages }) => ({ stages: stages as readonly Stage<string>[], beginT: decisionT })),
  );
  return [...ofSteps, ...ofPods, ...ofRemoved];
}

describe('for any run', { timeout: 60_000 }, () => {
  it('stages never overlap, none is negative, and they sum to the whole', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        for (const { stages, beginT } of chains(analyze(timeline))) {
          const seen = stages.flatMap((stage) => valueOf(stage.seen) ?? []);
          const startT = beginT ?? seen[0]?.startT ?? 0;
          let endT = startT;
          for (const stage of seen) {
            expect(stage.startT).toBe(endT);
            expect(stage.t).toBeGreaterThanOrEqual(stage.startT);
            expect(stage.lengthMs ?? 0).toBeCloseTo(stage.t - stage.startT, 6);
            expect(stage.cause).not.toBe('');
            endT = stage.t;
          }
          const sumMs = seen.reduce((sum, { lengthMs }) => sum + (lengthMs ?? 0), 0);
          expect(sumMs).toBeCloseTo(endT - startT, 6);
        }
      }),
      RUNS,
    );
  });

  it('a scale-up is never shorter than its wait for pods, and recovery is never negative', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        for (const { latencyMs, decisionT, change, recoveryMs } of analyze(timeline).scaleUps) {
          const changeT = valueOf(change)?.t;
          const latency = valueOf(latencyMs);
          if (changeT !== undefined) expect(changeT).toBeLessThanOrEqual(decisionT);
          if (latency !== undefined && changeT !== undefined) {
            expect(latency).toBeGreaterThanOrEqual(decisionT - changeT);
          }
          expect(valueOf(recoveryMs) ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
      RUNS,
    );
  });

  it('a size that was set by hand has no latency and does not count as a rescale', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const { scaleUps, scaleDowns, stability } = analyze(timeline);
        const others = [...scaleUps, ...scaleDowns].filter(({ author }) => author === 'other');

        expect(stability.byOthers).toBe(others.length);
        expect(stability.rescales).toBe(scaleUps.length + scaleDowns.length - others.length);
        for (const { latencyMs } of others) expect(latencyMs.kind).toBe('no-data');
      }),
      RUNS,
    );
  });

  it('every named measure is the same when everything is later', () => {
    fc.assert(
      fc.property(timelines, fc.integer({ min: 1, max: 1e6 }), (timeline, byMs) => {
        const [now, later] = [analyze(timeline), analyze(shifted(timeline, byMs))];

        for (const { name, of, inStage } of scalingMeasures) {
          // the run is longer by the time before anything was seen
          if (name === 'replicas.mean') continue;
          expectSame(of(later), of(now));
          if (inStage !== undefined) expectSame(inStage(later, 'high'), inStage(now, 'high'));
        }
      }),
      RUNS,
    );
  });

  it('percentiles rise from p50 to max, and what was reached is never beyond what was not', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const { scaleUpTimes, scaleDownTimes } = analyze(timeline);
        for (const { p50Ms, p95Ms, maxMs, n, seen } of [
          scaleUpTimes.latency,
          scaleUpTimes.recovery,
          scaleDownTimes.latency,
        ]) {
          const ranks = [p50Ms, p95Ms, maxMs].map((each) => valueOf(each) ?? Infinity);

          expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
          expect(maxMs.kind === 'measured').toBe(n > 0 && seen === n);
        }
      }),
      RUNS,
    );
  });

  it('elasticity keeps its bounds', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const found = valueOf(analyze(timeline).elasticity);
        if (found === undefined) return;
        const { under, over, instability } = found;

        expect(under.timeshare + over.timeshare).toBeLessThanOrEqual(1 + 1e-9);
        expect(under.accuracy).toBeLessThanOrEqual(under.timeshare + 1e-9);
        for (const side of [under, over]) {
          expect(side.accuracy).toBeGreaterThanOrEqual(0);
          expect(side.pods).toBeGreaterThanOrEqual(side.accuracy - 1e-9);
          expect(side.timeshare === 0).toBe(side.pods === 0);
        }
        expect(instability).toBeGreaterThanOrEqual(0);
        expect(instability).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });
});

/** Within what doubles lose when a number is added and taken away again. */
function expectSame(later: Measure, now: Measure): void {
  if (now.kind !== 'measured' || later.kind !== 'measured') {
    expect(later).toEqual(now);
    return;
  }
  expect(later.value).toBeCloseTo(now.value, 4);
}

/** Over 100 s. */
function mean(series: readonly { readonly t: number; readonly value: number }[]): number {
  const sum = series.reduce(
    (all, { t, value }, index) => all + value * ((series[index + 1]?.t ?? 100_000) - t),
    0,
  );
  return sum / 100_000;
}

describe('elasticity', () => {
  const steps = fc
    .array(
      fc.record({
        t: fc.integer({ min: 0, max: 99 }).map((second) => second * 1_000),
        value: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((points) => {
      const sorted = [...points].sort((a, b) => a.t - b.t);
      const distinct = sorted.filter(({ t }, index) => t !== sorted[index + 1]?.t);
      return distinct.map(({ t, value }, index) => ({ t: index === 0 ? 0 : t, value }));
    });

  it('of any supply against itself finds nothing', () => {
    fc.assert(
      fc.property(steps, (series) => {
        const demand = { series, span: { fromT: 0, toT: 100_000 }, isMeasured: true };

        expect(valueOf(elasticity(demand, series, measured(1)))).toMatchObject({
          under: { accuracy: 0, pods: 0, timeshare: 0 },
          over: { accuracy: 0, pods: 0, timeshare: 0 },
          instability: 0,
          jitterPerHour: 0,
        });
      }),
      RUNS,
    );
  });

  it('what is missing less what is too many is the mean of demand less supply', () => {
    fc.assert(
      fc.property(steps, steps, (series, supply) => {
        const demand = { series, span: { fromT: 0, toT: 100_000 }, isMeasured: true };
        const found = valueOf(elasticity(demand, supply, measured(1)));

        const differ = (found?.under.pods ?? 0) - (found?.over.pods ?? 0);
        expect(differ).toBeCloseTo(mean(series) - mean(supply), 9);
      }),
      RUNS,
    );
  });
});

describe('changes of a measured rate', () => {
  it('begin at 0, end at 0, follow each other and differ by more than an HPA tolerates', () => {
    const counts = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 200 })), {
        minLength: 1,
        maxLength: 6,
      })
      .map((levels) => levels.flatMap(([length, rate]) => Array.from({ length }, () => rate)));
    fc.assert(
      fc.property(counts, (due) => {
        const seconds = due.map(
          (each, second): LoadRecord => ({
            t: second * 1_000,
            kind: 'load',
            load: aLoadSecond(second, { due: each }),
          }),
        );
        const changes = measuredLoadChanges(seconds);

        let [t, rate] = [-1, 0];
        for (const change of changes) {
          expect(change.t).toBeGreaterThan(t);
          expect(change.fromPerSecond).toBe(rate);
          const { fromPerSecond: from, toPerSecond: to } = change;
          expect(Math.abs(to - from)).toBeGreaterThan(0.1 * Math.max(from, to));
          expect(change.direction).toBe(to > from ? 'up' : 'down');
          [t, rate] = [change.t, to];
        }
        expect(rate).toBe(0);
      }),
      { ...RUNS, numRuns: 60 },
    );
  });
});
