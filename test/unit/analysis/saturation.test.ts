import { describe, expect, it } from 'vitest';
import { measured } from '../../../src/analysis/measure.js';
import { podHistories } from '../../../src/analysis/pod-history.js';
import { podTroubles } from '../../../src/analysis/pod-troubles.js';
import { podUse } from '../../../src/analysis/pod-use.js';
import { saturation } from '../../../src/analysis/saturation.js';
import type { CpuRecord, PodRecord, TimelineRecord } from '../../../src/timeline/record.js';
import { aHeader, aPodRecord } from '../../support/a-timeline.js';

const SPAN = { fromT: 0, toT: 100_000 };
const MIB = 1024 ** 2;

function saturationOf(...records: readonly TimelineRecord[]) {
  const timeline = { header: aHeader(), records };
  return saturation(podHistories(timeline), {
    use: podUse(timeline),
    troubles: podTroubles(timeline),
    span: SPAN,
  });
}

/** A pod of 200m and 500m, 512 MiB at most. */
function pod(t: number, of: Partial<PodRecord> = {}): PodRecord {
  return aPodRecord({ t, name: 'a', ...of });
}

function reading(t: number, of: Partial<CpuRecord['pods'][number]> = {}): CpuRecord {
  return {
    kind: 'cpu',
    t,
    pods: [{ name: 'a', uid: 'uid-a', cpuMs: 0, memoryBytes: 128 * MIB, ...of }],
  };
}

describe('CPU and memory', () => {
  it('of the kernel are shares of request and limit, weighed by time', () => {
    // 100m for 1 s, then 400m for 3 s.
    const found = saturationOf(
      pod(0),
      reading(1_000, { cpuMs: 0 }),
      reading(2_000, { cpuMs: 100 }),
      reading(5_000, { cpuMs: 1_300 }),
    );

    expect(found.source).toEqual(measured('kernel'));
    expect(found.cpuOfRequest).toEqual(measured({ mean: 1.625, p95: 2, max: 2 }));
    expect(found.cpuOfLimit).toEqual(measured({ mean: 0.65, p95: 0.8, max: 0.8 }));
    expect(found.memoryOfLimit).toEqual(measured({ mean: 0.25, p95: 0.25, max: 0.25 }));
    expect(found.pods).toMatchObject([{ pod: 'a', cpuOfRequest: found.cpuOfRequest }]);
  });

  it('do not show a short peak in p95', () => {
    const records = Array.from({ length: 41 }, (_, index) =>
      reading(1_000 + index * 1_000, { cpuMs: index * 20 + (index > 20 ? 480 : 0) }),
    );

    // 39 of 40 seconds at 20m, one at 500m.
    expect(saturationOf(pod(0), ...records).cpuOfRequest).toMatchObject({
      value: { p95: 0.1, max: 2.5 },
    });
  });

  it('of a new pod count from its start, and of a restarted one from 0 again', () => {
    const other = { name: 'b', uid: 'uid-b' };
    const found = saturationOf(pod(0), pod(0, { ...other }), reading(1_000, { cpuMs: 900 }), {
      ...reading(2_000),
      pods: [
        ...reading(2_000, { cpuMs: 50 }).pods,
        ...reading(2_000, { ...other, cpuMs: 100 }).pods,
      ],
    });

    expect(found.pods.map(({ cpuOfRequest }) => cpuOfRequest)).toMatchObject([
      { value: { max: 0.25 } },
      { value: { max: 0.5 } },
    ]);
  });

  it('are not made up over a gap', () => {
    const found = saturationOf(pod(0), reading(1_000), reading(20_000, { cpuMs: 9_000 }));

    expect(found.cpuOfRequest).toEqual({
      kind: 'no-data',
      because: 'the use of the pods was not read',
    });
  });

  it('are those of the metrics API where the kernel was not read', () => {
    const found = saturationOf(pod(0), {
      kind: 'pod-metrics',
      t: 30_000,
      pods: [
        { name: 'a', timestamp: 'x', windowMs: 15_000, cpuMillicores: 100, memoryBytes: 256 * MIB },
      ],
    });

    expect(found.source).toEqual(measured('metrics-api'));
    expect(found.cpuOfRequest).toMatchObject({ value: { mean: 0.5 } });
    expect(found.memoryOfLimit).toMatchObject({ value: { mean: 0.5 } });
    expect(found.throttledShare.kind).toBe('no-data');
  });

  it.each([
    ['the use of pods was not recorded', []],
    ['the use of pods was not recorded', [reading(1_000)]],
  ])('are absent when %s', (because, records) => {
    expect(saturationOf(pod(0), ...records)).toMatchObject({
      source: { because },
      cpuOfRequest: { because },
      memoryOfLimit: { because },
      oomKills: 0,
    });
  });

  it('are absent without a request or a limit', () => {
    const found = saturationOf(
      pod(0, { requests: {}, limits: {} }),
      reading(1_000),
      reading(2_000),
    );

    expect(found.cpuOfRequest).toMatchObject({ because: 'no pod has a CPU request' });
    expect(found.memoryOfLimit).toMatchObject({ because: 'no pod has a memory limit' });
  });
});

describe('throttling', () => {
  it('is the share of the periods in which pods ran', () => {
    const found = saturationOf(
      pod(0),
      reading(1_000, { periods: 100, throttledPeriods: 50 }),
      reading(2_000, { periods: 110, throttledPeriods: 53 }),
      reading(3_000, { periods: 120, throttledPeriods: 55 }),
    );

    expect(found.throttledShare).toEqual(measured(0.25));
  });

  it('is absent where periods are not counted', () => {
    expect(saturationOf(pod(0), reading(1_000), reading(2_000)).throttledShare).toEqual({
      kind: 'no-data',
      because: 'throttled periods were not counted',
    });
  });
});

describe('kills and restarts', () => {
  it.each([
    { name: 'none', records: [pod(0), pod(1)], oomKills: 0, restarts: 0 },
    {
      name: 'a kill that was seen, and its restart',
      records: [
        pod(0),
        pod(1, { reason: 'OOMKilled' }),
        pod(2, { reason: 'CrashLoopBackOff' }),
        pod(3, { reason: 'last: OOMKilled', restarts: 1 }),
      ],
      oomKills: 1,
      restarts: 1,
    },
    {
      name: 'a kill that shows only after its restart',
      records: [pod(0), pod(3, { reason: 'last: OOMKilled', restarts: 1 })],
      oomKills: 1,
      restarts: 1,
    },
    {
      name: 'two kills one after the other',
      records: [
        pod(0),
        pod(1, { reason: 'OOMKilled' }),
        pod(2, { reason: 'last: OOMKilled', restarts: 1 }),
        pod(3, { reason: 'OOMKilled', restarts: 1 }),
        pod(4, { reason: 'last: OOMKilled', restarts: 2 }),
      ],
      oomKills: 2,
      restarts: 2,
    },
    {
      name: 'a kill without a restart',
      records: [pod(0), pod(1, { reason: 'OOMKilled' })],
      oomKills: 1,
      restarts: 0,
    },
    {
      name: 'a restart for another reason',
      records: [pod(0), pod(1, { reason: 'last: Error', restarts: 1 })],
      oomKills: 0,
      restarts: 1,
    },
    {
      name: 'nothing of the tear-down',
      records: [pod(0), pod(100_001, { reason: 'OOMKilled', restarts: 1 })],
      oomKills: 0,
      restarts: 0,
    },
  ])('count $name', ({ records, oomKills, restarts }) => {
    expect(saturationOf(...records)).toMatchObject({ oomKills, restarts });
  });
});
