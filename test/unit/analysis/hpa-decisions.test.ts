/** Decisions as data: what pods were counted as, what held the size back, what the next one takes. */
import { describe, expect, it } from 'vitest';
import { heldBack } from '../../../src/analysis/held-back.js';
import { explainedDecision } from '../../../src/analysis/hpa-decisions.js';
import { hpaSyncs } from '../../../src/analysis/hpa-syncs.js';
import type { HpaDecision } from '../../../src/autoscaling/hpa/decision.js';
import { explainDecision } from '../../../src/autoscaling/hpa/explain.js';
import { NO_MEMORY } from '../../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../../src/autoscaling/hpa/reconcile.js';
import type { MetricSpec } from '../../../src/core/autoscaling-objects.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';
import { aTimeline } from '../../support/a-timeline.js';
import { anInput, cpuAt, type InputShape, NOW_MS, readyPods } from '../../support/hpa-input.js';

const BOUNDS = { minReplicas: 3, maxReplicas: 10, metrics: [cpuAt(60)] };
const QUEUE: MetricSpec = {
  type: 'External',
  external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '1' } },
};

/** The decision on `shape`, after one on `before`, 15 s earlier. */
function decided(shape: InputShape, before?: InputShape): HpaDecision {
  const memory =
    before === undefined
      ? NO_MEMORY
      : reconcile(anInput(before), NO_MEMORY, NOW_MS - 15_000).memory;
  return reconcile(anInput(shape), memory, NOW_MS).decision;
}

describe('what held the HPA back', () => {
  it.each([
    {
      name: 'nothing, where the metrics got what they asked for',
      shape: { spec: BOUNDS, pods: readyPods(5, 70) },
      held: [],
    },
    {
      name: 'nothing, where they ask for what there is',
      shape: { spec: BOUNDS, pods: readyPods(5, 60) },
      held: [],
    },
    {
      name: 'the tolerance',
      shape: { spec: BOUNDS, pods: readyPods(6, 65) },
      held: [{ by: 'tolerance', asked: 7, replicas: 6 }],
    },
    {
      name: 'pods without a metric',
      shape: { spec: BOUNDS, pods: [...readyPods(3, 90), {}, {}, {}] },
      held: [{ by: 'pods-without-metric', pods: 3, replicas: 6 }],
    },
    {
      name: 'not pods without a metric, where the others ask for no change',
      shape: { spec: BOUNDS, pods: [...readyPods(3, 62), {}, {}, {}] },
      held: [],
    },
    {
      name: 'a window',
      shape: { spec: { ...BOUNDS, behavior: {} }, pods: readyPods(6, 20) },
      before: { spec: { ...BOUNDS, behavior: {} }, pods: readyPods(6, 60) },
      held: [
        {
          by: 'stabilization',
          asked: 2,
          replicas: 6,
          reason: 'ScaleDownStabilized',
          windowSeconds: 300,
        },
      ],
    },
    {
      name: 'a rate',
      shape: { spec: { ...BOUNDS, maxReplicas: 100 }, pods: readyPods(3, 400) },
      held: [{ by: 'rate', asked: 20, replicas: 6, reason: 'ScaleUpLimit' }],
    },
    {
      name: 'a disabled direction',
      shape: {
        spec: { ...BOUNDS, behavior: { scaleUp: { selectPolicy: 'Disabled' as const } } },
        pods: readyPods(6, 80),
      },
      held: [{ by: 'rate', asked: 8, replicas: 6, reason: 'ScaleUpLimit' }],
    },
    {
      name: 'maxReplicas',
      shape: { spec: BOUNDS, pods: readyPods(8, 90) },
      held: [{ by: 'bounds', asked: 12, replicas: 10, reason: 'TooManyReplicas' }],
    },
    {
      name: 'minReplicas',
      shape: {
        spec: { ...BOUNDS, behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
        pods: readyPods(3, 10),
      },
      held: [{ by: 'bounds', asked: 1, replicas: 3, reason: 'TooFewReplicas' }],
    },
    {
      name: 'a metric that failed while the other asks for fewer',
      shape: {
        spec: { ...BOUNDS, metrics: [QUEUE, QUEUE] },
        pods: readyPods(6, 60),
        readings: [
          { kind: 'failed' as const, message: 'gone' },
          { kind: 'external' as const, values: [1_000] },
        ],
      },
      held: [{ by: 'failed-metrics', failed: 1, of: 2 }],
    },
    {
      name: 'a size set to 0 by hand',
      shape: { spec: BOUNDS, pods: [], replicas: 0 },
      held: [{ by: 'scaling-disabled' }],
    },
  ])('is $name', ({ shape, before, held }) => {
    expect(heldBack(decided(shape, before))).toEqual(held);
  });

  it('is only what held the metric that was followed', () => {
    // the first proposes 2 within its tolerance; the second decides
    const metrics = [cpuAt(60), QUEUE];
    const pods = readyPods(6, 65);
    const { readings } = anInput({ spec: { ...BOUNDS, metrics: [cpuAt(60)] }, pods });
    const external = { kind: 'external', values: [8_000] } as const;
    const shape = { spec: { ...BOUNDS, metrics }, pods, readings: [...readings, external] };

    expect(heldBack(decided(shape))).toEqual([]);
  });
});

describe('a decision as data', () => {
  const pods = [
    ...readyPods(3, 152),
    {},
    { is: 'starting' as const, cpu: 30 },
    { is: 'terminating' as const, cpu: 3 },
  ];
  const decision = decided({ spec: BOUNDS, pods, replicas: 5 });
  const startMs = NOW_MS - 75_000;
  const data = explainedDecision({ t: 75_000, decision, real: undefined }, startMs);

  it('tells of every pod what it was counted as', () => {
    expect(data.metrics).toMatchObject([
      {
        from: 'pods',
        proposes: 8,
        reason: 'usage-ratio',
        pods: {
          ready: [
            { name: 'web-0000', usedMilli: 152 },
            { name: 'web-0001', usedMilli: 152 },
            { name: 'web-0002', usedMilli: 152 },
          ],
          missing: { pods: ['web-0003'], countedAs: { kind: 'milli', milli: 0 } },
          unready: { pods: ['web-0004'], countedAs: { kind: 'milli', milli: 0 } },
          ignored: { pods: ['web-0005'], countedAs: { kind: 'left-out' } },
        },
      },
    ]);
  });

  it('has each later step with the count after it, and both neighbors', () => {
    expect(data.steps.map(({ kind, replicas }) => [kind, replicas])).toEqual([
      ['highest', 8],
      ['stabilize', 8],
      ['limit', 8],
    ]);
    expect(data.more).toMatchObject({ replicas: 9, words: expect.stringMatching(/^for 9: cpu/) });
    expect(data.fewer).toMatchObject({ replicas: 7, needs: [{ kind: 'usage' }] });
  });

  it('has the words of the explanation', () => {
    expect(data.words).toEqual(explainDecision(decision, { startMs }));
    expect(data).toMatchObject({ origin: 'recorded', kind: 'rescale', from: 5, to: 8, t: 75_000 });
  });

  it('tells of a metric that failed why', () => {
    const shape = { spec: BOUNDS, pods: readyPods(3, 1), readings: [] };
    const failed = explainedDecision({ t: 0, decision: decided(shape), real: undefined }, NOW_MS);

    expect(failed).toMatchObject({
      kind: 'cannot-decide',
      to: undefined,
      metrics: [{ from: 'failed', reason: 'FailedGetResourceMetric' }],
      heldBack: [{ by: 'failed-metrics', failed: 1, of: 1 }],
      more: undefined,
      error: expect.stringContaining('invalid metrics (1 invalid out of 1)'),
    });
  });
});

describe('the syncs of a run', () => {
  const timeline = aTimeline();

  function syncsWith(change: (record: TimelineRecord) => readonly TimelineRecord[]) {
    return hpaSyncs({ header: timeline.header, records: timeline.records.flatMap(change) });
  }

  it('are those of the HPA under test where there are several', () => {
    const syncs = syncsWith((record) =>
      record.kind === 'hpa-decision' ? [record, { ...record, name: 'another' }] : [record],
    );

    if (syncs.kind !== 'measured') throw new Error(syncs.because);
    expect(syncs.value.syncs).toHaveLength(2);
  });

  it('are absent as a whole when one is of a shape that cannot be read, and say which', () => {
    let seen = 0;
    const syncs = syncsWith((record) =>
      record.kind === 'hpa-decision' && ++seen === 2 ? [{ ...record, decision: {} }] : [record],
    );

    expect(syncs).toMatchObject({
      kind: 'no-data',
      because: expect.stringMatching(
        /^its decisions are of another version's shape \(at \d+\.\d s of the run, decision: /,
      ),
    });
  });

  it('are absent where there is none', () => {
    expect(syncsWith((record) => (record.kind === 'hpa-decision' ? [] : [record]))).toMatchObject({
      kind: 'no-data',
      because: 'the run holds no decision of an HPA',
    });
  });
});
