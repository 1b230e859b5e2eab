/** An experiment with a matrix, for the command line: all trials, how far they are, and a table at the end. */
import { createHash, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { type ErrorCode, LabError } from '../core/errors.js';
import type { Experiment } from '../experiment/experiment.js';
import { machineEnvironment } from '../run/environment.js';
import { chooseModel, type ChosenModel } from '../run/choose-model.js';
import { MatrixFolder, type PlannedTrial, readMatrixIndex } from '../run/matrix-folder.js';
import { newRunId } from '../run/result-folder.js';
import { type Lane, runMatrix } from '../run/run-matrix.js';
import { ProcessWorker } from '../run/run-matrix-worker.js';
import type { TrialResult, TrialTask } from '../run/run-matrix-trial.js';
import type { ReadMatrix, Variant } from '../run/read-matrix.js';
import { RUN_LABEL } from '../run/manifest-digests.js';
import { MATRIX_RUNS_FOLDER } from '../experiment/matrix-index.js';
import type { Clock } from '../time/clock.js';
import type { CiLog } from './ci-log.js';
import { refuseUnsendable } from './embedded-run.js';
import { MatrixProgress } from './matrix-progress.js';
import { type ExportFlags, refuseExports } from './export-flags.js';
import { MAIN_MEASURES, MatrixFigures } from './matrix-table.js';
import { refuseUnmodelled } from './simulated.js';
import { type StopSignals, stopOnSignals } from './stop-signals.js';

const RUN_SUFFIX_BYTES = 2;

/** How a matrix is run. */
export interface MatrixCommandOptions extends ExportFlags {
  readonly results: string;
  readonly ci: boolean;
  readonly clock: Clock;
  readonly log: CiLog;
  /** Absent: as the experiment says, or the folder that is taken up. */
  readonly target?: Experiment['target'];
  /** Absent: as the experiment says. */
  readonly model?: string;
  /** A matrix result folder, to go on where it was. */
  readonly resume?: string;
  /** Writes the timelines of simulated trials too. */
  readonly timelines?: boolean;
  /** Processes that simulate; absent: as many as there are cores. */
  readonly workers?: number;
  /** The experiment as the user named it, for the command that goes on. */
  readonly name: string;
  /** Over the experiment's own, for the command that goes on. */
  readonly trials?: number;
}

/**
 * Runs all trials of a matrix into a matrix result folder.
 *
 * @throws {LabError} `LOAD_INVALID` and `RESULT_INVALID` before anything runs; `INTERRUPTED` with what is
 *   done kept; the error of the first trial that failed; `THRESHOLD_FAILED`.
 */
export async function runMatrixFromFile(
  asRead: ReadMatrix,
  options: MatrixCommandOptions,
): Promise<void> {
  const { clock, resume } = options;
  const read = onTarget(asRead, targetOf(asRead, options));
  const { experiment } = read;
  if (experiment.target === 'kubernetes') {
    throw new LabError('USAGE', 'a matrix runs on the embedded or the simulated cluster', {
      hint: '--variant NAME runs one variant of it on a real cluster, with its whole report',
    });
  }
  refuseExports(options, experiment.target);
  const models = modelsOf(read, options);
  const known = { ...read, digest: digestWith(read.digest, models) };
  const id = newRunId(clock.now(), randomBytes(RUN_SUFFIX_BYTES).toString('hex'));
  const folder =
    resume === undefined
      ? MatrixFolder.create(known, { results: options.results, id, clock })
      : MatrixFolder.resume(known, resume, clock);
  process.stdout.write(`${experiment.name}: ${experiment.question}\n`);
  const stop = stopOnSignals('ending; what is done is kept');
  const ran = new Trials(folder);
  try {
    if (experiment.target === 'simulated') {
      await simulateAll(known, models, { ...options, folder, ran, stop });
    } else {
      const { embeddedLane } = await import('./matrix-embedded.js');
      const lane = embeddedLane(known, { ...options, folder, signal: stop.signal });
      await runMatrix({ folder, lanes: [lane], onEnded: ran.ended, signal: stop.signal });
    }
  } finally {
    stop.dispose();
  }
  conclude(known, { ...options, folder, ran, stop });
}

interface Going extends MatrixCommandOptions {
  readonly folder: MatrixFolder;
  readonly ran: Trials;
  readonly stop: StopSignals;
}

/** What this command's own trials ended with. */
class Trials {
  readonly figures: MatrixFigures;
  readonly failed: { readonly of: PlannedTrial; readonly result: TrialResult }[] = [];
  readonly broken: { readonly of: PlannedTrial; readonly thresholds: readonly string[] }[] = [];

  constructor(folder: MatrixFolder) {
    this.figures = new MatrixFigures(folder);
  }

  readonly ended = (of: PlannedTrial, result: TrialResult): void => {
    this.figures.add(of.variant, result.figures);
    if (result.outcome === 'failed') this.failed.push({ of, result });
    const thresholds = result.failedThresholds;
    if (thresholds.length > 0) this.broken.push({ of, thresholds });
  };
}

async function simulateAll(
  read: ReadMatrix,
  models: ReadonlyMap<string, ChosenModel>,
  { folder, ran, stop, clock, ci, timelines, workers: asked }: Going,
): Promise<void> {
  const count = Math.min(asked ?? availableParallelism(), Math.max(1, folder.pending.length));
  const workers = Array.from({ length: count }, () => new ProcessWorker(clock));
  const taskOf = tasksOf(read, models, { folder, hasTimeline: timelines === true });
  const lanes = workers.map(
    (worker): Lane =>
      (trial) =>
        worker.run(taskOf(trial)),
  );
  const stopAll = (): Promise<unknown> => Promise.all(workers.map((worker) => worker.stop()));
  stop.signal.addEventListener('abort', () => void stopAll(), { once: true });
  const progress = new MatrixProgress({ folder, clock, isPlain: ci, workers: count });
  try {
    await runMatrix({
      folder,
      lanes,
      onEnded: (trial, result) => {
        ran.ended(trial, result);
        progress.ended();
      },
      signal: stop.signal,
    });
  } finally {
    progress.close();
    await stopAll();
  }
}

/** What a worker is sent for each trial; a variant's objects are made once. */
function tasksOf(
  read: ReadMatrix,
  models: ReadonlyMap<string, ChosenModel>,
  { folder, hasTimeline }: { readonly folder: MatrixFolder; readonly hasTimeline: boolean },
): (trial: PlannedTrial) => TrialTask {
  const machine = machineEnvironment();
  return ({ variant, seed, name }) => {
    const chosen = models.get(variant);
    if (chosen === undefined) throw new TypeError(`there is no variant ${variant}`);
    const { experiment, model, simulated } = chosen;
    return {
      experiment,
      objects: read.objectsOf(experiment, { [RUN_LABEL]: 'simulated' }),
      model,
      seed,
      environment: { ...machine, target: 'simulated', clock: 'virtual', simulated, missing: [] },
      matrixFolder: folder.path,
      runsFolder: MATRIX_RUNS_FOLDER,
      name,
      hasTimeline,
      measures: MAIN_MEASURES,
    };
  };
}

/** Which cluster: as asked, as the folder that is taken up, as the experiment says. */
function targetOf(
  { experiment }: ReadMatrix,
  { target, resume }: MatrixCommandOptions,
): Experiment['target'] {
  if (resume === undefined) return target ?? experiment.target;
  const before = readMatrixIndex(resume).target;
  if (target === undefined || target === before) return before;
  throw new LabError('USAGE', `${resume} was run on the ${before} cluster, not on ${target}`, {
    hint: 'leave out --target, or begin anew without --resume',
  });
}

function onTarget(read: ReadMatrix, target: Experiment['target']): ReadMatrix {
  const moved = (experiment: Experiment): Experiment => ({ ...experiment, target });
  const variants = read.variants.map(
    (variant): Variant => ({ ...variant, experiment: moved(variant.experiment) }),
  );
  return { ...read, experiment: moved(read.experiment), variants };
}

/** The model of each variant; none on the embedded cluster. What cannot be run is refused here. */
function modelsOf(
  { variants, experiment }: ReadMatrix,
  { model }: MatrixCommandOptions,
): ReadonlyMap<string, ChosenModel> {
  if (experiment.target !== 'simulated') {
    if (model !== undefined) {
      throw new LabError('USAGE', '--model is for the simulated cluster', {
        hint: 'add --target simulated',
      });
    }
    for (const variant of variants) refuseUnsendable(variant.experiment);
    return new Map();
  }
  return new Map(
    variants.map((variant) => {
      refuseUnmodelled(variant.experiment);
      return [variant.name, chooseModel(variant.experiment, model)] as const;
    }),
  );
}

function digestWith(digest: string, models: ReadonlyMap<string, ChosenModel>): string {
  const hash = createHash('sha256').update(digest);
  for (const [name, { model, experiment }] of models) {
    hash.update(JSON.stringify([name, model, experiment.embedded]));
  }
  return hash.digest('hex');
}

/** Says how it ended: the table, what to do next, and an error where there is one. */
function conclude(read: ReadMatrix, { folder, ran, stop, name, trials, log }: Going): void {
  const { all, completed } = folder.counts;
  const path = relative('', folder.path);
  if (completed > 0) {
    const endGroup = log.group('matrix', `${read.experiment.name}: ${completed} trials`);
    process.stdout.write(`\n${ran.figures.text(read).join('\n')}\n\n`);
    endGroup();
  }
  process.stdout.write(`matrix result: ${path}\n`);
  if (completed > 0) process.stdout.write(`compare:       npm run compare -- ${path}\n`);
  const more = trials === undefined ? '' : ` --trials ${trials}`;
  const goOn = `npm run experiment ${name} --${more} --resume ${path}`;
  if (stop.signal.aborted) {
    const reason = String(stop.signal.reason);
    throw new LabError(
      'INTERRUPTED',
      `stopped by ${reason}; ${completed} of ${all} trials are done`,
      { hint: `go on with: ${goOn}` },
    );
  }
  const [first] = ran.failed;
  if (first !== undefined) {
    const code: ErrorCode = first.result.code ?? 'INTERNAL';
    const which = `${first.of.variant}, trial ${first.of.trial}`;
    throw new LabError(
      code,
      `${ran.failed.length} of ${all} trials failed, the first ${which}: ${first.result.because ?? ''}`,
      { hint: `those that failed are run again by: ${goOn}` },
    );
  }
  requireThresholds(ran);
}

const MOST_LINES = 20;

/** A threshold that does not hold in one trial does not hold. */
function requireThresholds({ broken }: Trials): void {
  if (broken.length === 0) return;
  const lines = new Map<string, number>();
  for (const { of, thresholds } of broken) {
    for (const threshold of thresholds) {
      const line = `${of.variant}: ${threshold}`;
      lines.set(line, (lines.get(line) ?? 0) + 1);
    }
  }
  const all = [...lines].map(([line, count]) => `  ${line} (${count} of its trials)`);
  const more = all.length > MOST_LINES ? [`  and ${all.length - MOST_LINES} more`] : [];
  throw new LabError(
    'THRESHOLD_FAILED',
    ['thresholds did not hold:', ...all.slice(0, MOST_LINES), ...more].join('\n'),
  );
}
