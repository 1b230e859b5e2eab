import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { objectFaults } from '../../../src/cluster/embedded/check-objects.js';
import { TEXTBOOK_MODEL } from '../../../src/core/service-model.js';
import { jsonReportText } from '../../../src/report/json/json-report.js';
import { MatrixFolder, readMatrixIndex, reportedFigures } from '../../../src/run/matrix-folder.js';
import { type ReadMatrix, readMatrix } from '../../../src/run/read-matrix.js';
import { readTimeline } from '../../../src/run/read-timeline.js';
import { type Lane, runMatrix } from '../../../src/run/run-matrix.js';
import { runSimulatedTrial } from '../../../src/run/run-matrix-trial.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';

const MANIFESTS = join(import.meta.dirname, '../../../manifests');
const AVERAGE = 'hpa.spec.metrics[0].resource.target.averageUtilization';
const CPU = 'deployment.spec.template.spec.containers[0].resources.requests.cpu';

let folder: string;
const clock = new VirtualClock(0);
const never = new AbortController().signal;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hpa-lab-matrix-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('reading a matrix', () => {
  it('makes an experiment of each variant: objects are changed by patches', async () => {
    const matrix = await read(`
  ${AVERAGE}: [40, 60]
  ${CPU}: [400m]
  hpa.spec.behavior: [{ scaleDown: { stabilizationWindowSeconds: 7 } }]`);
    const [first] = matrix.variants;
    const objects = matrix.objectsOf(first?.experiment ?? matrix.experiment, {});
    const hpa = objects.find(({ kind }) => kind === 'HorizontalPodAutoscaler');
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    expect(hpa).toMatchObject({
      spec: {
        maxReplicas: 10,
        behavior: { scaleDown: { stabilizationWindowSeconds: 7 } },
        metrics: [{ type: 'Resource', resource: { target: { averageUtilization: 40 } } }],
      },
    });
    expect(deployment).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [{ resources: { requests: { cpu: '400m', memory: '256Mi' } } }],
          },
        },
      },
    });
  });

  it('takes the variant that changes nothing as baseline', async () => {
    const matrix = await read(`\n  ${AVERAGE}: [40, 60]\n  settle: [1s, 2s]`);
    expect(matrix.baseline).toBe('averageUtilization=60,settle=1s');
  });

  it('tells what the API server would refuse, each at its value, and what the manifests lack', async () => {
    const text = `
  ${AVERAGE}: [60, 0]
  hpa.spec.maxReplica: [5]
  ${CPU}: [100m, many]
  hpa.spec.metrics[4].type: [Resource]
  load.stages[0].rate: [quick]
  baseline: nope
trials: 0`;
    const error: unknown = await read(text).catch((thrown: unknown) => thrown);
    const lines = String(error)
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
    const found = lines.map((line) => /:(\d+:\d+): \S+ expected (.*), found/.exec(line)?.slice(1));
    const at = HEAD.split('\n').length;
    expect(found).toEqual([
      [`${at + 1}:${AVERAGE.length + 10}`, 'what the API server takes'],
      [`${at + 2}:25`, 'what the API server takes'],
      [`${at + 3}:${CPU.length + 12}`, 'what the API server takes'],
      [`${at + 4}:3`, 'an item of spec.metrics, from [0] to [0] (in the manifest of the hpa)'],
      [`${at + 5}:25`, expect.stringContaining('a rate')],
      [`${at + 6}:13`, expect.stringContaining('the name of a variant')],
      [`${at + 7}:9`, expect.stringContaining('a whole number')],
    ]);
  });
});

describe('running a matrix', { timeout: 60_000 }, () => {
  let matrix: ReadMatrix;
  let results: string;
  beforeEach(async () => {
    matrix = await read(`\n  ${AVERAGE}: [40, 60]\ntrials: 2`);
    results = mkdtempSync(join(folder, 'results-'));
  });

  it('leaves a result folder for each trial, with every measure and without a timeline', async () => {
    const made = create();
    await runMatrix({
      folder: made,
      lanes: [laneOf(made), laneOf(made)],
      onEnded: ignore,
      signal: never,
    });
    const index = readMatrixIndex(made.path);
    expect(index).toMatchObject({ experiment: 'm', baseline: 'averageUtilization=60', seed: 1 });
    expect(index.trials.map(({ outcome }) => outcome)).toEqual(Array(4).fill('completed'));
    for (const { folder: run = '' } of index.trials) {
      expect(readdirSync(join(made.path, run))).toEqual(['report.json']);
    }
    const figures = reportedFigures(join(made.path, index.trials[0]?.folder ?? ''), [
      'requests.due',
    ]);
    expect(figures['requests.due']).toBe(20);
  });

  it('gives the same reports in any order, and those of the timeline where it is kept', async () => {
    const one = create();
    await runMatrix({ folder: one, lanes: [laneOf(one)], onEnded: ignore, signal: never });
    const two = create();
    const lanes = [laneOf(two, { hasTimeline: true }), laneOf(two, { hasTimeline: true })];
    await runMatrix({ folder: two, lanes, onEnded: ignore, signal: never });
    for (const { folder: run = '' } of readMatrixIndex(one.path).trials) {
      expect(reportText(join(two.path, run))).toBe(reportText(join(one.path, run)));
      const { timeline } = readTimeline(join(two.path, run));
      const again: unknown = JSON.parse(jsonReportText(timeline, analyze(timeline)));
      expect(JSON.parse(reportText(join(two.path, run)))).toEqual(again);
    }
  });

  it('goes on where it was, and only there', async () => {
    const stop = new AbortController();
    const made = create();
    const onEnded = (): void => stop.abort('SIGINT');
    await runMatrix({ folder: made, lanes: [laneOf(made)], onEnded, signal: stop.signal });
    expect(outcomes(made.path)).toEqual(['completed', 'pending', 'pending', 'pending']);
    const before = readMatrixIndex(made.path);

    const ran: string[] = [];
    const resumed = MatrixFolder.resume(matrix, made.path, clock);
    await runMatrix({
      folder: resumed,
      lanes: [laneOf(resumed)],
      onEnded: ({ variant, trial }) => ran.push(`${variant}-${trial}`),
      signal: never,
    });
    expect(outcomes(made.path)).toEqual(Array(4).fill('completed'));
    expect(ran).toEqual(before.trials.slice(1).map((each) => `${each.variant}-${each.trial}`));
  });

  it('finds trials that were done when the index could not be written any more', async () => {
    const made = create();
    const first = readFileSync(join(made.path, 'matrix.json'), 'utf8');
    await runMatrix({ folder: made, lanes: [laneOf(made)], onEnded: ignore, signal: never });
    writeFileSync(join(made.path, 'matrix.json'), first);
    const { folder: cut = '' } = made.index.trials[2] ?? {};
    writeFileSync(join(made.path, cut, 'report.json'), '{"schemaVersion":2,"ru');
    expect(
      MatrixFolder.resume(matrix, made.path, clock).pending.map(({ name }) => `runs/${name}`),
    ).toEqual([cut]);
  });

  it('does not go on with something else, and takes more trials', async () => {
    const made = create();
    const other = await read(`\n  ${AVERAGE}: [40, 61]\ntrials: 2`);
    expect(() => MatrixFolder.resume(other, made.path, clock)).toThrow(/cannot go on/);
    const more = await read(`\n  ${AVERAGE}: [40, 60]\ntrials: 3`);
    expect(MatrixFolder.resume(more, made.path, clock).pending).toHaveLength(6);
    expect(() => MatrixFolder.resume(matrix, results, clock)).toThrow(/no matrix result/);
  });

  it('notes a trial that fails, with the reason, and goes on', async () => {
    const made = create();
    const good = laneOf(made);
    const lane: Lane = (trial) =>
      trial.index === 1
        ? Promise.resolve({
            outcome: 'failed',
            because: 'no luck',
            hasFolder: false,
            figures: {},
            failedThresholds: [],
          })
        : good(trial);
    await runMatrix({ folder: made, lanes: [lane], onEnded: ignore, signal: never });
    expect(outcomes(made.path)).toEqual(['completed', 'failed', 'completed', 'completed']);
    expect(readMatrixIndex(made.path).trials[1]).toMatchObject({ because: 'no luck' });
    expect(MatrixFolder.resume(matrix, made.path, clock).pending.map(({ index }) => index)).toEqual(
      [1],
    );
  });

  function create(): MatrixFolder {
    const id = `m${readdirSync(results).length}-${existsSync(join(results, 'm')) ? readdirSync(join(results, 'm')).length : 0}`;
    return MatrixFolder.create(matrix, { results, id, clock });
  }

  function laneOf(into: MatrixFolder, options: { readonly hasTimeline?: boolean } = {}): Lane {
    return ({ variant, seed, name }) => {
      const found = matrix.variants.find((each) => each.name === variant);
      const experiment = found?.experiment ?? matrix.experiment;
      return runSimulatedTrial(
        {
          experiment,
          objects: matrix.objectsOf(experiment, {}),
          model: TEXTBOOK_MODEL,
          seed,
          environment: {
            labVersion: '0.0.0',
            nodeVersion: 'v20',
            platform: 'any',
            cores: 1,
            memoryBytes: 1,
            target: 'simulated',
            clock: 'virtual',
            missing: [],
          },
          matrixFolder: into.path,
          runsFolder: 'runs',
          name,
          hasTimeline: options.hasTimeline === true,
          measures: ['requests.due'],
        },
        never,
      );
    };
  }
});

function ignore(): void {
  // nothing to do when a trial ends
}

function outcomes(path: string): readonly string[] {
  return readMatrixIndex(path).trials.map(({ outcome }) => outcome);
}

function reportText(run: string): string {
  return readFileSync(join(run, 'report.json'), 'utf8');
}

const HEAD = `name: m
question: What?
manifests: [${JSON.stringify(MANIFESTS)}]
underTest: { deployment: sample-service }
load:
  stages:
    - { name: a, kind: constant, rate: 2/s, duration: 10s }
  request: { path: /work?cpuMs=5 }
settle: 1s
target: simulated
`;

let count = 0;

function read(text: string): Promise<ReadMatrix> {
  const path = join(folder, `${++count}.yaml`);
  writeFileSync(path, `${HEAD}matrix:${text}\n`);
  return readMatrix(path, {
    experiments: folder,
    objectFaults: (objects) => objectFaults(objects, clock),
  });
}
