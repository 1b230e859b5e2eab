import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { valueOf } from '../../../src/analysis/measure.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aHeader, anExperiment, aPodRecord, aTimeline, shifted } from '../../support/a-timeline.js';

describe('the analysis of a spike', () => {
  const analysis = analyze(aTimeline());

  it('knows first, highest and last replica counts', () => {
    expect(analysis.replicas).toMatchObject({
      initialDesired: { kind: 'measured', value: 3 },
      peakDesired: { kind: 'measured', value: 10 },
      peakReady: { kind: 'measured', value: 10 },
      // scaled to 3 at 172 s; torn down at 199 s
      settled: { kind: 'measured', value: { replicas: 3, unchangedForMs: 27_000 } },
    });
  });

  it('counts rescales, and up and down again as one change of direction', () => {
    expect(analysis.stability).toMatchObject({
      rescales: 4,
      scaleUps: 2,
      scaleDowns: 2,
      directionChanges: 1,
    });
  });

  it('tells scale-downs from the fall of the load to the last pod gone', () => {
    expect(analysis.scaleDowns).toMatchObject([
      {
        from: 10,
        to: 4,
        changeToDecisionMs: { kind: 'measured', value: 157_000 - 118_500 },
        // terminating 50 ms after the decision, gone 2 s after that
        decisionToGoneMs: { kind: 'measured', value: 2_050 },
      },
      { from: 4, to: 3 },
    ]);
  });

  it('has a stretch for each stage of the plan, and the whole', () => {
    const stretches = valueOf(analysis.stretches) ?? [];

    expect(stretches.map(({ name, seconds, due }) => [name, seconds, due])).toEqual([
      ['baseline', 25, 225],
      ['spike', 65, 2_925],
      ['baseline-again', 80, 720],
    ]);
    expect(valueOf(analysis.wholeLoad)?.due).toBe(3_870);
  });

  it('does not count the tear-down as part of the run', () => {
    const atTearDown: Timeline = {
      ...aTimeline(),
      records: [
        ...aTimeline().records,
        {
          t: 199_500,
          kind: 'workload',
          name: 'sample-service',
          specReplicas: 0,
          replicas: 0,
          updatedReplicas: 0,
          readyReplicas: 0,
          availableReplicas: 0,
        },
      ],
    };

    expect(analyze(atTearDown).stability.rescales).toBe(4);
    expect(valueOf(analyze(atTearDown).replicas.settled)?.replicas).toBe(3);
  });

  it('gives the same durations when all is later', () => {
    const later = analyze(shifted(aTimeline(), 5_000));

    expect(later.scaleUps.map(({ latencyMs }) => latencyMs)).toEqual(
      analysis.scaleUps.map(({ latencyMs }) => latencyMs),
    );
    expect(later.cost.podSeconds).toBeCloseTo(analysis.cost.podSeconds, 6);
    expect(valueOf(later.aroundPeak)?.in).toMatchObject({
      value: { due: valueOf(valueOf(analysis.aroundPeak)!.in)?.due },
    });
  });
});

describe('the analysis of a run that came to little', () => {
  it('of a header alone has every measure absent with a reason, and throws nothing', () => {
    const analysis = analyze({ header: aHeader(), records: [] });

    expect(analysis).toMatchObject({
      completeness: { kind: 'cut-short' },
      generator: { kind: 'unknown' },
      scaleUps: [],
      scaleDowns: [],
      loadStartT: { kind: 'no-data', because: 'the run did not come to the load phase' },
      loadChanges: { kind: 'no-data' },
      wholeLoad: { kind: 'no-data' },
      aroundPeak: { kind: 'no-data' },
      stretches: { kind: 'no-data' },
      replicas: {
        initialDesired: { kind: 'no-data' },
        peakReady: { kind: 'no-data' },
        settled: { kind: 'no-data' },
      },
      cost: { podSeconds: 0, estimatedCost: { kind: 'no-data' } },
    });
  });

  it('of one in which nothing scaled has no scale-up', () => {
    const { scaleUps, stability, replicas } = analyze(aTimeline({ rescales: [] }));

    expect(scaleUps).toEqual([]);
    expect(stability.rescales).toBe(0);
    expect(replicas.peakDesired).toEqual({ kind: 'measured', value: 3 });
  });

  it('of one pod seen once counts its time to the last record', () => {
    const timeline: Timeline = {
      header: aHeader(),
      records: [aPodRecord({ t: 1_000, change: 'seen' }), { t: 5_000, kind: 'note', text: 'n' }],
    };

    expect(analyze(timeline).cost.podSeconds).toBe(4);
    expect(analyze(timeline).notes).toEqual(['n']);
  });

  it.each([
    ['interrupted', 'SIGINT'],
    ['failed', 'SIGINT'],
  ] as const)('of an %s one says why', (outcome, because) => {
    const { completeness } = analyze(aTimeline({ outcome, stoppedT: 60_000 }));

    expect(completeness).toEqual({ kind: outcome, because });
  });

  it('of one whose harness was killed says that its record was cut', () => {
    expect(analyze(aTimeline({ outcome: 'cut-short', stoppedT: 60_000 })).completeness.kind).toBe(
      'cut-short',
    );
  });

  it('of one whose generator fell behind says so', () => {
    expect(analyze(aTimeline({ isSaturated: true })).generator).toMatchObject({
      kind: 'saturated',
      because: 'p99 of the send lag was 160 ms (limit 10 ms)',
    });
  });

  it('of a closed model has the changes of its measured rate and all of its requests', () => {
    const spike = aTimeline();
    const load = { load: { model: 'closed', concurrency: 5, durationMs: 1_000 } };
    const experiment = { ...anExperiment(), load };
    const analysis = analyze({ ...spike, header: { ...spike.header, experiment } });

    const changes = valueOf(analysis.loadChanges) ?? [];
    expect(changes.map(({ t, toPerSecond, origin }) => [t, toPerSecond, origin])).toEqual([
      [28_500, 9, 'measured'],
      [53_500, 45, 'measured'],
      [118_500, 9, 'measured'],
      [198_500, 0, 'measured'],
    ]);
    expect(analysis.stretches.kind).toBe('no-data');
    expect(valueOf(analysis.wholeLoad)?.due).toBe(3_870);
  });
});
