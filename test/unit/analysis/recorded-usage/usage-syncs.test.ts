import { describe, expect, it } from 'vitest';
import type { UsageSeries } from '../../../../src/analysis/recorded-usage/usage-recording.js';
import {
  type UsageSyncOptions,
  usageSyncs,
} from '../../../../src/analysis/recorded-usage/usage-syncs.js';
import { backtest } from '../../../../src/autoscaling/hpa/backtest.js';
import { defaultHpa } from '../../../../src/autoscaling/hpa/defaults.js';
import { DEFAULT_HPA_SETTINGS } from '../../../../src/autoscaling/hpa/settings.js';
import { cpuAt } from '../../../support/hpa-input.js';

const amounts = { cpu: 200 };
const OPTIONS: UsageSyncOptions = {
  kind: 'pods',
  syncPeriodMs: 15_000,
  requests: { isPodLevel: false, totals: amounts, containers: [{ name: 'app', amounts }] },
  replicas: undefined,
};

function series(name: string, values: Readonly<Record<number, number>>): UsageSeries {
  const samples = Object.entries(values).map(([seconds, value]) => ({
    atMs: Number(seconds) * 1_000,
    value,
  }));
  return { name, samples };
}

/** Each sync as `second size: pod milli, ...`. */
function made(
  all: readonly UsageSeries[],
  options: Partial<UsageSyncOptions> = {},
): readonly string[] {
  return usageSyncs(all, { ...OPTIONS, ...options }).syncs.map(({ atMs, sync }) => {
    const { scale, pods, resources } = sync;
    const items = resources.kind === 'pods' ? resources.items : [];
    const uses = pods.map(({ name }) => {
      const found = items.find((item) => item.name === name);
      return `${name} ${found === undefined ? 'unmeasured' : found.totals['cpu']}`;
    });
    const size = scale.kind === 'found' ? scale.specReplicas : Number.NaN;
    return `${atMs / 1_000} ${size}: ${uses.join(', ')}`;
  });
}

describe('syncs over recorded use', () => {
  it('come once a period from the first sample to the last, each with the last sample before it', () => {
    expect(made([series('a', { 100: 0.1, 110: 0.2, 120: 0.3, 130: 0.4 })])).toEqual([
      '100 1: a 100',
      '115 1: a 200',
      '130 1: a 400',
    ]);
  });

  it('have a pod while it has samples', () => {
    const a = series('a', { 0: 0.1, 15: 0.1, 30: 0.1, 45: 0.1, 60: 0.1 });
    const b = series('b', { 15: 0.2, 30: 0.2 });

    // one step after its last sample a pod may still be there, two steps after it is gone
    expect(made([a, b])).toEqual([
      '0 1: a 100',
      '15 2: a 100, b 200',
      '30 2: a 100, b 200',
      '45 2: a 100, b 200',
      '60 1: a 100',
    ]);
  });

  it('leave out what a gap of the recording does not tell', () => {
    const a = series('a', { 0: 0.1, 15: 0.1, 30: 0.1, 45: 0.1, 120: 0.1, 135: 0.1 });

    const { syncs, skipped } = usageSyncs([a], OPTIONS);

    expect(syncs.map(({ atMs }) => atMs / 1_000)).toEqual([0, 15, 30, 45, 60, 120, 135]);
    expect(skipped).toBe(3);
  });

  it('have pods without a metric where the size is known to be larger', () => {
    const replicas = [
      { atMs: 15_000, value: 1 },
      { atMs: 30_000, value: 3 },
    ];

    expect(made([series('a', { 0: 0.1, 15: 0.1, 30: 0.1 })], { replicas })).toEqual([
      '0 1: a 100',
      '15 1: a 100',
      '30 3: a 100, unmeasured-1 unmeasured, unmeasured-2 unmeasured',
    ]);
  });

  it.each([
    { name: 'cores of all', kind: 'total', value: 0.1, uses: 'pod-1 34, pod-2 33, pod-3 33' },
    {
      name: 'percent of the request',
      kind: 'utilization',
      value: 61.5,
      uses: 'pod-1 123, pod-2 123, pod-3 123',
    },
  ] as const)('share out $name evenly', ({ kind, value, uses }) => {
    const replicas = [{ atMs: 0, value: 3 }];

    expect(made([series('', { 0: value })], { kind, replicas })).toEqual([`0 3: ${uses}`]);
  });

  it('round up to the millicore as the metrics API is read, and not for the sake of binary fractions', () => {
    expect(made([series('a', { 0: 0.0701, 15: 0.07, 30: 0.29 })])).toEqual([
      '0 1: a 71',
      '15 1: a 70',
      '30 1: a 290',
    ]);
  });

  it('are decided by an HPA', () => {
    const hpa = defaultHpa({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [cpuAt(50)],
      },
    });
    const { syncs } = usageSyncs([series('a', { 0: 0.1, 15: 0.3, 30: 0.1 })], OPTIONS);

    const { syncs: decided } = backtest(syncs, hpa, DEFAULT_HPA_SETTINGS);

    // without behavior the recommendation of 3 holds on
    expect(decided.map(({ decision }) => decision.toReplicas)).toEqual([1, 3, 3]);
  });
});
