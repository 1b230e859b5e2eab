import { Ajv2020 } from 'ajv/dist/2020.js';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { TEXTBOOK_MODEL } from '../../../src/core/service-model.js';
import type { KubeObject } from '../../../src/core/objects.js';
import type { Experiment } from '../../../src/experiment/experiment.js';
import { accountingFaults, totalOf } from '../../../src/load/accounting.js';
import { jsonReport, reportJsonSchema } from '../../../src/report/json/json-report.js';
import { provenance } from '../../../src/report/provenance.js';
import { readExperiment } from '../../../src/run/read-experiment.js';
import { readManifests } from '../../../src/run/read-manifests.js';
import { simulate } from '../../../src/run/simulate.js';
import { encodeRecord } from '../../../src/timeline/codec.js';
import { type Timeline, TIMELINE_SCHEMA_VERSION } from '../../../src/timeline/record.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';

const EXPERIMENTS = join(import.meta.dirname, '../../../experiments');

let experiment: Experiment;
let objects: readonly KubeObject[];

beforeAll(async () => {
  experiment = readExperiment('spike', EXPERIMENTS);
  objects = await readManifests(experiment, {});
});

describe('a simulated run', { timeout: 60_000 }, () => {
  it('scales up in the spike and back after it, and every request is accounted for', async () => {
    const timeline = await simulated({});
    const analysis = analyze(timeline);

    const sizes = sizesOf(timeline);
    expect(analysis.completeness).toEqual({ kind: 'completed' });
    expect(sizes[0]).toBe(3);
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(8);
    expect(sizes.at(-1)).toBe(3);
    const seconds = timeline.records.flatMap((record) =>
      record.kind === 'load' ? [record.load] : [],
    );
    expect(seconds.reduce((sum, { due }) => sum + due, 0)).toBe(4_200);
    expect(accountingFaults(totalOf(seconds))).toEqual([]);
  });

  it('is the same to the last byte from the same seed, and another from another', async () => {
    const first = bytes(await simulated({ seed: 5 }));
    expect(bytes(await simulated({ seed: 5 }))).toBe(first);
    expect(bytes(await simulated({ seed: 6 }))).not.toBe(first);
  });

  it('says that it was modelled and with what numbers', async () => {
    const timeline = await simulated({});
    const { real, modelled } = provenance(timeline, analyze(timeline));
    expect(real).toEqual([]);
    expect(modelled.join('\n')).toMatch(/Pods, requests and time were modelled/);
    expect(modelled.join('\n')).toMatch(/uncalibrated/);
    const report: unknown = JSON.parse(JSON.stringify(jsonReport(timeline, analyze(timeline))));
    const validate = new Ajv2020({ strict: false }).compile(reportJsonSchema());
    expect(validate(report) ? [] : validate.errors).toEqual([]);
  });

  it('ends when it is told to, and keeps what was simulated', async () => {
    const stop = new AbortController();
    const timeline = await simulated({
      signal: stop.signal,
      sink: (record) => {
        if (record.kind === 'load') stop.abort('SIGINT');
      },
    });
    const end = timeline.records.at(-1);
    expect(end).toMatchObject({ kind: 'end', outcome: 'interrupted' });
    expect(timeline.records.some(({ kind }) => kind === 'load')).toBe(true);
  });

  it('collapses under more than its pods can do: probes late, endpoints gone, restarts', async () => {
    const overload: Experiment = {
      ...experiment,
      load: {
        ...experiment.load,
        load: {
          model: 'open',
          spacing: 'even',
          profile: {
            stages: [
              { kind: 'constant', name: 'base', durationMs: 20_000, ratePerSecond: 8 },
              { kind: 'constant', name: 'far too much', durationMs: 90_000, ratePerSecond: 150 },
            ],
          },
        },
      },
    };
    const timeline = await simulated({ of: overload });
    const restarts = Math.max(
      ...timeline.records.map((record) => (record.kind === 'pod' ? record.restarts : 0)),
    );
    const events = timeline.records.flatMap((record) =>
      record.kind === 'event' ? [`${record.reason}: ${record.message}`] : [],
    );
    const refused = timeline.records.reduce(
      (sum, record) => sum + (record.kind === 'load' ? (record.load.failed.refused ?? 0) : 0),
      0,
    );
    expect(restarts).toBeGreaterThan(0);
    expect(events.join('\n')).toMatch(
      /Unhealthy: Readiness probe failed: .*context deadline exceeded/,
    );
    expect(events.join('\n')).toMatch(/Killing: .*failed liveness probe, will be restarted/);
    expect(refused).toBeGreaterThan(100);
  });
});

async function simulated(options: {
  readonly of?: Experiment;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly sink?: (record: TimelineRecord) => void;
}): Promise<Timeline> {
  const records: TimelineRecord[] = [];
  const { of = experiment } = options;
  const { error } = await simulate({
    experiment: of,
    objects,
    model: TEXTBOOK_MODEL,
    seed: options.seed ?? 1,
    header: {
      schemaVersion: TIMELINE_SCHEMA_VERSION,
      runId: 'test',
      experiment: of,
      manifests: [],
      environment: {
        labVersion: '0.0.0',
        nodeVersion: 'v20',
        platform: 'any',
        cores: 1,
        memoryBytes: 1,
        target: 'simulated',
        simulated: { model: 'textbook', isCalibrated: false },
        clock: 'virtual',
        missing: [],
      },
    },
    sink: (record) => {
      records.push(record);
      options.sink?.(record);
    },
    signal: options.signal ?? new AbortController().signal,
  });
  if (error !== undefined) throw error;
  const [header, ...rest] = records;
  if (header?.kind !== 'header') throw new Error('expected a header first');
  return { header, records: rest };
}

function bytes({ records }: Timeline): string {
  return records.map(encodeRecord).join('');
}

function sizesOf({ records }: Timeline): readonly number[] {
  return records.flatMap((record) => (record.kind === 'workload' ? [record.specReplicas] : []));
}
