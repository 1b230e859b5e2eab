/** `npm run capacity -- <experiment>`: the highest rate that so many pods hold within the SLO. */
import { randomBytes } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { demandCurveOf, type ReplicaCapacity } from '../analysis/capacity.js';
import type { EmbeddedCluster } from '../cluster/embedded/embedded-cluster.js';
import type { HorizontalPodAutoscaler } from '../core/autoscaling-objects.js';
import { LabError } from '../core/errors.js';
import { isHorizontalPodAutoscaler } from '../core/object-guards.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import { ProcessSender } from '../load/senders/process-sender.js';
import { packageRoot } from '../process/package-root.js';
import { capacityReport, type CapacityResult } from '../report/capacity-json.js';
import { answer, capacityText } from '../report/capacity-text.js';
import { capacityLine, capacityView, trialLine } from '../report/capacity-view.js';
import { plural } from '../report/format.js';
import { CapacityState } from '../run/capacity-state.js';
import { machineEnvironment } from '../run/environment.js';
import { readExperiment } from '../run/read-experiment.js';
import { readManifests } from '../run/read-manifests.js';
import {
  createPlainFolder,
  newRunId,
  RESULT_FILES,
  type ResultFolder,
} from '../run/result-folder.js';
import { atMostPods, runCapacity, type CapacityNews } from '../run/run-capacity.js';
import type { Clock } from '../time/clock.js';
import { WallClock } from '../time/wall-clock.js';
import { type CapacityFlags, capacityJob, type CapacityJob } from './capacity-flags.js';
import { embeddedTarget, startEmbedded } from './embedded.js';
import { Redraw } from './redraw.js';
import { stopOnSignals } from './stop-signals.js';

interface CapacityOptions extends CapacityFlags {
  readonly experiments: string;
  readonly results: string;
  readonly ci: boolean;
}

const RUN_SUFFIX_BYTES = 2;
const DEFAULT_COLUMNS = 100;
/** The curve goes at least up to here where there is no HPA that says how many pods there may be. */
const DEFAULT_CURVE_PODS = 10;

/** Searches the capacity of an experiment's service, and writes its demand curve. */
export function capacityCommand(): Command {
  return new Command('capacity')
    .description("find the highest rate that an experiment's pods hold within its SLO")
    .argument('<experiment>', 'a name in experiments/, or the path of an experiment file')
    .option('--pods <numbers>', 'numbers of pods, one search for each: 1,2,3 (1 by default)')
    .option('--slo-response-time <time>', "instead of the experiment's: 300ms")
    .option('--slo-objective <share>', "instead of the experiment's: 99%")
    .option('--step <time>', 'how long each try counts (10s)')
    .option('--warm-up <time>', 'before it, at the same rate, not counted (2s)')
    .option('--confirmations <n>', 'how often the rate found must hold (3)')
    .option('--resolution <share>', 'how close the rate that holds and the one that misses (5%)')
    .option('--max-tries <n>', 'for each number of pods (16)')
    .option(
      '--experiments <folder>',
      'where named experiments are',
      join(packageRoot(), 'experiments'),
    )
    .option('--results <folder>', 'where result folders go', 'results')
    .option('--ci', 'plain lines instead of the live view', process.env['CI'] !== undefined)
    .action(async (name: string, options: CapacityOptions) => {
      const experiment = readExperiment(name, options.experiments);
      await searchAndTell(experiment, capacityJob(options, experiment), options);
    });
}

async function searchAndTell(
  experiment: Experiment,
  job: CapacityJob,
  options: CapacityOptions,
): Promise<void> {
  const clock = new WallClock();
  const startedMs = clock.now();
  const runId = `${newRunId(startedMs, randomBytes(RUN_SUFFIX_BYTES).toString('hex'))}-capacity`;
  const objects = await readManifests(experiment, { 'hpa-lab.dev/run': runId });
  const { objectFaults } = await import('../cluster/embedded/check-objects.js');
  const faults = objectFaults(objects, clock);
  if (faults.length > 0) throw new LabError('MANIFEST_INVALID', faults.join('\n'));
  const stop = stopOnSignals();
  let cluster: EmbeddedCluster | undefined;
  try {
    const folder = createPlainFolder(resolve(options.results), experiment.name, runId);
    const largest = atMostPods(objects, experiment, job.replicas);
    cluster = await startEmbedded({ experiment, objects: largest, clock });
    const search = { experiment, job, objects, cluster, folder, clock, signal: stop.signal };
    const capacities = await searched(search, options.ci);
    tell(search, capacities, startedMs);
    if (stop.signal.aborted) {
      throw new LabError('INTERRUPTED', `stopped by ${String(stop.signal.reason)}`, {
        hint: `what was found until then is in ${folder.path}`,
      });
    }
  } finally {
    await cluster?.stop();
    stop.dispose();
  }
}

interface Search {
  readonly experiment: Experiment;
  readonly job: CapacityJob;
  readonly objects: readonly KubeObject[];
  readonly cluster: EmbeddedCluster;
  readonly folder: ResultFolder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function searched(search: Search, isPlain: boolean): Promise<readonly ReplicaCapacity[]> {
  const { experiment, job, objects, cluster, clock, signal } = search;
  const state = new CapacityState(experiment.name, clock);
  const display = new Redraw({
    clock,
    isPlain,
    view: (columns) => capacityView(state.snapshot(), columns),
    line: () => capacityLine(state.snapshot()),
  });
  introduce(search);
  try {
    return await runCapacity({
      experiment,
      objects,
      target: await embeddedTarget(cluster, clock),
      sender: new ProcessSender({ clock, engine: 'auto', processes: 'auto' }),
      clock,
      ...job,
      onActivity: (activity, lengthMs) => {
        state.activity(activity, lengthMs);
        display.changed();
      },
      onNews: (news) => {
        state.news(news);
        const text = newsText(news);
        if (text !== undefined) display.say(text);
      },
      onProgress: (progress) => state.progress(progress),
      signal,
    });
  } finally {
    display.close();
  }
}

function introduce({ experiment, job, cluster, folder }: Search): void {
  const pods = job.replicas.map((count) => plural(count, 'pod')).join(', ');
  process.stdout.write(
    [
      `${experiment.name}: the capacity of ${pods}, without the HPA; some two to three minutes for each`,
      `CPU scale: ${cluster.facts.cpuScaleBecause}`,
      `the result goes to ${folder.path}`,
      '',
      '',
    ].join('\n'),
  );
}

/** Tries are told as they end; first guesses are in the table at the end. */
function newsText(news: CapacityNews): string | undefined {
  if (news.kind === 'tried') return `  ${trialLine(news.trial)}`;
  return news.kind === 'found' ? answer(news) : undefined;
}

function tell(search: Search, capacities: readonly ReplicaCapacity[], startedMs: number): void {
  const { experiment, job, objects, cluster, folder, signal } = search;
  const { slo, settings } = job;
  const hpa = objects.filter(isHorizontalPodAutoscaler).find(isOf(experiment));
  const upTo = hpa?.spec.maxReplicas ?? DEFAULT_CURVE_PODS;
  const result: CapacityResult = {
    experiment,
    startedAt: new Date(startedMs).toISOString(),
    isInterrupted: signal.aborted,
    environment: { ...machineEnvironment(), target: 'embedded', embedded: cluster.facts },
    slo,
    settings,
    capacities,
    curve: demandCurveOf(capacities, { upTo, slo, source: folder.path }),
  };
  const text = capacityText(result, { columns: process.stdout.columns ?? DEFAULT_COLUMNS });
  folder.write(RESULT_FILES.capacityText, text);
  const json = join(folder.path, RESULT_FILES.capacityJson);
  folder.write(RESULT_FILES.capacityJson, `${JSON.stringify(capacityReport(result), null, 2)}\n`);
  process.stdout.write(`\n${text}\n`);
  if (result.curve !== undefined) {
    const path = relative(experiment.folder, json);
    process.stdout.write(`for measures of elasticity, in the experiment: demandCurve: ${path}\n`);
  }
  process.stdout.write(`result folder: ${folder.path}\n`);
}

function isOf({ hpa }: Experiment): (object: HorizontalPodAutoscaler) => boolean {
  return ({ metadata }) => metadata.name === hpa;
}
