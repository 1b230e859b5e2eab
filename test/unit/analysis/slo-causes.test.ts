/** One hand-made world for each rule: what was waited for in the second from 10 s to 11 s. */
import { describe, expect, it } from 'vitest';
import { measured, noData, notReached } from '../../../src/analysis/measure.js';
import { podHistories } from '../../../src/analysis/pod-history.js';
import { sloCause, type SloCauseSources } from '../../../src/analysis/slo-causes.js';
import {
  SCALE_UP_STAGES,
  type ScaleUp,
  type ScaleUpStageName,
} from '../../../src/analysis/scale-up.js';
import type { HpaRecord, PodMetricsRecord } from '../../../src/timeline/record.js';
import { aHeader, aPodRecord } from '../../support/a-timeline.js';

const SECOND = { fromT: 10_000, toT: 11_000 };
const OVER = { overTarget: [{ fromT: 8_000, toT: 20_000 }] };
const NOTHING: SloCauseSources = {
  losses: [],
  scaleUps: [],
  desired: [{ t: 0, value: 3 }],
  hpas: [],
  target: measured({ utilizationPercent: 60, requestMillicores: 200, tolerance: 0.1 }),
  overTarget: [],
  metrics: [],
  shortages: [],
  troubles: new Map(),
  failures: [],
};

/** A scale-up for a load change at 5 s; a stage is reached at its instant, never where it is undefined. */
function aScaleUp(reached: Partial<Record<ScaleUpStageName, number | undefined>>): ScaleUp {
  const change = { t: 5_000, direction: 'up', fromPerSecond: 1, toPerSecond: 9 } as const;
  return {
    from: 3,
    to: 7,
    decisionT: reached.decision ?? 0,
    author: 'hpa',
    change: measured({ ...change, overMs: 0, stage: 'spike', origin: 'plan' }),
    earlierStep: undefined,
    reason: noData('a test'),
    latencyMs: noData('a test'),
    recoveryMs: noData('a test'),
    stages: SCALE_UP_STAGES.filter((name) => name in reached).map((name) => {
      const t = reached[name];
      const seen =
        t === undefined
          ? notReached('a test')
          : measured({ t, startT: t, sinceChangeMs: 0, lengthMs: 0, evidence: '', cause: '' });
      return { name, seen };
    }),
    pods: [{ name: 'new-pod', ...NO_INSTANTS }],
    responseTimesWhileWaiting: noData('a test'),
  };
}

const NO_INSTANTS = {
  createdT: 0,
  scheduledT: noData('a test'),
  startedT: noData('a test'),
  readyT: noData('a test'),
  endpointT: noData('a test'),
  firstRequestT: noData('a test'),
  stages: [],
};

function hpa(of: {
  readonly condition?: {
    readonly type: string;
    readonly status: 'True' | 'False';
    readonly reason: string;
  };
  readonly maxReplicas?: number;
}): HpaRecord {
  return {
    kind: 'hpa',
    t: 9_000,
    name: 'app',
    minReplicas: 1,
    maxReplicas: of.maxReplicas ?? 3,
    status: { desiredReplicas: 3, conditions: of.condition === undefined ? [] : [of.condition] },
  };
}

function metrics(cpuMillicores: number): PodMetricsRecord {
  const pod = { name: 'a', timestamp: 'x', windowMs: 15_000, cpuMillicores, memoryBytes: 1 };
  return { kind: 'pod-metrics', t: 9_500, pods: [pod] };
}

const [POD] = podHistories({ header: aHeader(), records: [aPodRecord({ t: 0, name: 'a' })] });
if (POD === undefined) throw new Error('expected a pod');
const FLAP = {
  pod: POD,
  unreadyT: 9_000,
  againT: 12_500,
  untilT: 12_500,
};
const SHORTAGE = { pod: 'a', fromT: 9_500, toT: 10_500, throttledShare: 0.42, ofLimit: 1 };
const STAGES = {
  'metric-visible': 6_000,
  decision: 7_000,
  'pods-created': 7_100,
  scheduled: 7_200,
  started: 8_000,
  ready: 9_000,
  endpoint: 9_100,
};
const NO_NODE = new Map([
  ['new-pod', { limits: {}, oomKillTs: [], unschedulable: { fromT: 9_000, toT: 15_000 } }],
]);

describe('the cause of a violated second', () => {
  it.each<{ name: string; of: Partial<SloCauseSources>; cause: string; evidence: RegExp }>([
    {
      name: 'is not known where nothing was going on',
      of: {},
      cause: 'unknown',
      evidence: /nothing that was observed explains it/,
    },
    {
      name: 'is a flap',
      of: { losses: [FLAP] },
      cause: 'flapping',
      evidence: /^pod a was out of rotation for 3\.5s$/,
    },
    {
      name: 'is a flap before all else',
      of: { losses: [FLAP], scaleUps: [aScaleUp({ decision: 20_000 })], ...OVER },
      cause: 'flapping',
      evidence: /out of rotation/,
    },
    {
      name: 'is the metric until the metrics API shows it',
      of: { scaleUps: [aScaleUp({ ...STAGES, 'metric-visible': 12_000 })] },
      cause: 'metric',
      evidence: /^the scale-up from 3 to 7 pods waited for the metrics API to show it$/,
    },
    {
      name: 'is the HPA until it decides',
      of: { scaleUps: [aScaleUp({ ...STAGES, decision: 12_000 })] },
      cause: 'hpa',
      evidence: /waited for the HPA to decide/,
    },
    {
      name: 'is the HPA where the metrics API was not read',
      of: { scaleUps: [aScaleUp({ decision: 12_000 })] },
      cause: 'hpa',
      evidence: /waited for the HPA to decide/,
    },
    {
      name: 'is scheduling until the last pod has a node',
      of: { scaleUps: [aScaleUp({ ...STAGES, scheduled: 12_000 })] },
      cause: 'scheduling',
      evidence: /waited for its pods to be scheduled/,
    },
    {
      name: 'is the nodes where the scheduler found none',
      of: { scaleUps: [aScaleUp({ ...STAGES, scheduled: 12_000 })], troubles: NO_NODE },
      cause: 'node-capacity',
      evidence: /the scheduler found no node for pod new-pod/,
    },
    {
      name: 'is the nodes where pods were never scheduled',
      of: {
        scaleUps: [aScaleUp({ decision: 7_000, 'pods-created': 7_100, scheduled: undefined })],
        troubles: NO_NODE,
      },
      cause: 'node-capacity',
      evidence: /the scheduler found no node/,
    },
    {
      name: 'is the start of containers',
      of: { scaleUps: [aScaleUp({ ...STAGES, started: 12_000 })] },
      cause: 'start',
      evidence: /waited for its containers to start/,
    },
    {
      name: 'is readiness',
      of: { scaleUps: [aScaleUp({ ...STAGES, ready: 12_000 })] },
      cause: 'readiness',
      evidence: /waited for its pods to become ready/,
    },
    {
      name: 'is no scale-up that is over, or whose load change is still to come',
      of: {
        scaleUps: [
          aScaleUp(STAGES),
          { ...aScaleUp({ ready: 40_000 }), change: noData('set by hand'), decisionT: 30_000 },
        ],
      },
      cause: 'unknown',
      evidence: /nothing/,
    },
    {
      name: 'is maxReplicas where the HPA wanted more',
      of: {
        hpas: [
          hpa({ condition: { type: 'ScalingLimited', status: 'True', reason: 'TooManyReplicas' } }),
        ],
      },
      cause: 'max-replicas',
      evidence: /^maxReplicas is 3, and the HPA wanted more \(TooManyReplicas\)$/,
    },
    {
      name: 'is maxReplicas where usage was over target with all of them',
      of: { hpas: [hpa({})], ...OVER },
      cause: 'max-replicas',
      evidence: /and usage was over target$/,
    },
    {
      name: 'is not maxReplicas where there were as many as allowed, and enough',
      of: { hpas: [hpa({})] },
      cause: 'unknown',
      evidence: /nothing/,
    },
    {
      name: 'is the metric where no scale-up came and the HPA could not read it',
      of: {
        hpas: [
          hpa({
            maxReplicas: 9,
            condition: {
              type: 'ScalingActive',
              status: 'False',
              reason: 'FailedGetResourceMetric',
            },
          }),
        ],
        ...OVER,
      },
      cause: 'metric',
      evidence: /no scale-up came: FailedGetResourceMetric$/,
    },
    {
      name: 'is the metric where no scale-up came and it was not shown',
      of: { metrics: [metrics(100)], ...OVER },
      cause: 'metric',
      evidence: /the metrics API did not show it/,
    },
    {
      name: 'is the HPA where no scale-up came although it was shown',
      of: { metrics: [metrics(190)], ...OVER },
      cause: 'hpa',
      evidence: /although the metrics API showed it/,
    },
    {
      name: 'is throttling where usage was not over target',
      of: { shortages: [SHORTAGE] },
      cause: 'throttling',
      evidence: /^pod a was stopped at its CPU limit in 42 % of its periods$/,
    },
    {
      name: 'is a limit where throttling is not counted',
      of: { shortages: [{ ...SHORTAGE, throttledShare: undefined }] },
      cause: 'throttling',
      evidence: /^pod a used 100 % of its CPU limit$/,
    },
    {
      name: 'is failures that are put down to something',
      of: {
        failures: [
          {
            t: 10_000,
            kind: 'refused',
            count: 1,
            cause: 'scale-down',
            evidence: 'pod a was removed',
          },
        ],
      },
      cause: 'failures',
      evidence: /^requests failed \(refused\): pod a was removed$/,
    },
    {
      name: 'is not failures that are put down to nothing, or of another second',
      of: {
        failures: [
          { t: 10_000, kind: 'refused', count: 1, cause: 'unknown', evidence: '' },
          { t: 9_000, kind: 'refused', count: 1, cause: 'crash', evidence: '' },
        ],
      },
      cause: 'unknown',
      evidence: /nothing/,
    },
  ])('$name', ({ of, cause, evidence }) => {
    const found = sloCause(SECOND, { ...NOTHING, ...of });

    expect(found).toEqual({ cause, evidence: expect.stringMatching(evidence) });
  });

  it('goes from stage to stage of a scale-up as time goes on', () => {
    const scaleUps = [
      aScaleUp({ ...STAGES, decision: 8_500, scheduled: 9_500, started: 10_500, ready: 12_500 }),
    ];
    const causes = [5, 8, 9, 10, 12, 13].map((second) => {
      const fromT = second * 1_000;
      return sloCause({ fromT, toT: fromT + 1_000 }, { ...NOTHING, scaleUps }).cause;
    });

    expect(causes).toEqual(['metric', 'hpa', 'scheduling', 'start', 'readiness', 'unknown']);
  });
});
