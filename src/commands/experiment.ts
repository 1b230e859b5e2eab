/** `npm run experiment <name>`: from the experiment file to the report. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { EmbeddedCluster } from '../cluster/embedded/embedded-cluster.js';
import { objectFaults } from '../cluster/embedded/check-objects.js';
import { LabError } from '../core/errors.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import { planFaults } from '../load/senders/plan-faults.js';
import { ProcessSender } from '../load/senders/process-sender.js';
import { machineEnvironment } from '../run/environment.js';
import { LiveState } from '../run/live-state.js';
import { packageRoot } from '../process/package-root.js';
import { manifestDigests, RUN_LABEL } from '../run/manifest-digests.js';
import { experimentNames, readExperiment } from '../run/read-experiment.js';
import { readManifests } from '../run/read-manifests.js';
import { createRunFolder, newRunId, type OpenRun } from '../run/result-folder.js';
import { runExperiment } from '../run/run-experiment.js';
import type { Clock } from '../time/clock.js';
import { WallClock } from '../time/wall-clock.js';
import { encodeRecord } from '../timeline/codec.js';
import { type HeaderRecord, TIMELINE_SCHEMA_VERSION } from '../timeline/record.js';
import { Recorder } from '../timeline/recorder.js';
import { CiLog } from './ci-log.js';
import { embeddedTarget, startEmbedded } from './embedded.js';
import { LiveDisplay } from './live-display.js';
import { analyzeFolder, renderReport, writeReports, type AnalyzedRun } from './report-formats.js';
import { stopOnSignals } from './stop-signals.js';
import { terminalOptions } from './terminal.js';
import { requireThresholds } from './threshold-exit.js';

interface ExperimentOptions {
  readonly experiments: string;
  readonly results: string;
  readonly ci: boolean;
  /** Absent: as the experiment says. */
  readonly target?: Experiment['target'];
  /** Absent: as the experiment says. */
  readonly model?: string;
}

const RUN_SUFFIX_BYTES = 2;
/** The Service's address is not known yet; a plan's faults do not depend on it. */
const ANY_URL = 'http://127.0.0.1:80';

/** Runs an experiment and writes its result folder. */
export function experimentCommand(): Command {
  return new Command('experiment')
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
        'embedded: real processes; simulated: modelled ones, in virtual time, in seconds (default: as the experiment says)',
      ).choices(['embedded', 'simulated']),
    )
    .option(
      '--model <file>',
      'what `calibrate` wrote, for the simulated cluster (default: as the experiment says, else textbook numbers)',
    )
    .option(
      '--ci',
      'plain lines instead of the live view, groups and annotations for GitHub and GitLab',
      process.env['CI'] !== undefined,
    )
    .action(async (name: string | undefined, options: ExperimentOptions) => {
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
    });
}

interface RunContext extends ExperimentOptions {
  readonly clock: Clock;
  readonly log: CiLog;
}

async function runFromFile(name: string, options: RunContext): Promise<void> {
  const { clock } = options;
  const read = readExperiment(name, options.experiments);
  const experiment = options.target === undefined ? read : { ...read, target: options.target };
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
  const startedMs = clock.now();
  const runId = newRunId(startedMs, randomBytes(RUN_SUFFIX_BYTES).toString('hex'));
  const objects = await readManifests(experiment, { [RUN_LABEL]: runId });
  refuseWrong(objects, clock);
  const stop = stopOnSignals();
  let cluster: EmbeddedCluster | undefined;
  try {
    cluster = await startEmbedded({ experiment, objects, clock });
    stop.signal.throwIfAborted();
    const folder = createRunFolder(resolve(options.results), experiment.name, runId);
    const run = { experiment, objects, cluster, folder, runId, clock, signal: stop.signal };
    const outcome = await runAndReport(run, options);
    if (outcome.error !== undefined) throw outcome.error;
    if (outcome.outcome === 'interrupted') {
      throw interrupted(stop.signal, `the partial result is in ${folder.path}`);
    }
    requireThresholds(outcome.run);
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

/** What the API server would refuse is told before anything is started, all of it. */
function refuseWrong(objects: readonly KubeObject[], clock: Clock): void {
  const faults = objectFaults(objects, clock);
  if (faults.length === 0) return;
  throw new LabError('MANIFEST_INVALID', faults.join('\n'), {
    hint: 'these are the objects as the experiment patches them: look at its manifests and patches',
  });
}

/** What cannot be sent is told before anything is started. */
function refuseUnsendable({ load }: Experiment): void {
  const faults = planFaults(load, ANY_URL);
  if (faults.length > 0) {
    throw new LabError('LOAD_INVALID', `the load cannot be sent:\n  ${faults.join('\n  ')}`);
  }
}

function interrupted(signal: AbortSignal, hint: string): LabError {
  return new LabError('INTERRUPTED', `stopped by ${String(signal.reason)}`, { hint });
}

interface Run {
  readonly experiment: Experiment;
  readonly objects: readonly KubeObject[];
  readonly cluster: EmbeddedCluster;
  readonly folder: OpenRun;
  readonly runId: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function runAndReport(run: Run, { ci, log }: RunContext) {
  const { experiment, objects, cluster, folder, clock, signal } = run;
  const startMs = clock.now();
  const live = new LiveState(experiment);
  const recorder = new Recorder({
    clock,
    startMs,
    sink: (record) => {
      folder.append(encodeRecord(record));
      live.record(record);
    },
  });
  recorder.record(headerOf(run, startMs), 0);
  cluster.onDecision((name, decision) => recorder.record({ kind: 'hpa-decision', name, decision }));
  cluster.onFailure((text) => recorder.record({ kind: 'note', text }));
  const display = new LiveDisplay({ live, recorder, clock, isPlain: ci });
  const endGroup = log.group('run', `${experiment.name}: the run`);
  display.introduce(experiment, {
    kubeconfig: cluster.kubeconfigPath,
    folder: folder.path,
    facts: cluster.facts,
  });
  const target = await embeddedTarget(cluster, clock);
  const outcome = await runExperiment({
    experiment,
    objects,
    target,
    sender: new ProcessSender({
      clock,
      engine: 'auto',
      processes: experiment.load.processes ?? 'auto',
    }),
    clock,
    recorder,
    usage: { source: cluster.usage, podNames: cluster.podNames },
    onPhase: () => display.changed(),
    onProgress: (progress) => live.progress(progress),
    signal,
  });
  display.close();
  endGroup();
  folder.close();
  return { ...outcome, run: report(folder, log) };
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

function headerOf({ experiment, objects, cluster, runId }: Run, startMs: number) {
  const underTest = new Set(['Deployment', 'HorizontalPodAutoscaler', 'Service']);
  const { missing, ...embedded } = cluster.facts;
  const header: Omit<HeaderRecord, 't'> = {
    kind: 'header',
    schemaVersion: TIMELINE_SCHEMA_VERSION,
    runId,
    startedAt: new Date(startMs).toISOString(),
    experiment,
    manifests: objects.filter(({ kind }) => underTest.has(kind)),
    manifestDigests: manifestDigests(objects),
    environment: {
      ...machineEnvironment(),
      target: 'embedded',
      clock: 'wall',
      embedded,
      missing,
    },
  };
  return header;
}
