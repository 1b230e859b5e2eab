/** `npm run experiment <name>`: from the experiment file to the report. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { EmbeddedCluster } from '../cluster/embedded/embedded-cluster.js';
import { objectFaults } from '../cluster/embedded/check-objects.js';
import { LabError } from '../core/errors.js';
import type { Experiment } from '../experiment/experiment.js';
import { MAX_TRIALS } from '../experiment/matrix-schema.js';
import { packageRoot } from '../process/package-root.js';
import { RUN_LABEL } from '../run/manifest-digests.js';
import { experimentNames } from '../run/read-experiment.js';
import { type ReadMatrix, readMatrix } from '../run/read-matrix.js';
import { readManifests } from '../run/read-manifests.js';
import { createRunFolder, newRunId, type OpenRun } from '../run/result-folder.js';
import type { Clock } from '../time/clock.js';
import { WallClock } from '../time/wall-clock.js';
import { CiLog } from './ci-log.js';
import { startEmbedded } from './embedded.js';
import { refuseUnsendable, refuseWrong, runOnEmbedded } from './embedded-run.js';
import { analyzeFolder, renderReport, writeReports, type AnalyzedRun } from './report-formats.js';
import { wholeOption } from './option-values.js';
import { type ExportFlags, refuseExports, withExportFlags } from './export-flags.js';
import { refuseUnset } from './run-companions.js';
import { stopOnSignals } from './stop-signals.js';
import { terminalOptions } from './terminal.js';
import { requireThresholds } from './threshold-exit.js';

interface ExperimentOptions extends ExportFlags {
  readonly experiments: string;
  readonly results: string;
  readonly ci: boolean;
  /** Absent: as the experiment says. */
  readonly target?: Experiment['target'];
  /** Absent: as the experiment says. */
  readonly model?: string;
  /** Absent: as the experiment says. */
  readonly trials?: number;
  /** One variant of the matrix, once. */
  readonly variant?: string;
  /** A matrix result folder, to go on where it was. */
  readonly resume?: string;
  readonly timelines?: boolean;
  readonly workers?: number;
  /** Of the target `kubernetes`, like the five below. */
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly yes?: boolean;
  readonly image?: string;
  readonly pullSecret?: string;
  readonly url?: string;
  /** Container image of load workers; absent: as the experiment says, else this lab's own. */
  readonly senderImage?: string;
}

const RUN_SUFFIX_BYTES = 2;
const MAX_WORKERS = 256;
const MOST_NAMES = 20;

/** Runs an experiment and writes its result folder. */
export function experimentCommand(): Command {
  const command = new Command('experiment')
    .description('run an experiment and report how the HPA did')
    .argument('[experiment]', 'a name in experiments/, or the path of an experiment file')
    .option(
      '--experiments <folder>',
      'where named experiments are',
      join(packageRoot(), 'experiments'),
    )
    .option('--results <folder>', 'where result folders go', 'results')
    .addOption(
      new Option(
        '--target <cluster>',
        'embedded: real processes; simulated: modelled ones, in virtual time, much faster; kubernetes: a cluster with a kubeconfig (default: as the experiment says)',
      ).choices(['embedded', 'simulated', 'kubernetes']),
    )
    .option('--context <name>', 'the kubeconfig context of a real cluster: --target kubernetes')
    .option('--kubeconfig <file>', 'where the context is (default: $KUBECONFIG, ~/.kube/config)')
    .option('--yes', 'touches the real cluster without asking')
    .option('--image <image>', 'of the service on a real cluster (default: as the manifests say)')
    .option('--pull-secret <namespace/name>', 'a Secret there for a private registry')
    .option('--url <url>', 'where the service on a real cluster is reached')
    .option(
      '--model <file>',
      'what `calibrate` wrote, for the simulated cluster (default: as the experiment says, else textbook numbers)',
    )
    .option(
      '--trials <n>',
      'how often each variant of the matrix is run (default: as the experiment says)',
      wholeOption(1, MAX_TRIALS),
    )
    .option('--variant <name>', 'runs one variant of the matrix, once, with its whole report')
    .option('--resume <folder>', 'goes on with an interrupted matrix: a matrix result folder')
    .option('--timelines', 'keeps the timelines of simulated trials of a matrix too')
    .option(
      '--workers <n>',
      'processes that simulate trials of a matrix (default: one for each core)',
      wholeOption(1, MAX_WORKERS),
    )
    .option('--sender-image <image>', 'of the pods that send a load with `from: cluster`')
    .option(
      '--ci',
      'plain lines instead of the live view, groups and annotations for GitHub and GitLab',
      process.env['CI'] !== undefined,
    )
    .action(runNamed);
  return withExportFlags(command);
}

async function runNamed(name: string | undefined, options: ExperimentOptions): Promise<void> {
  if (name === undefined) {
    process.stdout.write(`experiments: ${experimentNames(options.experiments).join(', ')}\n`);
    throw new LabError('USAGE', 'expected the name of an experiment, got none', {
      hint: 'npm run experiment spike',
    });
  }
  const clock = new WallClock();
  const log = new CiLog({
    isOn: options.ci,
    clock,
    environment: process.env,
    write: (text) => process.stdout.write(text),
  });
  try {
    await runFromFile(name, { ...options, clock, log });
  } catch (error) {
    log.failed(error);
    throw error;
  }
}

interface RunContext extends ExperimentOptions {
  readonly clock: Clock;
  readonly log: CiLog;
}

async function runFromFile(name: string, options: RunContext): Promise<void> {
  const { clock, trials, variant, resume } = options;
  const target = chosenTarget(options);
  const matrix = await readMatrix(name, {
    experiments: options.experiments,
    ...(trials === undefined ? {} : { trials }),
    objectFaults: (objects) => objectFaults(objects, clock),
  });
  if (resume !== undefined || (matrix.isMatrix && variant === undefined)) {
    const { runMatrixFromFile } = await import('./matrix.js');
    await runMatrixFromFile(matrix, {
      ...options,
      name,
      ...(target === undefined ? {} : { target }),
    });
    return;
  }
  const read = variantOf(matrix, variant);
  const experiment = target === undefined ? read : { ...read, target };
  if (experiment.isExisting === true && experiment.target !== 'kubernetes') {
    throw new LabError('USAGE', 'an existing workload is on a real cluster: --target kubernetes');
  }
  refuseExports(options, experiment.target);
  if (experiment.target === 'simulated') {
    await runInVirtualTime(experiment, options);
    return;
  }
  if (options.model !== undefined) {
    throw new LabError('USAGE', '--model is for the simulated cluster', {
      hint: 'add --target simulated',
    });
  }
  refuseUnsendable(experiment);
  refuseUnset(experiment, process.env);
  if (experiment.target === 'kubernetes') {
    await runOnRealCluster(experiment, options);
    return;
  }
  await runOnThisMachine(experiment, options);
}

async function runOnThisMachine(experiment: Experiment, options: RunContext): Promise<void> {
  const { clock } = options;
  const startedMs = clock.now();
  const runId = newRunId(startedMs, randomBytes(RUN_SUFFIX_BYTES).toString('hex'));
  const objects = await readManifests(experiment, { [RUN_LABEL]: runId });
  refuseWrong(objects, clock);
  const stop = stopOnSignals();
  let cluster: EmbeddedCluster | undefined;
  try {
    const { prometheusTargets } = options;
    cluster = await startEmbedded({
      experiment,
      objects,
      clock,
      ...(prometheusTargets === undefined ? {} : { prometheusTargets }),
    });
    stop.signal.throwIfAborted();
    const folder = createRunFolder(resolve(options.results), experiment.name, runId);
    const run = { experiment, objects, cluster, folder, runId, clock, signal: stop.signal };
    const outcome = await runOnEmbedded(run, options);
    const analyzed = report(folder, options.log);
    if (outcome.error !== undefined) throw outcome.error;
    if (outcome.outcome === 'interrupted') {
      throw interrupted(stop.signal, `the partial result is in ${folder.path}`);
    }
    requireThresholds(analyzed);
  } catch (error) {
    // Ctrl-C reaches the lab's own processes too, and one that just starts may end by it.
    const isStartUp = cluster === undefined;
    if (stop.signal.aborted && (isStartUp || !(error instanceof LabError))) {
      throw interrupted(stop.signal, 'nothing had been measured yet');
    }
    throw error;
  } finally {
    await cluster?.stop();
    stop.dispose();
  }
}

/** The experiment, or that of the variant that is asked for. */
function variantOf({ experiment, variants }: ReadMatrix, name: string | undefined): Experiment {
  if (name === undefined) return experiment;
  const found = variants.find((variant) => variant.name === name);
  if (found !== undefined) return found.experiment;
  const names = variants.map((variant) => variant.name);
  throw new LabError('USAGE', `expected the name of a variant, got "${name}"`, {
    hint: `variants: ${names.slice(0, MOST_NAMES).join('; ')}${names.length > MOST_NAMES ? '; ...' : ''}`,
  });
}

/**
 * What the command line says of the target: naming a context is asking for a real cluster.
 *
 * @throws {LabError} `USAGE` when it asks for another one as well.
 */
function chosenTarget(options: ExperimentOptions): Experiment['target'] | undefined {
  const { target, context, kubeconfig } = options;
  if (context === undefined && kubeconfig === undefined) return target;
  if (target === undefined || target === 'kubernetes') return 'kubernetes';
  const flag = context === undefined ? '--kubeconfig' : '--context';
  throw new LabError('USAGE', `${flag} is for a real cluster, not for --target ${target}`, {
    hint: `leave out one of them`,
  });
}

async function runOnRealCluster(experiment: Experiment, options: RunContext): Promise<void> {
  const { clock, results, ci, log } = options;
  const runId = newRunId(clock.now(), randomBytes(RUN_SUFFIX_BYTES).toString('hex'));
  const stop = stopOnSignals();
  const { signal } = stop;
  let hasFolder = false;
  try {
    const { runOnKubernetes } = await import('./kubernetes-run.js');
    const run = { flags: options, results, runId, ci, log, clock, signal };
    const { folder, outcome, error } = await runOnKubernetes(experiment, run);
    hasFolder = true;
    const analyzed = report(folder, log);
    if (error !== undefined) throw error;
    if (outcome === 'interrupted') {
      throw interrupted(signal, `the partial result is in ${folder.path}`);
    }
    requireThresholds(analyzed);
  } catch (error) {
    if (signal.aborted && !hasFolder) throw interrupted(signal, 'nothing had been measured yet');
    throw error;
  } finally {
    stop.dispose();
  }
}

async function runInVirtualTime(experiment: Experiment, options: RunContext): Promise<void> {
  const { clock, log, results } = options;
  process.stdout.write(`${experiment.name}: ${experiment.question}\n`);
  const startedMs = clock.now();
  const stop = stopOnSignals();
  try {
    const { runSimulated } = await import('./simulated.js');
    const { folder, outcome, error } = await runSimulated(experiment, {
      results,
      ...(options.model === undefined ? {} : { model: options.model }),
      clock,
      signal: stop.signal,
    });
    const tookS = ((clock.now() - startedMs) / 1_000).toFixed(1);
    process.stdout.write(`simulated in ${tookS} s; the result goes to ${folder.path}\n`);
    const run = report(folder, log);
    if (error !== undefined) throw error;
    if (outcome === 'interrupted') {
      throw interrupted(stop.signal, `the partial result is in ${folder.path}`);
    }
    requireThresholds(run);
  } finally {
    stop.dispose();
  }
}

function interrupted(signal: AbortSignal, hint: string): LabError {
  return new LabError('INTERRUPTED', `stopped by ${String(signal.reason)}`, { hint });
}

function report(folder: OpenRun, log: CiLog): AnalyzedRun {
  const run = analyzeFolder(folder.path);
  writeReports(folder, run);
  const endGroup = log.group('report', 'the report');
  process.stdout.write(`\n${renderReport(run, 'ascii', terminalOptions())}\n`);
  endGroup();
  process.stdout.write(`result folder: ${folder.path}\n`);
  log.run(run);
  return run;
}
