import { describe, expect, it } from 'vitest';
import { rescaleReason } from '../../../src/analysis/hpa-reason.js';
import { valueOf } from '../../../src/analysis/measure.js';

const RESCALE = { t: 50_000, from: 3, to: 5 };
const METRIC = {
  kind: 'metric',
  from: 'pods',
  index: 0,
  metric: 'cpu resource utilization (percentage of request)',
  resource: 'cpu',
  target: { kind: 'utilization', percent: 60 },
  tolerance: { down: 0.1, up: 0.1 },
  pods: {
    ready: ['a'],
    readyMilli: [200],
    unready: ['b'],
    missing: ['c'],
    ignored: [],
    strangers: 0,
  },
  measured: {
    usedMilli: 200,
    requestedMilli: 200,
    podCount: 1,
    percent: 100,
    averageMilli: 200,
    ratio: 1.7,
  },
  replicas: 8,
  reason: 'usage-ratio',
};
const down = { windowSeconds: 300, replicas: 8, atMs: 0 };
const limit = { kind: 'limit', minReplicas: 1, maxReplicas: 10 };

function reasonOf(steps: readonly unknown[], of: { t?: number; toReplicas?: number } = {}) {
  const decision = { kind: 'rescale', toReplicas: of.toReplicas ?? 5, steps };
  const record = { t: of.t ?? 49_990, kind: 'hpa-decision', name: 'web', decision } as const;
  return rescaleReason(RESCALE, { decisions: [record], events: [] });
}

describe('the reason of a rescale', () => {
  it.each<[string, readonly unknown[], string]>([
    [
      'names the metric, its target, and pods without a usable metric',
      [METRIC],
      'cpu at 100 % of the requests over 1 pod (target 60 %), 2 more without a usable metric proposes 8',
    ],
    [
      'tells what held the proposal back',
      [
        METRIC,
        { kind: 'stabilize', replicas: 6, reason: 'ScaleUpStabilized', down },
        { ...limit, replicas: 5, reason: 'ScaleUpLimit' },
      ],
      'cpu at 100 % of the requests over 1 pod (target 60 %), 2 more without a usable metric proposes 8; held at 6 (ScaleUpStabilized); limited to 5 (ScaleUpLimit)',
    ],
    [
      'says nothing of steps that changed nothing',
      [
        { kind: 'highest', replicas: 5, metric: 'm', failed: 0, of: 1 },
        { kind: 'stabilize', replicas: 5, reason: 'ReadyForNewScale', down },
        { ...limit, replicas: 5, reason: 'DesiredWithinRange' },
        { kind: 'bound', replicas: 5, reason: 'BelowMinReplicas' },
      ],
      'set to 5 (BelowMinReplicas)',
    ],
    [
      'tells of metrics that are no pod metrics, and of failed ones',
      [
        { ...METRIC, from: 'value', metric: 'queue', replicas: 5 },
        {
          kind: 'metric',
          from: 'failed',
          index: 1,
          metric: 'cpu',
          reason: 'FailedGetResourceMetric',
          message: '',
        },
      ],
      'queue proposes 5; cpu failed (FailedGetResourceMetric)',
    ],
  ])('%s', (_, steps, text) => {
    expect(valueOf(reasonOf(steps))).toBe(text);
  });

  it('is absent when the decision was another one', () => {
    expect(reasonOf([METRIC], { toReplicas: 6 }).kind).toBe('no-data');
    expect(reasonOf([METRIC], { t: 40_000 }).kind).toBe('no-data');
  });
});
