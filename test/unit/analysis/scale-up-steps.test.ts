/** Scale-ups beside each other, by hand, with an SLO; and whose delay each stage was. */
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { measured, valueOf } from '../../../src/analysis/measure.js';
import type { ScaleUp, ScaleUpStageName } from '../../../src/analysis/scale-up.js';
import { mergePatch } from '../../../src/core/merge-patch.js';
import type { KubeEventRecord, Timeline, TimelineRecord } from '../../../src/timeline/record.js';
import { anHpaDecision } from '../../support/an-hpa-decision.js';
import { anExperiment, aTimeline, without } from '../../support/a-timeline.js';

/** The default script: load change at 53.5 s, decisions at 82 s (to 7) and 97 s (to 10). */
const SPIKE = aTimeline();

function scaleUp(timeline: Timeline, index = 0): ScaleUp {
  const found = analyze(timeline).scaleUps[index];
  if (found === undefined) throw new Error(`expected scale-up ${index}`);
  return found;
}

function seen(of: ScaleUp, name: ScaleUpStageName) {
  return of.stages.find((stage) => stage.name === name)?.seen;
}

function cause(of: ScaleUp, name: ScaleUpStageName): string | undefined {
  const stage = seen(of, name);
  return stage === undefined ? undefined : valueOf(stage)?.cause;
}

function withRecords(timeline: Timeline, records: readonly TimelineRecord[]): Timeline {
  return { ...timeline, records: [...timeline.records, ...records].sort((a, b) => a.t - b.t) };
}

function withExperiment(timeline: Timeline, of: Readonly<Record<string, unknown>>): Timeline {
  const experiment = { ...anExperiment(), ...of };
  return { ...timeline, header: { ...timeline.header, experiment } };
}

/** An event of the last pod of the first step. */
function podEvent(t: number, reason: string, message: string): KubeEventRecord {
  const object = 'Pod/sample-service-6';
  return { t, kind: 'event', object, type: 'Normal', reason, message, count: 1 };
}

describe('a second step for the same load change', () => {
  const second = scaleUp(SPIKE, 1);

  it('begins where the first was decided, and is over target of what the first brought', () => {
    expect(second.earlierStep).toEqual({ to: 7, decisionT: 82_000 });
    expect(
      second.stages.map(({ name, seen: of }) => [name, valueOf(of)?.t, valueOf(of)?.lengthMs]),
    ).toEqual([
      ['earlier-step', 82_000, 28_500],
      // the first reading from then on: 1,125m over 7 pods of 200m are 80 % (target 60 %)
      ['over-target', 82_000, 0],
      ['metric-visible', 87_000, 5_000],
      ['decision', 97_000, 10_000],
      ['pods-created', 97_070, 70],
      ['scheduled', 97_110, 40],
      ['started', 98_370, 1_260],
      ['ready', 104_470, 6_100],
      ['endpoint', 104_500, 30],
      ['first-request', 104_500, 0],
      ['recovered', undefined, undefined],
    ]);
    expect(cause(second, 'earlier-step')).toBe(
      'HPA: it went to 7 first: cpu at 189 % of the requests over 3 pods (target 60 %) proposes 10; limited to 7 (ScaleUpLimit)',
    );
  });

  it('still counts its latency from the load change', () => {
    expect(second.latencyMs).toEqual(measured(104_470 - 53_500));
  });

  it('is a first step again after a scale-down', () => {
    const timeline = aTimeline({
      rescales: [
        { t: 82_000, to: 7 },
        { t: 90_000, to: 5 },
        { t: 97_000, to: 8 },
      ],
    });

    expect(scaleUp(timeline, 1).earlierStep).toBeUndefined();
  });

  it('has pods of its own, although those of the first are not ready yet', () => {
    const timeline = aTimeline({
      rescales: [
        { t: 82_000, to: 5 },
        { t: 84_000, to: 9 },
      ],
    });
    const [first, other] = [scaleUp(timeline, 0), scaleUp(timeline, 1)];

    expect(first.pods.map(({ name }) => name)).toEqual(['sample-service-3', 'sample-service-4']);
    expect(other.pods).toHaveLength(4);
    expect(valueOf(seen(first, 'ready')!)?.t).toBe(82_065 + 7_400);
    expect(valueOf(seen(other, 'ready')!)?.t).toBe(84_075 + 7_400);
  });
});

describe('a size that someone else set', () => {
  // the HPA's syncs are on record, and none of them is about this size
  const timeline = withRecords(aTimeline({ rescales: [{ t: 60_000, to: 5, isByHand: true }] }), [
    anHpaDecision({ t: 58_000, from: 3, proposed: 3 }),
  ]);
  const byHand = scaleUp(timeline);

  it('has no load change, no latency and no reason', () => {
    const because = expect.stringMatching(/the HPA did not set this size/);

    expect(byHand).toMatchObject({
      author: 'other',
      change: { kind: 'no-data', because },
      latencyMs: { kind: 'no-data', because },
      reason: { kind: 'no-data', because },
    });
    expect(seen(byHand, 'over-target')).toMatchObject({ kind: 'no-data', because });
  });

  it('has the stages of its pods all the same, from the change on', () => {
    expect(valueOf(seen(byHand, 'decision')!)).toMatchObject({
      sinceChangeMs: 0,
      lengthMs: undefined,
    });
    expect(valueOf(seen(byHand, 'ready')!)).toMatchObject({ sinceChangeMs: 7_465 });
  });

  it('does not enter the latencies nor the rescales of the HPA', () => {
    const { scaleUpTimes, stability } = analyze(timeline);

    expect(scaleUpTimes.latency).toMatchObject({ n: 0, p95Ms: { kind: 'no-data' } });
    // when it was wished for is not known: no false 0
    expect(scaleUpTimes.stages.decision).toMatchObject({
      n: 0,
      p50Ms: { kind: 'no-data', because: expect.stringContaining('when it began is not known') },
    });
    expect(scaleUpTimes.stages.ready).toMatchObject({ n: 1 });
    expect(stability).toMatchObject({ rescales: 0, byOthers: 1 });
  });

  it('is told by events alone, too', () => {
    const others = aTimeline({
      rescales: [
        { t: 60_000, to: 5, isByHand: true },
        { t: 82_000, to: 7 },
      ],
    });

    expect(analyze(without(others, 'hpa-decision')).scaleUps.map(({ author }) => author)).toEqual([
      'other',
      'hpa',
    ]);
  });

  it.each([
    { name: 'nothing that the HPA said was recorded', of: without(SPIKE, 'hpa-decision', 'event') },
    {
      name: 'the run ended before the HPA’s word could come',
      of: aTimeline({
        outcome: 'interrupted',
        stoppedT: 61_000,
        rescales: [{ t: 60_000, to: 5, isByHand: true }],
      }),
    },
  ])('is not claimed when $name', ({ of }) => {
    expect(scaleUp(of).author).toBe('unknown');
    expect(scaleUp(of).change.kind).toBe('measured');
  });
});

describe('the first request of new pods', () => {
  it('is absent when the answers do not name their pod', () => {
    const records = SPIKE.records.map((record) =>
      record.kind === 'load' ? { ...record, load: { ...record.load, byPod: {} } } : record,
    );
    const found = scaleUp({ ...SPIKE, records });

    expect(seen(found, 'first-request')).toEqual({
      kind: 'no-data',
      because: 'the answers do not name the pod that gave them',
    });
    expect(found.pods[0]?.firstRequestT.kind).toBe('no-data');
  });

  it('is not reached when one of them answered none', () => {
    const records = SPIKE.records.map((record) => {
      if (record.kind !== 'load') return record;
      const { 'sample-service-5': _, ...byPod } = record.load.byPod;
      return { ...record, load: { ...record.load, byPod } };
    });
    const found = scaleUp({ ...SPIKE, records });

    expect(seen(found, 'first-request')).toEqual({
      kind: 'not-reached',
      because: '3 of 4 new pods were answering requests when it was scaled to 4',
    });
    expect(found.pods[2]?.firstRequestT).toEqual({
      kind: 'not-reached',
      because: 'it answered no request',
    });
  });
});

describe('the recovery of the SLO', () => {
  const slo = { responseTimeMs: 100, objective: 0.99 };

  it('is the last stage, and is told from the first second that broke it', () => {
    const found = scaleUp(withExperiment(SPIKE, { slo }));
    const recovered = valueOf(seen(found, 'recovered')!);

    // three pods at 75 % of their limit from 53.5 s on; seven are in the endpoints at 89.505 s
    expect(recovered).toMatchObject({ t: 90_500 });
    expect(recovered?.evidence).toContain('the first of 5 seconds in a row that held the SLO');
    expect(found.recoveryMs).toEqual(measured(90_500 - 53_500));
  });

  it('is of no length when the SLO was never broken, and there is nothing to be seen', () => {
    const found = scaleUp(withExperiment(SPIKE, { slo: { ...slo, responseTimeMs: 4_000 } }));

    expect(found.recoveryMs).toEqual(measured(0));
    expect(seen(found, 'recovered')).toEqual({
      kind: 'no-data',
      because: 'the SLO held: there was nothing to recover from',
    });
  });

  it('is not reached by the end of the load', () => {
    const found = scaleUp(withExperiment(SPIKE, { slo: { responseTimeMs: 1, objective: 0.99 } }));

    expect(found.recoveryMs.kind).toBe('not-reached');
    expect(seen(found, 'recovered')?.kind).toBe('not-reached');
  });

  it('is absent without an SLO, with that reason', () => {
    expect(scaleUp(SPIKE).recoveryMs).toEqual({
      kind: 'no-data',
      because: 'the experiment names no slo',
    });
  });
});

describe('whose delay a stage was', () => {
  const found = scaleUp(SPIKE);

  it('is told in a sentence for each stage that was seen', () => {
    expect(found.stages.flatMap(({ seen: of }) => valueOf(of)?.cause ?? [])).toEqual([
      'load: CPU usage follows it; the rest is readings of the true CPU usage, each over 1s',
      'metrics resolution: the metrics API gives means over 15s, new every 15s',
      'HPA: it syncs every 15s',
      'controllers: the Deployment and its ReplicaSet make the pods',
      'scheduler: it finds a node',
      'kubelet: it starts the containers',
      'service start-up, and its readiness probe (the header holds no Deployment to say which)',
      'controllers: the endpoints of the Service follow its pods',
      'Service: each request is a new connection and any pod may get it',
    ]);
  });

  it('is stabilization, tolerance or a policy where a sync says that it held the size', () => {
    const held = anHpaDecision({
      t: 75_000,
      from: 3,
      proposed: 7,
      stabilized: { at: 3, reason: 'ScaleUpStabilized' },
    });

    expect(cause(scaleUp(withRecords(SPIKE, [held])), 'decision')).toBe(
      'HPA: stabilization (ScaleUpStabilized) held it back in 1 of 1 sync; it syncs every 15s',
    );
  });

  it('is the window of the HPA when there are neither decisions nor conditions', () => {
    const [hpa] = SPIKE.header.manifests;
    const scaleUp60 = { spec: { behavior: { scaleUp: { stabilizationWindowSeconds: 60 } } } };
    const manifests = [mergePatch(hpa, scaleUp60)];
    const header = { ...SPIKE.header, manifests };
    // the metric is not seen either: the decision then has all the time since usage was over target
    const timeline = { ...without(SPIKE, 'hpa-decision', 'pod-metrics'), header };

    expect(cause(scaleUp(timeline), 'decision')).toBe(
      'HPA: scale-up stabilization, window of 1m 00s; it syncs every 15s',
    );
  });

  it.each([
    {
      name: 'node capacity, when the scheduler said so of the last pod',
      stage: 'scheduled',
      event: podEvent(82_090, 'FailedScheduling', '0/1 nodes: too little cpu.'),
      expected: 'node capacity: 0/1 nodes: too little cpu',
    },
    {
      name: 'the image, when the kubelet said how long it took',
      stage: 'started',
      event: podEvent(83_000, 'Pulled', 'Successfully pulled image in 1.1s'),
      expected: 'kubelet: it starts the containers (Successfully pulled image in 1.1s)',
    },
  ] as const)('is $name', ({ stage, event, expected }) => {
    expect(cause(scaleUp(withRecords(SPIKE, [event])), stage)).toBe(expected);
  });

  it.each([
    {
      name: 'the readiness probe, when most of the time is its initial delay',
      container: { readinessProbe: { initialDelaySeconds: 5, periodSeconds: 2 } },
      expected: 'readiness probe: from 5s on every 2s',
    },
    {
      name: 'the service, when the probe found it ready',
      container: { readinessProbe: { periodSeconds: 1 } },
      expected: 'service start-up: a readiness probe every 1s found it ready',
    },
    {
      name: 'the service behind a startup probe',
      container: { startupProbe: {}, readinessProbe: { periodSeconds: 1 } },
      expected: 'service start-up: a startup probe every 10s had to succeed first',
    },
    {
      name: 'the kubelet, without a readiness probe',
      container: {},
      expected: 'kubelet: without a readiness probe a running pod is ready',
    },
  ])('is $name', ({ container, expected }) => {
    const deployment = {
      kind: 'Deployment',
      metadata: { name: 'sample-service' },
      spec: { template: { spec: { containers: [{ name: 'sidecar' }, container] } } },
    };
    const manifests = [...SPIKE.header.manifests, deployment];
    const timeline = { ...SPIKE, header: { ...SPIKE.header, manifests } };

    expect(cause(scaleUp(timeline), 'ready')).toBe(expected);
  });

  it('is kept-alive connections, where a new pod gets new ones only', () => {
    const { load } = anExperiment();
    const keepAlive = { ...load, connections: { kind: 'keep-alive' } };

    expect(cause(scaleUp(withExperiment(SPIKE, { load: keepAlive })), 'first-request')).toBe(
      'connections: they are kept alive, and a Service balances new connections only',
    );
  });
});

/** The spike with some of its readings of the CPU counters. */
function withCpu(keep: (t: number) => boolean): Timeline {
  const records = SPIKE.records.filter(({ kind, t }) => kind !== 'cpu' || keep(t));
  return { ...SPIKE, records };
}

describe('a scale-up with holes in what was observed', () => {
  it('finds over target in the first reading after a gap in them, and no mean over the gap', () => {
    const found = scaleUp(withCpu((t) => t < 53_000 || t >= 63_000));

    // readings at 63 s and 64 s; the one over the eleven seconds before is none
    expect(valueOf(seen(found, 'over-target')!)).toMatchObject({ t: 64_000, lengthMs: 10_500 });
    expect(valueOf(found.change)?.t).toBe(53_500);
  });

  it('has no usage with a single reading of the counters', () => {
    const found = scaleUp(withCpu((t) => t === 60_000));

    expect(seen(found, 'over-target')).toEqual({
      kind: 'no-data',
      because: 'true CPU usage was not read',
    });
    expect(found.latencyMs).toEqual(measured(35_975));
  });

  it('says that usage was low when it was read last, if that was long before', () => {
    const found = scaleUp(withCpu((t) => t < 21_000));

    expect(seen(found, 'over-target')).toEqual({
      kind: 'not-reached',
      because:
        'true CPU usage, smoothed over 5s, was not over target in the 1m 00s before the decision',
    });
  });

  it('sees the metric in the only content of the metrics API that there is', () => {
    const records = SPIKE.records.filter(({ kind, t }) => kind !== 'pod-metrics' || t === 72_000);
    const found = scaleUp({ ...SPIKE, records });

    expect(valueOf(seen(found, 'metric-visible')!)?.t).toBe(72_000);
    expect(cause(found, 'metric-visible')).toBe(
      'metrics resolution: the metrics API gives means over 15s, new every 15s',
    );
  });

  it('of seconds of the load that were not told has fewer requests, not other instants', () => {
    const records = SPIKE.records.filter(
      ({ kind, t }) => kind !== 'load' || t < 60_000 || t > 80_000,
    );
    const found = scaleUp({ ...SPIKE, records });

    expect(found.latencyMs).toEqual(measured(35_975));
    expect(valueOf(found.responseTimesWhileWaiting)?.count).toBe(16 * 45);
  });
});

describe('each pod that was added', () => {
  it('has its own stages, which add up to its way from the decision to the first request', () => {
    const [pod] = scaleUp(SPIKE).pods;
    const stages = pod?.stages.map(({ name, seen: of }) => [name, valueOf(of)?.lengthMs]);

    expect(stages).toEqual([
      ['created', 60],
      ['scheduled', 40],
      ['started', 1_260],
      ['ready', 6_100],
      ['endpoint', 30],
      ['first-request', 10],
    ]);
  });

  it('that was lost before it was ready has its last stages not reached', () => {
    const records = SPIKE.records.filter(
      (record) => record.kind !== 'pod' || record.name !== 'sample-service-4' || record.t < 85_000,
    );
    const found = scaleUp({ ...SPIKE, records });

    expect(found.pods[1]?.readyT).toEqual({
      kind: 'not-reached',
      because: 'it was not seen ready',
    });
    // seven pods at once there were only when the second step brought more
    expect(valueOf(seen(found, 'ready')!)?.t).toBe(97_060 + 7_400);
  });
});
