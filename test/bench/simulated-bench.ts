/** What simulated runs cost: CPU time, which a busy machine changes less than the time on the wall. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEXTBOOK_MODEL } from '../../src/core/service-model.js';
import type { KubeObject } from '../../src/core/objects.js';
import type { Experiment } from '../../src/experiment/experiment.js';
import { readExperiment } from '../../src/run/read-experiment.js';
import { readManifests } from '../../src/run/read-manifests.js';
import { runSimulatedTrial, trialExperiment } from '../../src/run/run-matrix-trial.js';
import { simulate } from '../../src/run/simulate.js';
import { type Environment, TIMELINE_SCHEMA_VERSION } from '../../src/timeline/record.js';
import { type BenchFigure, median } from './figure.js';

const EXPERIMENTS = 'experiments';
/** Runs until the code that simulates is compiled. */
const WARM_RUNS = 25;
const SPIKE_RUNS = 15;
const TRIALS = 20;
const SIZES = [1, 2, 4, 8];
const GROWTH_RUNS = 3;
/** How much dearer a piece may be in a larger size than alone; a busy machine scatters so much. */
const LINEAR_WITHIN = 1.5;

interface Simulated {
  readonly experiment: Experiment;
  readonly objects: readonly KubeObject[];
}

const { signal } = new AbortController();

/** The spike, many trials, and how the cost grows with time and with requests. */
export async function benchSimulated(): Promise<readonly BenchFigure[]> {
  const spike = await read('spike');
  const day = await read('hpa-threshold');
  return [
    await spikeFigure(spike),
    await matrixFigure(day),
    ...(await growth('2 minutes at 20/s', (size) => loaded(spike, 20, 2 * size))),
    ...(await growth('50/s for 2 minutes', (size) => loaded(spike, 50 * size, 2))),
  ];
}

async function read(name: string): Promise<Simulated> {
  const experiment = readExperiment(name, EXPERIMENTS);
  return { experiment, objects: await readManifests(experiment, {}) };
}

async function spikeFigure(spike: Simulated): Promise<BenchFigure> {
  const costs: number[] = [];
  for (let run = 0; run < WARM_RUNS + SPIKE_RUNS; run++) costs.push(await costOf(spike));
  return {
    name: 'the 3-minute spike, request by request',
    value: median(costs.slice(WARM_RUNS)),
    unit: 'ms CPU',
    limit: 60,
    note: `${SPIKE_RUNS} runs after ${WARM_RUNS} to warm up; at the least ${Math.min(...costs).toFixed(0)} ms`,
  };
}

/** Trials as a worker of a matrix runs them: simulated, analyzed, their report written. */
async function matrixFigure({ experiment, objects }: Simulated): Promise<BenchFigure> {
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-bench-'));
  const costs: number[] = [];
  try {
    for (let seed = 1; seed <= WARM_RUNS + TRIALS; seed++) {
      const before = cpuMs();
      await runSimulatedTrial(
        {
          experiment,
          objects,
          model: TEXTBOOK_MODEL,
          seed,
          environment: ENVIRONMENT,
          matrixFolder: folder,
          runsFolder: 'runs',
          name: `trial-${seed}`,
          hasTimeline: false,
          measures: [],
        },
        signal,
      );
      costs.push(cpuMs() - before);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const each = median(costs.slice(WARM_RUNS));
  return {
    // 1,000 of so many ms on 2 cores are half as many seconds
    name: '1,000 configurations of nearly 10 minutes, on 2 cores',
    value: each / 2,
    unit: 's',
    limit: 40,
    note: `${each.toFixed(0)} ms CPU for each of ${TRIALS} trials after ${WARM_RUNS}`,
  };
}

/** What a piece of work costs in four sizes; linear is what costs the same for each piece, or less. */
async function growth(
  piece: string,
  sized: (size: number) => Simulated,
): Promise<readonly BenchFigure[]> {
  const costs: number[] = [];
  const figures: BenchFigure[] = [];
  for (const size of SIZES) {
    const runs: number[] = [];
    for (let run = 0; run < GROWTH_RUNS; run++) runs.push(await costOf(sized(size)));
    const cost = median(runs);
    costs.push(cost / size);
    const note = `${(cost / size).toFixed(1)} ms for each piece`;
    figures.push({ name: `${size} x ${piece}`, value: cost, unit: 'ms CPU', note });
  }
  const [smallest = Number.NaN] = costs;
  const value = Math.max(...costs) / smallest;
  const name = `${piece}: the dearest piece against one alone`;
  return [...figures, { name, value, unit: 'times', limit: LINEAR_WITHIN }];
}

/** Light requests, so that no size has more to do than its pods can. */
function loaded(
  { experiment, objects }: Simulated,
  ratePerSecond: number,
  minutes: number,
): Simulated {
  const { load } = experiment;
  const stage = {
    kind: 'constant',
    name: 'all',
    durationMs: minutes * 60_000,
    ratePerSecond,
  } as const;
  const requests = load.requests.map((session) => ({
    ...session,
    steps: session.steps.map((step) => ({
      ...step,
      request: { ...step.request, path: '/work?cpuMs=1' },
    })),
  }));
  return {
    objects,
    experiment: {
      ...experiment,
      simulated: { ...experiment.simulated, requests: 'each' },
      load: {
        ...load,
        requests,
        load: { model: 'open', spacing: 'even', profile: { stages: [stage] } },
      },
    },
  };
}

async function costOf({ experiment, objects }: Simulated): Promise<number> {
  const before = cpuMs();
  const { error } = await simulate({
    experiment: trialExperiment(experiment, 1),
    objects,
    model: TEXTBOOK_MODEL,
    seed: 1,
    header: {
      schemaVersion: TIMELINE_SCHEMA_VERSION,
      runId: 'bench',
      experiment,
      manifests: [],
      environment: ENVIRONMENT,
    },
    sink: () => undefined,
    signal,
  });
  if (error !== undefined) throw error;
  return cpuMs() - before;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const ENVIRONMENT: Environment = {
  labVersion: '0.0.0',
  nodeVersion: process.version,
  platform: process.platform,
  cores: 1,
  memoryBytes: 1,
  target: 'simulated',
  clock: 'virtual',
  simulated: { model: 'textbook', isCalibrated: false },
  missing: [],
};
