/**
 * The waterfall against delays that were set: 4 s of start-up, 3 s more until ready, new metrics every
 * 5 s, an HPA that looks every 5 s. The run has a namespace, ports and a folder of its own: it may run
 * beside others.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { analyze } from '../../src/analysis/analyze.js';
import { valueOf } from '../../src/analysis/measure.js';
import type { SeenStage } from '../../src/analysis/stages.js';
import { decodeTimeline } from '../../src/timeline/codec.js';
import { runLab, temporaryFolder } from '../support/lab-process.js';

const EXPERIMENT = fileURLToPath(new URL('./fixtures/known-delays.yaml', import.meta.url));

const READY_MS = 7_000;
const RESOLUTION_MS = 5_000;
const SYNC_MS = 5_000;
const PROBE_MS = 1_000;
const READING_MS = 1_000;
/** By how much a busy machine may be late with any one thing. */
const SLACK_MS = 2_500;

it('finds the delays of a scale-up that the experiment set', { timeout: 120_000 }, async () => {
  const results = temporaryFolder();

  const { code, output } = await runLab(['experiment', EXPERIMENT, '--results', results]);

  expect(code, output).toBe(0);
  const [run = 'none'] = readdirSync(join(results, 'known-delays'));
  const file = join(results, 'known-delays', run, 'timeline.ndjson');
  const analysis = analyze(decodeTimeline(readFileSync(file, 'utf8'), file).timeline);
  const [scaleUp] = analysis.scaleUps;
  expect(scaleUp).toMatchObject({ from: 2, author: 'hpa', earlierStep: undefined });
  expect(valueOf(scaleUp!.change)).toMatchObject({ stage: 'high', origin: 'plan' });
  const seen = new Map<string, SeenStage>();
  for (const { name, seen: stage } of scaleUp!.stages) {
    if (stage.kind === 'measured') seen.set(name, stage.value);
  }
  const length = (name: string): number => seen.get(name)?.lengthMs ?? NaN;
  const cause = (name: string): string => seen.get(name)?.cause ?? 'not seen';

  expect(length('over-target')).toBeLessThan(2 * READING_MS + SLACK_MS);
  // a window that only began in the old load may need the next one
  expect(length('metric-visible')).toBeLessThan(2 * RESOLUTION_MS + SLACK_MS);
  expect(cause('metric-visible')).toMatch(
    /^metrics resolution: .*new every (4\.[5-9]|5(\.[0-9])?)s$/,
  );
  expect(length('decision')).toBeLessThan(SYNC_MS + SLACK_MS);
  expect(cause('decision')).toMatch(/^HPA: .*it syncs every 5s/);
  expect(length('pods-created')).toBeLessThan(SLACK_MS);
  expect(length('scheduled')).toBeLessThan(SLACK_MS);
  expect(length('started')).toBeLessThan(SLACK_MS);
  // the process counts from its own start, which comes before its containers are seen to run
  expect(length('ready')).toBeGreaterThan(READY_MS - SLACK_MS);
  expect(length('ready')).toBeLessThan(READY_MS + PROBE_MS + SLACK_MS);
  expect(cause('ready')).toBe('service start-up: a readiness probe every 1s found it ready');
  expect(length('endpoint')).toBeLessThan(SLACK_MS);
  expect(length('first-request')).toBeLessThan(2_000 + SLACK_MS);
  for (const { name, stages } of scaleUp!.pods) {
    const ready = stages.find((stage) => stage.name === 'ready')?.seen;
    const lengthMs = ready === undefined ? NaN : (valueOf(ready)?.lengthMs ?? NaN);
    expect(lengthMs, name).toBeGreaterThan(READY_MS - SLACK_MS);
    expect(lengthMs, name).toBeLessThan(READY_MS + PROBE_MS + SLACK_MS);
  }
  // the stages that were seen account for the whole
  const stages = [...seen.values()];
  const sumMs = stages.reduce((sum, { lengthMs }) => sum + (lengthMs ?? NaN), 0);
  expect(sumMs).toBeCloseTo(stages.at(-1)?.sinceChangeMs ?? NaN, 3);
  const latencyMs = valueOf(scaleUp!.latencyMs) ?? NaN;
  expect(latencyMs).toBeGreaterThan(READY_MS - SLACK_MS);
  expect(latencyMs).toBeLessThan(
    READING_MS + 2 * RESOLUTION_MS + SYNC_MS + READY_MS + PROBE_MS + 2 * SLACK_MS,
  );
});
