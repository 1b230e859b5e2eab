import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { valueOf } from '../../../src/analysis/measure.js';
import type { ScaleUp, ScaleUpStageName } from '../../../src/analysis/scale-up.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aTimeline, without } from '../../support/a-timeline.js';

/** The default script: load change at 53.5 s, decisions at 82 s (to 7) and 97 s (to 10). */
const SPIKE = aTimeline();

function firstScaleUp(timeline: Timeline): ScaleUp {
  const [first] = analyze(timeline).scaleUps;
  if (first === undefined) throw new Error('expected a scale-up');
  return first;
}

function stageOf(scaleUp: ScaleUp, name: ScaleUpStageName) {
  return scaleUp.stages.find((stage) => stage.name === name)?.seen;
}

describe('the waterfall of a scale-up', () => {
  it('finds each instant that the script set, from the load change to the endpoints', () => {
    const scaleUp = firstScaleUp(SPIKE);

    expect(valueOf(scaleUp.change)).toMatchObject({ t: 53_500, fromPerSecond: 9, toPerSecond: 45 });
    expect(
      scaleUp.stages.map(({ name, seen }) => [name, valueOf(seen)?.t, valueOf(seen)?.lengthMs]),
    ).toEqual([
      // Usage is read each second; the reading at 54 s is the first with half a second of the spike.
      ['over-target', 54_000, 500],
      ['metric-visible', 72_000, 18_000],
      ['decision', 82_000, 10_000],
      // created 60 ms after the decision, 5 ms apart; then scheduled 40 ms, started 1.3 s and ready
      // 7.4 s after created, endpoint 30 ms after ready
      ['pods-created', 82_075, 75],
      ['scheduled', 82_115, 40],
      ['started', 83_375, 1_260],
      ['ready', 89_475, 6_100],
      ['endpoint', 89_505, 30],
      // answered from the second that begins at 89.5 s, the last of them from the next on
      ['first-request', 90_500, 995],
      ['recovered', undefined, undefined],
    ]);
    expect(scaleUp.latencyMs).toEqual({ kind: 'measured', value: 89_475 - 53_500 });
  });

  it('attributes a second step to the same load change', () => {
    const [, second] = analyze(SPIKE).scaleUps;

    expect(second).toMatchObject({
      from: 7,
      to: 10,
      change: { kind: 'measured', value: { t: 53_500 } },
      latencyMs: { kind: 'measured', value: 97_070 + 7_400 - 53_500 },
    });
  });

  it('attributes each step of a staircase to the stair that called for it', () => {
    const timeline = aTimeline({
      stages: [
        { name: 'low', kind: 'constant', ratePerSecond: 9, durationMs: 60_000 },
        { name: 'middle', kind: 'constant', ratePerSecond: 18, durationMs: 60_000 },
        { name: 'high', kind: 'constant', ratePerSecond: 36, durationMs: 60_000 },
      ],
      rescales: [
        { t: 120_000, to: 4 },
        { t: 180_000, to: 8 },
      ],
    });

    const stages = analyze(timeline).scaleUps.map(({ change }) => valueOf(change)?.stage);

    expect(stages).toEqual(['middle', 'high']);
  });

  it('names the pods it added, with their own instants', () => {
    const { pods } = firstScaleUp(SPIKE);

    expect(pods).toHaveLength(4);
    expect(pods[0]).toMatchObject({
      name: 'sample-service-3',
      createdT: 82_060,
      scheduledT: { kind: 'measured', value: 82_100 },
      startedT: { kind: 'measured', value: 83_360 },
      readyT: { kind: 'measured', value: 89_460 },
      endpointT: { kind: 'measured', value: 89_490 },
      firstRequestT: { kind: 'measured', value: 89_500 },
    });
  });

  it('tells the response times of those who waited', () => {
    // From the second at 53.5 s to the one at 88.5 s: 36 seconds of 45 requests, all answered.
    expect(firstScaleUp(SPIKE).responseTimesWhileWaiting).toMatchObject({
      kind: 'measured',
      value: { count: 36 * 45 },
    });
  });

  it('gives the HPA’s own reason, from its steps or else its event', () => {
    const fromEvent = firstScaleUp(without(SPIKE, 'hpa-decision')).reason;

    expect(valueOf(firstScaleUp(SPIKE).reason)).toBe(
      'cpu at 189 % of the requests over 3 pods (target 60 %) proposes 10; limited to 7 (ScaleUpLimit)',
    );
    expect(valueOf(fromEvent)).toMatch(/^New size: 7; reason: cpu resource utilization/);
    expect(firstScaleUp(without(SPIKE, 'hpa-decision', 'event')).reason.kind).toBe('no-data');
  });
});

describe('a scale-up that was not seen whole', () => {
  it.each([
    { kind: 'cpu', name: 'over-target', because: /true CPU usage was not read/ },
    { kind: 'pod-metrics', name: 'metric-visible', because: /the metrics API was not read/ },
    { kind: 'endpoints', name: 'endpoint', because: /were not observed/ },
  ] as const)('without $kind records lacks "$name" and says why', ({ kind, name, because }) => {
    const scaleUp = firstScaleUp(without(SPIKE, kind));

    expect(stageOf(scaleUp, name)).toEqual({
      kind: 'no-data',
      because: expect.stringMatching(because),
    });
    // The rest still adds up to the whole.
    const seen = scaleUp.stages.flatMap((stage) => valueOf(stage.seen) ?? []);
    const sumMs = seen.reduce((sum, { lengthMs }) => sum + (lengthMs ?? NaN), 0);
    expect(sumMs).toBe(seen.at(-1)?.sinceChangeMs);
    expect(scaleUp.latencyMs).toEqual({ kind: 'measured', value: 35_975 });
  });

  it('that the load outran has its last stages not reached, with the scale-down as the reason', () => {
    const timeline = aTimeline({
      rescales: [
        { t: 82_000, to: 7 },
        { t: 85_000, to: 3 },
      ],
    });

    const scaleUp = firstScaleUp(timeline);

    expect(stageOf(scaleUp, 'pods-created')?.kind).toBe('measured');
    expect(stageOf(scaleUp, 'ready')).toEqual({
      kind: 'not-reached',
      because: 'there were not 7 pods ready at once when it was scaled to 3',
    });
    expect(scaleUp.latencyMs.kind).toBe('not-reached');
  });

  it('that the end of the run cut off says so', () => {
    const scaleUp = firstScaleUp(aTimeline({ outcome: 'interrupted', stoppedT: 83_000 }));

    expect(stageOf(scaleUp, 'scheduled')?.kind).toBe('measured');
    expect(stageOf(scaleUp, 'started')).toEqual({
      kind: 'not-reached',
      because: '0 of 4 new pods were started when the observation ended',
    });
  });

  it('of a header without an experiment has the load change that was measured', () => {
    const scaleUp = firstScaleUp({ ...SPIKE, header: { ...SPIKE.header, experiment: {} } });

    expect(valueOf(scaleUp.change)).toMatchObject({ t: 53_500, origin: 'measured' });
    expect(scaleUp.latencyMs).toEqual({ kind: 'measured', value: 35_975 });
  });

  it('without plan and load has no load change and counts from the first stage', () => {
    const scaleUp = firstScaleUp({
      ...without(SPIKE, 'load'),
      header: { ...SPIKE.header, experiment: {} },
    });

    expect(scaleUp.change.kind).toBe('no-data');
    expect(scaleUp.latencyMs.kind).toBe('no-data');
    expect(valueOf(scaleUp.stages[0]!.seen)).toMatchObject({
      lengthMs: undefined,
      sinceChangeMs: 0,
    });
  });

  it('of a header without an HPA has no target to be over', () => {
    const scaleUp = firstScaleUp({ ...SPIKE, header: { ...SPIKE.header, manifests: [] } });

    expect(stageOf(scaleUp, 'over-target')).toEqual({
      kind: 'no-data',
      because: 'the header holds no HorizontalPodAutoscaler',
    });
    expect(valueOf(scaleUp.change)?.t).toBe(53_500);
  });

  it('whose usage never was over target by the true readings says so', () => {
    const idle = aTimeline({
      stages: [{ name: 'idle', kind: 'constant', ratePerSecond: 1, durationMs: 170_000 }],
    });
    const records = [
      ...without(SPIKE, 'cpu').records,
      ...idle.records.filter(({ kind }) => kind === 'cpu'),
    ].sort((a, b) => a.t - b.t);
    const timeline: Timeline = { header: SPIKE.header, records };

    expect(stageOf(firstScaleUp(timeline), 'over-target')?.kind).toBe('not-reached');
  });
});

describe('the load change of a scale-up', () => {
  const LOW = { kind: 'constant', ratePerSecond: 9 } as const;
  const HIGH = { kind: 'constant', ratePerSecond: 45 } as const;
  const causeAfterPause = (pauseMs: number) =>
    valueOf(
      firstScaleUp(
        aTimeline({
          loadStartT: 20_000,
          stages: [
            { name: 'calm', ...LOW, durationMs: 20_000 },
            { name: 'burst', ...HIGH, durationMs: 10_000 },
            { name: 'pause', ...LOW, durationMs: pauseMs },
            { name: 'again', ...HIGH, durationMs: 60_000 },
          ],
          rescales: [{ t: 90_000, to: 7 }],
        }),
      ).change,
    )?.stage;

  it('is the first of two bursts when the pause between them is shorter than noise', () => {
    expect(causeAfterPause(2_000)).toBe('burst');
  });

  it('is none when only a scale-down made it necessary', () => {
    const { scaleUps, scaleUpTimes } = analyze(
      aTimeline({
        rescales: [
          { t: 82_000, to: 10 },
          { t: 97_000, to: 4 },
          { t: 112_000, to: 9 },
        ],
      }),
    );

    expect(scaleUps[1]?.change).toEqual({
      kind: 'no-data',
      because:
        'usage was over target because it had been scaled down to 4, not because the load rose',
    });
    expect(stageOf(scaleUps[1]!, 'over-target')?.kind).toBe('measured');
    expect(scaleUpTimes.latency.n).toBe(1);
  });

  it('is the second of two bursts when the pods had calmed down between them', () => {
    expect(causeAfterPause(20_000)).toBe('again');
  });
});
