import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { measured, valueOf } from '../../../src/analysis/measure.js';
import type { ScaleDown, ScaleDownStageName } from '../../../src/analysis/scale-down.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { anHpaDecision, anHpaRecord } from '../../support/an-hpa-decision.js';
import { aTimeline, without } from '../../support/a-timeline.js';

/** The default script: the load falls at 118.5 s; 10 to 4 at 157 s, 4 to 3 at 172 s. */
const SPIKE = aTimeline();

function scaleDown(timeline: Timeline, index = 0): ScaleDown {
  const found = analyze(timeline).scaleDowns[index];
  if (found === undefined) throw new Error(`expected scale-down ${index}`);
  return found;
}

function seen(of: ScaleDown, name: ScaleDownStageName) {
  return of.stages.find((stage) => stage.name === name)?.seen;
}

function cause(of: ScaleDown, name: ScaleDownStageName): string | undefined {
  const stage = seen(of, name);
  return stage === undefined ? undefined : valueOf(stage)?.cause;
}

describe('the waterfall of a scale-down', () => {
  const found = scaleDown(SPIKE);

  it('finds each instant that the script set, from the load drop to the last pod gone', () => {
    expect(valueOf(found.change)).toMatchObject({ t: 118_500, direction: 'down' });
    expect(
      found.stages.map(({ name, seen: of }) => [name, valueOf(of)?.t, valueOf(of)?.lengthMs]),
    ).toEqual([
      // 45/s use 1,165m with ten idle pods, half a second of which is still in the reading at 119 s:
      // 715m over 4 pods of 200m are 89 %; at 120 s it is 265m
      ['under-target', 120_000, 1_500],
      // a window of 15 s from 116 s to 131 s holds 2.5 s of the spike
      ['metric-visible', 132_000, 12_000],
      ['decision', 157_000, 25_000],
      // terminating 50 ms after the decision, out of the endpoints 30 ms later
      ['terminating', 157_050, 50],
      ['out-of-endpoints', 157_080, 30],
      // answered in the second that begins at 156.5 s
      ['last-request', 157_500, 420],
      ['gone', 159_050, 1_550],
    ]);
  });

  it('has a latency from the load drop to the last pod gone', () => {
    expect(found.latencyMs).toEqual(measured(159_050 - 118_500));
    expect(analyze(SPIKE).scaleDownTimes.latency).toMatchObject({
      n: 2,
      maxMs: measured(172_000 + 2_050 - 118_500),
    });
  });

  it('names the pods it removed with their own instants', () => {
    expect(found.pods).toHaveLength(6);
    expect(found.pods[0]).toMatchObject({
      name: 'sample-service-4',
      terminatingT: measured(157_050),
      outOfEndpointsT: measured(157_080),
      // of the nine requests of the last second none came to this one of ten pods
      lastRequestT: measured(156_500),
      goneT: measured(159_050),
      latencyMs: measured(2_050),
    });
    expect(
      found.pods[5]?.stages.map(({ name, seen: of }) => [name, valueOf(of)?.lengthMs]),
    ).toEqual([
      ['terminating', 50],
      ['out-of-endpoints', 30],
      ['last-request', 420],
      ['gone', 1_550],
    ]);
  });

  it('says what held the decision: the window of the HPA, where syncs are not on record', () => {
    expect(cause(found, 'decision')).toBe(
      'HPA: scale-down stabilization, window of 20s; it syncs every 15s',
    );
  });

  it('says what held the decision: what the syncs say', () => {
    const held = [135_000, 150_000].map((t) =>
      anHpaDecision({
        t,
        from: 10,
        proposed: 4,
        stabilized: { at: 10, reason: 'ScaleDownStabilized' },
      }),
    );
    const records = [...SPIKE.records, ...held].sort((a, b) => a.t - b.t);

    expect(cause(scaleDown({ ...SPIKE, records }), 'decision')).toBe(
      'HPA: stabilization (ScaleDownStabilized, window of 20s) held it back in 2 of 2 syncs; it syncs every 15s',
    );
  });

  it('says what held the decision: what the conditions say', () => {
    const { records: rest } = without(SPIKE, 'hpa-decision', 'hpa');
    const hpas = [
      anHpaRecord(22_000, {}),
      anHpaRecord(140_000, { AbleToScale: 'ScaleDownStabilized' }),
    ];
    const records = [...rest, ...hpas].sort((a, b) => a.t - b.t);

    expect(cause(scaleDown({ ...SPIKE, records }), 'decision')).toBe(
      'HPA: stabilization (ScaleDownStabilized, window of 20s) held it back; it syncs every 15s',
    );
  });
});

describe('a scale-down that was not seen whole', () => {
  it('of a run that ended meanwhile has its last stages not reached', () => {
    const found = scaleDown(aTimeline({ outcome: 'interrupted', stoppedT: 158_000 }));

    expect(seen(found, 'out-of-endpoints')?.kind).toBe('measured');
    expect(seen(found, 'gone')).toEqual({
      kind: 'not-reached',
      because: '0 of 6 pods were gone when the observation ended',
    });
    expect(found.latencyMs.kind).toBe('not-reached');
    expect(found.decisionToGoneMs.kind).toBe('not-reached');
  });

  it('does not take what tearing down does for its own', () => {
    const cut = aTimeline({ outcome: 'interrupted', stoppedT: 158_000 });
    const gone = SPIKE.records.filter(({ kind, t }) => kind === 'pod' && t > 158_000);
    const records = [...cut.records, ...gone].sort((a, b) => a.t - b.t);

    expect(scaleDown({ ...cut, records }).latencyMs.kind).toBe('not-reached');
  });

  it.each([
    { kind: 'cpu', name: 'under-target', because: /true CPU usage was not read/ },
    { kind: 'pod-metrics', name: 'metric-visible', because: /the metrics API was not read/ },
    { kind: 'endpoints', name: 'out-of-endpoints', because: /endpoints were not observed/ },
    { kind: 'load', name: 'last-request', because: /no second of the load was told/ },
  ] as const)('without $kind records lacks "$name" and says why', ({ kind, name, because }) => {
    const found = scaleDown(without(SPIKE, kind));

    expect(seen(found, name)).toEqual({
      kind: 'no-data',
      because: expect.stringMatching(because),
    });
    const lengths = found.stages.flatMap(({ seen: of }) => valueOf(of) ?? []);
    expect(lengths.reduce((sum, { lengthMs }) => sum + (lengthMs ?? NaN), 0)).toBe(
      159_050 - 118_500,
    );
  });

  it('of pods that were never ready has no endpoints to leave and no last request', () => {
    const found = scaleDown(
      aTimeline({
        rescales: [
          { t: 82_000, to: 7 },
          { t: 85_000, to: 3 },
        ],
      }),
    );

    expect(seen(found, 'out-of-endpoints')).toEqual({
      kind: 'no-data',
      because: 'none of the removed pods was seen in the endpoints',
    });
    expect(seen(found, 'last-request')?.kind).toBe('no-data');
    expect(seen(found, 'gone')?.kind).toBe('measured');
  });

  it('that someone else made has no load drop and no latency', () => {
    const found = scaleDown(
      aTimeline({
        rescales: [
          { t: 82_000, to: 7 },
          { t: 130_000, to: 4, isByHand: true },
        ],
      }),
    );

    expect(found).toMatchObject({
      author: 'other',
      change: { kind: 'no-data' },
      latencyMs: { kind: 'no-data' },
      decisionToGoneMs: measured(2_050),
    });
    expect(seen(found, 'under-target')?.kind).toBe('no-data');
  });

  it('without a load drop does not count among the lengths of the first stage that was seen', () => {
    // no fall of the load comes before the decision at 110 s
    const timeline = aTimeline({
      rescales: [
        { t: 82_000, to: 7 },
        { t: 110_000, to: 6 },
        { t: 157_000, to: 3 },
      ],
    });
    const { scaleDownTimes } = analyze(timeline);
    const [dropless, answering] = analyze(timeline).scaleDowns;

    expect(dropless?.change.kind).toBe('no-data');
    expect(valueOf(seen(dropless!, 'decision')!)).toMatchObject({ lengthMs: undefined });
    expect(scaleDownTimes.stages.decision).toMatchObject({
      n: 1,
      p50Ms: measured(valueOf(seen(answering!, 'decision')!)?.lengthMs),
    });
    expect(scaleDownTimes.stages.decision?.n).toBe(scaleDownTimes.latency.n);
  });
});
