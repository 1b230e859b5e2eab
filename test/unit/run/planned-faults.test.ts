/** What an experiment plans to go wrong, on the simulated cluster; and what a file may not plan. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import type { PlannedFault } from '../../../src/core/planned-fault.js';
import { TEXTBOOK_MODEL } from '../../../src/core/service-model.js';
import type { KubeObject } from '../../../src/core/objects.js';
import type { Experiment } from '../../../src/experiment/experiment.js';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';
import { phaseStart, recordsOf } from '../../../src/analysis/run-facts.js';
import { valueOf } from '../../../src/analysis/measure.js';
import { readExperiment } from '../../../src/run/read-experiment.js';
import { readManifests } from '../../../src/run/read-manifests.js';
import { simulate } from '../../../src/run/simulate.js';
import {
  type Timeline,
  TIMELINE_SCHEMA_VERSION,
  type TimelineRecord,
} from '../../../src/timeline/record.js';

const EXPERIMENTS = join(import.meta.dirname, '../../../experiments');
const NODES = ['node-1', 'node-2'].map((name) => ({ name, pods: 2, labels: {}, taints: [] }));
const LOAD_MS = 120_000;

let calm: Experiment;
let objects: readonly KubeObject[];

beforeAll(async () => {
  const spike = readExperiment('spike', EXPERIMENTS);
  const stages = [
    { kind: 'constant', name: 'calm', durationMs: LOAD_MS, ratePerSecond: 8 } as const,
  ];
  calm = {
    ...spike,
    load: { ...spike.load, load: { model: 'open', spacing: 'even', profile: { stages } } },
    embedded: { ...spike.embedded, nodes: NODES },
  };
  objects = await readManifests(calm, {});
});

describe('a fault that is planned', { timeout: 60_000 }, () => {
  it('crash: a container ends as if killed and is restarted', async () => {
    const timeline = await run([{ what: 'crash', atMs: 20_000, pods: 1 }]);
    const restarts = recordsOf(timeline, 'pod').filter((pod) => pod.restarts === 1);
    expect(new Set(restarts.map(({ name }) => name)).size).toBe(1);
    expect(restarts[0]?.t).toBeGreaterThan(loadT(timeline) + 20_000);
    expect(notes(timeline)[0]).toMatch(/^fault: crash: sample-service-/);
  });

  it('that is due after the load is told as never come', async () => {
    const timeline = await run([{ what: 'crash', atMs: LOAD_MS + 60_000, pods: 1 }]);
    expect(notes(timeline)).toEqual([
      'fault: crash was due at 3m 00s of the load, which had ended before: it never came',
    ]);
  });

  it('unready: so many pods leave the endpoints, and come back when it is over', async () => {
    const timeline = await run([{ what: 'unready', atMs: 20_000, forMs: 30_000, pods: 2 }]);
    expect(readyAt(timeline, 19_000)).toBe(3);
    expect(readyAt(timeline, 45_000)).toBe(1);
    expect(readyAt(timeline, 60_000)).toBe(3);
    expect(recordsOf(timeline, 'pod').every(({ restarts }) => restarts === 0)).toBe(true);
  });

  it('slow-start: what starts meanwhile is ready so much later', async () => {
    const crash = { what: 'crash', atMs: 20_000, pods: 1 } as const;
    const soon = await run([crash]);
    const late = await run([
      { what: 'slow-start', atMs: 10_000, forMs: 60_000, byMs: 20_000 },
      crash,
    ]);
    const [backAfter, lateBackAfter] = [soon, late].map(
      (timeline) => lastReadyT(timeline) - loadT(timeline),
    );
    expect((lateBackAfter ?? 0) - (backAfter ?? 0)).toBeGreaterThan(14_000);
    expect((lateBackAfter ?? 0) - (backAfter ?? 0)).toBeLessThan(26_000);
  });

  it('node-off: its pods are gone until it is back', async () => {
    const timeline = await run([{ what: 'node-off', atMs: 10_000, forMs: 70_000, node: 'node-2' }]);
    const onNode = new Set(
      recordsOf(timeline, 'pod').flatMap(({ name, node }) => (node === 'node-2' ? [name] : [])),
    );
    expect(onNode.size).toBeGreaterThan(0);
    // upstream gives a node up 40 to 50 s after it was last heard of
    expect(readyAt(timeline, 45_000)).toBe(3);
    expect(readyAt(timeline, 69_000)).toBe(3 - onNode.size);
    expect(readyAt(timeline, 115_000)).toBe(3);
  });

  it('node-cut-off: without an end it lasts', async () => {
    const timeline = await run([{ what: 'node-cut-off', atMs: 10_000, node: 'node-2' }]);
    expect(readyAt(timeline, 118_000)).toBeLessThan(3);
  });

  it('metrics-outage: the HPA has nothing to go by, and then again', async () => {
    const timeline = await run([{ what: 'metrics-outage', atMs: 20_000, forMs: 40_000 }]);
    const told = recordsOf(timeline, 'pod-metrics').map(({ t, pods }) => ({
      atMs: t - loadT(timeline),
      count: pods.length,
    }));
    const countAt = (atMs: number): number | undefined =>
      told.findLast((each) => each.atMs <= atMs)?.count;
    expect(countAt(19_000)).toBe(3);
    expect(countAt(50_000)).toBe(0);
    expect(countAt(110_000)).toBe(3);
  });

  it('metrics-lag: what is told is so much older', async () => {
    const timeline = await run([
      { what: 'metrics-lag', atMs: 20_000, forMs: 60_000, byMs: 45_000 },
    ]);
    const ageAt = (atMs: number): number => {
      const t = loadT(timeline) + atMs;
      const told = recordsOf(timeline, 'pod-metrics').findLast((each) => each.t <= t);
      const timestamp = told?.pods[0]?.timestamp ?? '';
      return Date.parse(timeline.header.startedAt) + t - Date.parse(timestamp);
    };
    expect(ageAt(19_000)).toBeLessThan(40_000);
    expect(ageAt(70_000)).toBeGreaterThan(45_000);
    expect(ageAt(110_000)).toBeLessThan(40_000);
  });

  it('node-late: the node joins so long after a pod found no place', async () => {
    const late: PlannedFault = { what: 'node-late', node: 'node-2', byMs: 50_000 };
    const timeline = await run([late]);
    const deployT = valueOf(phaseStart(timeline, 'deploy')) ?? 0;
    const firstOn = (node: string): number =>
      recordsOf(timeline, 'pod').find((pod) => pod.node === node)?.t ?? Infinity;
    // node-1 takes two of three pods
    expect(firstOn('node-1') - deployT).toBeLessThan(2_000);
    expect(firstOn('node-2') - deployT).toBeGreaterThan(49_000);
    expect(firstOn('node-2') - deployT).toBeLessThan(60_000);
  });

  it('is the same to the last byte from the same seed', async () => {
    const faults: readonly PlannedFault[] = [
      { what: 'crash', atMs: 5_000, pods: 1 },
      { what: 'metrics-lag', atMs: 20_000, forMs: 60_000, byMs: 45_000 },
    ];
    expect(JSON.stringify(await run(faults))).toBe(JSON.stringify(await run(faults)));
  });
});

describe('the faults of a file', () => {
  it.each([
    {
      name: 'a word that is none',
      faults: '[{ what: crush, at: 0s }]',
      told: /expected one of crash, unready, .*did you mean crash/,
    },
    { name: 'an instant that is missing', faults: '[{ what: crash }]', told: /faults\[0\].at/ },
    {
      name: 'an end that is missing',
      faults: '[{ what: unready, at: 1s }]',
      told: /faults\[0\].for/,
    },
    {
      name: 'a node that the experiment does not have',
      faults: '[{ what: node-off, at: 1s, node: node-7 }]',
      told: /faults\[0\].node: expected one of the nodes node-1, node-2, found "node-7"/,
    },
    { name: 'a field of another fault', faults: '[{ what: crash, at: 1s, by: 3s }]', told: /by/ },
  ])('name $name', ({ faults, told }) => {
    const parsed = parse(`faults: ${faults}\nembedded: { nodes: 2 }\n`);
    expect(parsed.kind).toBe('faults');
    const texts = parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
    expect(texts.join('\n')).toMatch(told);
    expect(texts).toHaveLength(1);
  });

  it('are refused on a cluster that is not ours to break', () => {
    const parsed = parse('faults: [{ what: crash, at: 1s }]\ntarget: kubernetes\n');
    const texts = parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
    expect(texts.join('\n')).toMatch(/faults: expected no faults/);
  });

  it('are read with their defaults', () => {
    const parsed = parse(
      'faults: [{ what: crash, at: 1m }, { what: node-late, node: node-2, by: 90s }]\nembedded: { nodes: 2 }\n',
    );
    expect(parsed.kind === 'experiment' ? parsed.experiment.faults : parsed).toEqual([
      { what: 'crash', atMs: 60_000, pods: 1 },
      { what: 'node-late', node: 'node-2', byMs: 90_000 },
    ]);
  });
});

function parse(more: string) {
  const text = `name: x
question: What?
manifests: [m]
underTest: { deployment: web }
load:
  stages: [{ name: a, kind: constant, rate: 1/s, duration: 10s }]
  request: { path: / }
${more}`;
  return parseExperiment(text, {
    fileName: 'x.yaml',
    resolvePath: (path) => path,
    measures: MEASURES,
  });
}

async function run(faults: readonly PlannedFault[]): Promise<Timeline> {
  const experiment = { ...calm, faults };
  const records: TimelineRecord[] = [];
  const { outcome, error } = await simulate({
    experiment,
    objects,
    model: TEXTBOOK_MODEL,
    seed: 1,
    header: {
      schemaVersion: TIMELINE_SCHEMA_VERSION,
      runId: 'test',
      experiment,
      manifests: [],
      environment: {
        labVersion: '0',
        nodeVersion: 'v20',
        platform: 'linux',
        cores: 2,
        memoryBytes: 1,
        target: 'simulated',
        clock: 'virtual',
        missing: [],
      },
    },
    sink: (record) => records.push(record),
    signal: new AbortController().signal,
  });
  if (error !== undefined) throw error;
  expect(outcome).toBe('completed');
  const [header, ...rest] = records;
  if (header?.kind !== 'header') throw new Error('expected a header first');
  return { header, records: rest };
}

function loadT(timeline: Timeline): number {
  return valueOf(phaseStart(timeline, 'load')) ?? Number.NaN;
}

function readyAt(timeline: Timeline, atMs: number): number | undefined {
  const t = loadT(timeline) + atMs;
  return recordsOf(timeline, 'endpoints').findLast((each) => each.t <= t)?.ready.length;
}

/** When all pods were ready for good. */
function lastReadyT(timeline: Timeline): number {
  const endT = valueOf(phaseStart(timeline, 'tear-down')) ?? Infinity;
  const changes = recordsOf(timeline, 'endpoints').filter(({ t }) => t < endT);
  expect(changes.at(-1)?.ready).toHaveLength(3);
  return changes.at(-1)?.t ?? Number.NaN;
}

function notes(timeline: Timeline): readonly string[] {
  return recordsOf(timeline, 'note')
    .map(({ text }) => text)
    .filter((text) => text.startsWith('fault:'));
}
