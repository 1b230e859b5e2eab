import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runSimulated } from '../../../src/commands/simulated.js';
import { TEXTBOOK_MODEL } from '../../../src/core/service-model.js';
import type { KubeObject } from '../../../src/core/objects.js';
import type { Experiment } from '../../../src/experiment/experiment.js';
import { accountingFaults, totalOf } from '../../../src/load/accounting.js';
import { mergeHistograms } from '../../../src/load/histogram.js';
import type { StageSpec } from '../../../src/load/profile-spec.js';
import { readExperiment } from '../../../src/run/read-experiment.js';
import { readManifests } from '../../../src/run/read-manifests.js';
import { simulate } from '../../../src/run/simulate.js';
import { WallClock } from '../../../src/time/wall-clock.js';
import { encodeRecord } from '../../../src/timeline/codec.js';
import { TIMELINE_SCHEMA_VERSION, type TimelineRecord } from '../../../src/timeline/record.js';

const EXPERIMENTS = join(import.meta.dirname, '../../../experiments');
const SEEDS = [1, 2];

let experiment: Experiment;
let objects: readonly KubeObject[];

beforeAll(async () => {
  experiment = readExperiment('spike', EXPERIMENTS);
  objects = await readManifests(experiment, {});
});

describe('requests in batches', { timeout: 120_000 }, () => {
  it('agree with requests one by one: sizes, CPU and response times of a spike', async () => {
    const each = await figures({ requests: 'each' });
    const batched = await figures({ requests: 'batched' });

    expect(batched.due).toBe(each.due);
    expect(batched.largest).toBeGreaterThanOrEqual(each.largest - 1);
    expect(batched.largest).toBeLessThanOrEqual(each.largest + 1);
    expect(within(batched.rescaleS, each.rescaleS)).toBeLessThan(0.08);
    expect(within(batched.cpuMs, each.cpuMs)).toBeLessThan(0.01);
    expect(within(batched.throttledShare, each.throttledShare)).toBeLessThan(0.15);
    expect(within(batched.p50Ms, each.p50Ms)).toBeLessThan(0.05);
    expect(within(batched.p95Ms, each.p95Ms)).toBeLessThan(0.15);
    expect(batched.failed + each.failed).toBe(0);
  });

  it('agree on an overload: how many fail, probes too late, restarts', async () => {
    const stages: readonly StageSpec[] = [
      { kind: 'constant', name: 'too much', durationMs: 60_000, ratePerSecond: 110 },
      { kind: 'constant', name: 'after it', durationMs: 40_000, ratePerSecond: 8 },
    ];
    const each = await figures({ requests: 'each', stages });
    const batched = await figures({ requests: 'batched', stages });

    expect(each.failed / each.due).toBeGreaterThan(0.5);
    expect(Math.abs(batched.failed / batched.due - each.failed / each.due)).toBeLessThan(0.1);
    expect(within(batched.p50Ms, each.p50Ms)).toBeLessThan(0.25);
    expect(each.restarts).toBeGreaterThan(0);
    expect(batched.restarts).toBeGreaterThan(0);
  });

  it('add up in every second, and are the same to the last byte from the same seed', async () => {
    const first = await simulated({ requests: 'batched', seed: 3 });
    const again = await simulated({ requests: 'batched', seed: 3 });
    const other = await simulated({ requests: 'batched', seed: 4 });
    const seconds = first.flatMap((record) => (record.kind === 'load' ? [record.load] : []));

    expect(seconds).toHaveLength(185);
    expect(seconds.flatMap(accountingFaults)).toEqual([]);
    expect(accountingFaults(totalOf(seconds))).toEqual([]);
    expect(bytes(again)).toBe(bytes(first));
    expect(bytes(other)).not.toBe(bytes(first));
  });

  it('say that they are modelled in batches, in the header', async () => {
    const [header] = await simulated({ requests: 'batched' });
    expect(header).toMatchObject({ environment: { simulated: { requests: 'batched' } } });
    const [one] = await simulated({ requests: 'auto' });
    expect(one?.kind === 'header' && one.environment.simulated).not.toHaveProperty('requests');
  });

  it('are refused where the load has what is only known of single requests', async () => {
    const kept: Experiment = {
      ...experiment,
      simulated: { requests: 'batched' },
      load: { ...experiment.load, connections: { kind: 'keep-alive' } },
    };
    const options = { results: '/nowhere', clock: new WallClock(), signal: NEVER };
    await expect(runSimulated(kept, options)).rejects.toMatchObject({
      code: 'LOAD_INVALID',
      message: expect.stringContaining('connections that are kept: each stays with its pod'),
    });
  });
});

describe('a load of days', { timeout: 120_000 }, () => {
  it('is told in spans of several seconds, which add up, and what repeats is told seldom', async () => {
    const stages: readonly StageSpec[] = [
      { kind: 'constant', name: 'hours', durationMs: 12_600_000, ratePerSecond: 20.5 },
    ];
    const records = await simulated({ requests: 'batched', stages });
    const loads = records.flatMap((record) => (record.kind === 'load' ? [record] : []));
    const seconds = loads.map(({ load }) => load);

    expect(seconds.every((each) => each.seconds === 5)).toBe(true);
    expect(seconds).toHaveLength(12_600 / 5);
    expect(totalOf(seconds).due).toBe(20.5 * 12_600);
    expect(seconds.flatMap(accountingFaults)).toEqual([]);
    expect((loads[1]?.t ?? 0) - (loads[0]?.t ?? 0)).toBeCloseTo(5_000, 3);
    const use = records.filter(({ kind }) => kind === 'cpu');
    expect(use.length).toBeGreaterThan(960);
    expect(use.length).toBeLessThan(1_060);
    const note = records.find((record) => record.kind === 'note');
    expect(note).toMatchObject({ text: expect.stringContaining('5 s are told together') });
  });
});

const NEVER = new AbortController().signal;

interface Asked {
  readonly requests: 'auto' | 'each' | 'batched';
  readonly seed?: number;
  readonly stages?: readonly StageSpec[];
}

async function simulated({
  requests,
  seed = 1,
  stages,
}: Asked): Promise<readonly TimelineRecord[]> {
  const records: TimelineRecord[] = [];
  const { load } = experiment;
  const asked: Experiment = {
    ...experiment,
    simulated: { requests },
    load: stages === undefined ? load : { ...load, load: { ...OPEN, profile: { stages } } },
  };
  const { error } = await simulate({
    experiment: asked,
    objects,
    model: TEXTBOOK_MODEL,
    seed,
    header: {
      schemaVersion: TIMELINE_SCHEMA_VERSION,
      runId: 'batched',
      experiment: asked,
      manifests: [],
      environment: {
        labVersion: '0',
        nodeVersion: 'v20',
        platform: 'none',
        cores: 1,
        memoryBytes: 1,
        target: 'simulated',
        clock: 'virtual',
        simulated: { model: 'textbook', isCalibrated: false },
        missing: [],
      },
    },
    sink: (record) => records.push(record),
    signal: NEVER,
  });
  expect(error).toBeUndefined();
  return records;
}

const OPEN = { model: 'open', spacing: 'even' } as const;

/** Means over some seeds. */
async function figures(asked: Asked) {
  const all: ReturnType<typeof figuresOf>[] = [];
  for (const seed of SEEDS) all.push(figuresOf(await simulated({ ...asked, seed })));
  const mean = (of: (each: ReturnType<typeof figuresOf>) => number): number =>
    all.reduce((sum, each) => sum + of(each), 0) / all.length;
  return {
    due: mean(({ due }) => due),
    failed: mean(({ failed }) => failed),
    largest: mean(({ largest }) => largest),
    rescaleS: mean(({ rescaleS }) => rescaleS),
    cpuMs: mean(({ cpuMs }) => cpuMs),
    throttledShare: mean(({ throttledShare }) => throttledShare),
    p50Ms: mean(({ p50Ms }) => p50Ms),
    p95Ms: mean(({ p95Ms }) => p95Ms),
    restarts: mean(({ restarts }) => restarts),
  };
}

function figuresOf(records: readonly TimelineRecord[]) {
  const seconds = records.flatMap((record) => (record.kind === 'load' ? [record.load] : []));
  const totals = totalOf(seconds);
  const times = mergeHistograms([totals.responseTime]);
  const sizes = records.flatMap((record) =>
    record.kind === 'workload' ? [{ t: record.t, size: record.specReplicas }] : [],
  );
  const firstMore = sizes.find(({ size }) => size > 3);
  const use = lastUse(records);
  const restarts = records.map((record) => (record.kind === 'pod' ? record.restarts : 0));
  return {
    due: totals.due,
    failed: Object.values(totals.failed).reduce((sum, count) => sum + count, 0),
    largest: Math.max(...sizes.map(({ size }) => size)),
    rescaleS: (firstMore?.t ?? 0) / 1_000,
    ...use,
    p50Ms: times.percentileMs(50) ?? 0,
    p95Ms: times.percentileMs(95) ?? 0,
    restarts: Math.max(0, ...restarts),
  };
}

function lastUse(records: readonly TimelineRecord[]) {
  const last = new Map<string, { cpuMs: number; periods?: number; throttledPeriods?: number }>();
  for (const record of records) {
    if (record.kind !== 'cpu') continue;
    for (const pod of record.pods) last.set(pod.uid, pod);
  }
  let sums = { cpuMs: 0, periods: 0, throttled: 0 };
  for (const { cpuMs, periods = 0, throttledPeriods = 0 } of last.values()) {
    sums = {
      cpuMs: sums.cpuMs + cpuMs,
      periods: sums.periods + periods,
      throttled: sums.throttled + throttledPeriods,
    };
  }
  return { cpuMs: sums.cpuMs, throttledShare: sums.throttled / sums.periods };
}

function bytes(records: readonly TimelineRecord[]): string {
  return records.map(encodeRecord).join('');
}

/** How far one is from the other, as a share of the other. */
function within(value: number, of: number): number {
  return Math.abs(value - of) / of;
}
