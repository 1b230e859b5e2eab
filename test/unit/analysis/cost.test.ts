import { describe, expect, it } from 'vitest';
import { cost, type CostSources } from '../../../src/analysis/cost.js';
import { measured, noData, valueOf } from '../../../src/analysis/measure.js';
import { podHistories } from '../../../src/analysis/pod-history.js';
import type { PodUse } from '../../../src/analysis/pod-use.js';
import type { InlinePrice } from '../../../src/pricing/as-prices.js';
import type { NodePrices, PodPrices } from '../../../src/pricing/prices.js';
import type { PodRecord } from '../../../src/timeline/record.js';
import { aHeader, aPodRecord } from '../../support/a-timeline.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const GIB = 1024 ** 3;
const SPAN = { fromT: 0, toT: HOUR_MS };
const INLINE: InlinePrice = {
  vcpuHour: 0.5,
  gibHour: 0.1,
  currency: 'EUR',
  asOf: '2026-01-01',
  source: 'a test',
};
const LABEL = { book: 'test', title: 'a test', currency: 'EUR', asOf: '2026-01-01', source: 'x' };
const PODS: PodPrices = {
  kind: 'pods',
  ...LABEL,
  vcpuHour: 1,
  gibHour: 0.25,
  sizes: { kind: 'as-requested' },
  clusterHour: 0,
  minimumBillingSeconds: 0,
};
const NODES: NodePrices = {
  kind: 'nodes',
  ...LABEL,
  node: {
    name: 'small',
    vcpus: 2,
    memoryGib: 8,
    allocatableCpuMillicores: 2_000,
    allocatableMemoryMib: 8 * 1024,
    maxPods: 10,
  },
  nodeHour: 0.12,
  cpuShare: 0.5,
  clusterHour: 0.1,
  minimumBillingSeconds: 0,
};
const NO_USE: PodUse = { source: noData('not read'), byPod: new Map() };
/** One vCPU and one GiB. */
const ONE = { cpuMillicores: 1_000, memoryBytes: GIB };

function podsOf(...records: readonly (Partial<PodRecord> & { readonly t: number })[]) {
  return podHistories({ header: aHeader(), records: records.map((of) => aPodRecord(of)) });
}

/** A pod of one vCPU and one GiB, there from minute to minute. */
function aPod(name: string, fromMinute: number, toMinute: number) {
  return [
    { t: fromMinute * MINUTE_MS, name, requests: ONE },
    { t: toMinute * MINUTE_MS, name, requests: ONE, change: 'deleted' as const },
  ];
}

function costOf(pods: ReturnType<typeof podsOf>, of: Partial<CostSources> = {}) {
  return cost(pods, {
    span: SPAN,
    price: measured(PODS),
    use: NO_USE,
    loadSpan: measured(SPAN),
    goodRequests: measured({ count: 1_000, by: 'answered' }),
    ...of,
  });
}

describe('the cost of pods', () => {
  it('is their time from scheduled to gone, times what they request, times the price', () => {
    const requests = { cpuMillicores: 2_000, memoryBytes: 3 * GIB };
    const pods = podsOf(
      { t: 0, name: 'whole', requests },
      { t: HOUR_MS / 4, name: 'quarter', requests },
      { t: HOUR_MS / 2, name: 'quarter', requests, change: 'deleted' },
    );

    const found = costOf(pods, { price: measured(INLINE) });

    expect(found.podSeconds).toBe(3_600 * 1.25);
    // 2 vCPU x 0.5 + 3 GiB x 0.1 = 1.3 an hour, for 1.25 pods
    expect(found.estimatedCost).toEqual({ kind: 'measured', value: 1.625 });
    expect(found.estimatedCostPerHour).toEqual({ kind: 'measured', value: 1.625 });
    expect(found.clusterFee).toEqual({ kind: 'measured', value: 0 });
    expect(found.price).toMatchObject({ value: { book: 'inline', currency: 'EUR' } });
    expect(found.nodeSeconds.kind).toBe('no-data');
  });

  it('does not bill a pod before it was scheduled, or one that never was', () => {
    const pods = podsOf(
      { t: 0, name: 'late', phase: 'Pending', requests: ONE },
      { t: HOUR_MS / 2, name: 'late', phase: 'Pending', node: 'n', requests: ONE },
      { t: 0, name: 'never', phase: 'Pending', requests: ONE },
    );

    const found = costOf(pods);

    expect(valueOf(found.estimatedCost)).toBeCloseTo(1.25 / 2, 12);
    expect(found.podSeconds).toBe(7_200);
  });

  it('bills at least the minimum, and the fee of the cluster', () => {
    const prices = { ...PODS, clusterHour: 0.1, minimumBillingSeconds: 600 };
    const found = costOf(podsOf(...aPod('short', 10, 11)), { price: measured(prices) });

    expect(valueOf(found.estimatedCost)).toBeCloseTo(1.25 / 6 + 0.1, 12);
    expect(found.clusterFee).toEqual(measured(0.1));
    expect(valueOf(found.ratePerHour)).toEqual([
      { t: 0, value: 0.1 },
      { t: 10 * MINUTE_MS, value: 1.35 },
      { t: 20 * MINUTE_MS, value: 0.1 },
    ]);
  });

  it.each([
    ['a pod without a memory request', podsOf({ t: 0, requests: { cpuMillicores: 1 } }), PODS],
    ['no pods', [], PODS],
    [
      'a pod larger than every node',
      podsOf({ t: 0, requests: { ...ONE, cpuMillicores: 9e3 } }),
      NODES,
    ],
  ])('is absent with %s', (_, pods, prices) => {
    const found = costOf(pods, { price: measured(prices) });

    expect(found.estimatedCost.kind).toBe('no-data');
    expect(found.perMonth.kind).toBe('no-data');
    expect(found.ratePerHour.kind).toBe('no-data');
    expect(found.price.kind).toBe('measured');
  });

  it('is absent without a price, but pod-seconds are not', () => {
    const found = costOf(podsOf({ t: 0 }), { price: noData('no price') });

    expect(found.estimatedCost).toEqual(noData('no price'));
    expect(found.podSeconds).toBe(3_600);
  });
});

describe('the cost of nodes', () => {
  it('is that of as many as hold the pods at each instant', () => {
    // Two pods a node: 1 node, then 2 from minute 15 to 45, then 1.
    const pods = podsOf(...aPod('a', 0, 60), ...aPod('b', 0, 60), ...aPod('c', 15, 45));

    const found = costOf(pods, { price: measured(NODES) });

    expect(found.nodeSeconds).toEqual(measured(3_600 + 1_800));
    expect(found.peakNodes).toEqual(measured(2));
    expect(valueOf(found.estimatedCost)).toBeCloseTo(0.12 * 1.5 + 0.1, 12);
    expect(found.price).toMatchObject({ value: { billing: 'nodes', node: 'small' } });
  });

  it('counts a node that went for the minimum, beside the one that came after it', () => {
    const prices = { ...NODES, minimumBillingSeconds: 600 };
    const pods = podsOf(...aPod('a', 0, 5), ...aPod('b', 6, 60));

    expect(costOf(pods, { price: measured(prices) })).toMatchObject({
      nodeSeconds: measured(600 + 54 * 60),
      peakNodes: measured(2),
    });
  });

  it('is not billed beyond the observation', () => {
    const prices = { ...NODES, minimumBillingSeconds: 7_200 };

    expect(costOf(podsOf(...aPod('a', 30, 31)), { price: measured(prices) }).nodeSeconds).toEqual(
      measured(1_800),
    );
  });
});

describe('the cost of a million requests', () => {
  const pods = podsOf(...aPod('a', 0, 60));

  it('is that of the time of the load over the good requests in it', () => {
    const found = costOf(pods, { loadSpan: measured({ fromT: 0, toT: HOUR_MS / 2 }) });

    expect(valueOf(found.perMillionRequests)).toBeCloseTo((1.25 / 2 / 1_000) * 1e6, 9);
  });

  it.each([
    ['no request was good', { goodRequests: measured({ count: 0, by: 'slo' as const }) }],
    ['there was no load', { loadSpan: noData('no load') }],
    ['good requests are not known', { goodRequests: noData('no load') }],
  ])('is absent when %s', (_, of) => {
    expect(costOf(pods, of).perMillionRequests.kind).toBe('no-data');
  });
});

describe('the cost of a month', () => {
  it('swings between the cheapest and the dearest minute of the load', () => {
    const pods = podsOf(...aPod('a', 0, 60), ...aPod('b', 10, 12));
    const found = costOf(pods, { loadSpan: measured({ fromT: 0, toT: 20 * MINUTE_MS }) });

    const month = valueOf(found.perMonth);
    expect(month?.lowPerHour).toBeCloseTo(1.25, 9);
    expect(month?.highPerHour).toBeCloseTo(2.5, 9);
    expect(month?.total).toBeCloseTo(720 * 1.875, 6);
    expect(month?.model).toMatch(/^30 days of 24 h/);
  });

  it('of a load shorter than a minute is made of all of it', () => {
    const found = costOf(podsOf(...aPod('a', 0, 60)), {
      loadSpan: measured({ fromT: 0, toT: 20_000 }),
    });

    expect(valueOf(found.perMonth)?.total).toBeCloseTo(720 * 1.25, 6);
  });
});

/** What pod "a" used from the beginning on. */
function using(cpuMillicores: number, memoryBytes: number, toMinute = 60): PodUse {
  const interval = { fromT: 0, toT: toMinute * MINUTE_MS, cpuMillicores, memoryBytes };
  return { source: measured('kernel'), byPod: new Map([['a', [interval]]]) };
}

describe('idle capacity', () => {
  it.each([
    { name: 'half of both', use: using(500, GIB / 2), prices: PODS, share: 0.5 },
    { name: 'half of the CPU alone', use: using(500, 0), prices: PODS, share: 1 - 0.5 / 1.25 },
    { name: 'more than it requests', use: using(4_000, 4 * GIB), prices: PODS, share: 0 },
    { name: 'nothing', use: using(0, 0), prices: PODS, share: 1 },
    { name: 'half, read for a minute', use: using(500, GIB / 2, 1), prices: PODS, share: 0.5 },
    // Half of the price is for 2 vCPU, half for 8 GiB: it uses a half of the one, a quarter of the other.
    {
      name: 'some of a node',
      use: using(1_000, 2 * GIB),
      prices: NODES,
      share: 1 - (0.5 / 2 + 0.5 / 4),
    },
  ])('of a pod that uses $name', ({ use, prices, share }) => {
    const found = costOf(podsOf(...aPod('a', 0, 60)), { use, price: measured(prices) });

    expect(valueOf(found.idleShare)).toBeCloseTo(share, 9);
  });

  it.each([
    ['use was not read', NO_USE],
    ['use was read of no pod that is billed', { ...using(1, 1), byPod: new Map() }],
  ])('is absent when %s', (_, use) => {
    expect(costOf(podsOf(...aPod('a', 0, 60)), { use }).idleShare.kind).toBe('no-data');
  });
});
