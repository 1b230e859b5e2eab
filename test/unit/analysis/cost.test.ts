import { describe, expect, it } from 'vitest';
import { podCost } from '../../../src/analysis/cost.js';
import { measured, noData } from '../../../src/analysis/measure.js';
import { podHistories } from '../../../src/analysis/pod-history.js';
import type { PodRecord } from '../../../src/timeline/record.js';
import { aHeader, aPodRecord } from '../../support/a-timeline.js';

const PRICE = measured({
  vcpuHour: 0.5,
  gibHour: 0.1,
  currency: 'EUR',
  asOf: '2026-01-01',
  source: 'a test',
});
const HOUR_MS = 3_600_000;
const SPAN = { fromT: 0, toT: HOUR_MS };

function podsOf(...records: readonly (Partial<PodRecord> & { readonly t: number })[]) {
  return podHistories({ header: aHeader(), records: records.map((of) => aPodRecord(of)) });
}

describe('the cost of pods', () => {
  it('is their time from created to gone, times what they request, times the price', () => {
    const requests = { cpuMillicores: 2_000, memoryBytes: 3 * 1024 ** 3 };
    const pods = podsOf(
      { t: 0, name: 'whole', requests },
      { t: HOUR_MS / 4, name: 'quarter', requests },
      { t: HOUR_MS / 2, name: 'quarter', requests, change: 'deleted' },
    );

    const cost = podCost(pods, SPAN, PRICE);

    expect(cost.podSeconds).toBe(3_600 * 1.25);
    // 2 vCPU x 0.5 + 3 GiB x 0.1 = 1.3 an hour, for 1.25 pods
    expect(cost.estimatedCost).toEqual({ kind: 'measured', value: 1.625 });
    expect(cost.estimatedCostPerHour).toEqual({ kind: 'measured', value: 1.625 });
  });

  it('ends with the observation for pods that outlive it', () => {
    expect(podCost(podsOf({ t: 10_000 }), { fromT: 0, toT: 25_000 }, PRICE).podSeconds).toBe(15);
  });

  it.each([
    ['a pod without a memory request', podsOf({ t: 0, requests: { cpuMillicores: 1 } }), PRICE],
    ['no price', podsOf({ t: 0 }), noData('no price')],
    ['no pods', [], PRICE],
  ])('is absent with %s', (_, pods, price) => {
    expect(podCost(pods, SPAN, price).estimatedCost.kind).toBe('no-data');
  });
});
