/** The result folder of a matrix: its index, kept up to date while trials end, and taken up again. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from '../core/errors.js';
import { fieldOf, valueAt } from '../core/json.js';
import {
  MATRIX_INDEX_FILE,
  MATRIX_RUNS_FOLDER,
  MATRIX_SCHEMA_VERSION,
  type MatrixIndex,
  matrixIndexText,
  type MatrixTrial,
  parseMatrixIndex,
} from '../experiment/matrix-index.js';
import { folderNames, plannedTrials } from '../experiment/matrix-order.js';
import type { Experiment } from '../experiment/experiment.js';
import type { Clock } from '../time/clock.js';
import type { ReadMatrix } from './read-matrix.js';
import { createPlainFolder, RESULT_FILES } from './result-folder.js';
import type { TrialResult } from './run-matrix-trial.js';

/** A trial with all that is decided of it before it runs. */
export interface PlannedTrial {
  /** Place in the index. */
  readonly index: number;
  readonly variant: string;
  readonly trial: number;
  readonly seed: number;
  /** Name of its folder within that of the runs. */
  readonly name: string;
}

/** What has become of all trials. */
export interface TrialCounts {
  readonly all: number;
  readonly completed: number;
  readonly failed: number;
}

/** The index is written so often at most; what happens in between shows in the trials' folders. */
const SAVE_PERIOD_MS = 1_000;

/** A matrix result folder that is being filled. */
export class MatrixFolder {
  readonly path: string;
  readonly #clock: Clock;
  readonly #names: ReadonlyMap<string, string>;
  #index: MatrixIndex;
  #savedMs = Number.NEGATIVE_INFINITY;

  private constructor(path: string, index: MatrixIndex, clock: Clock) {
    this.path = path;
    this.#clock = clock;
    this.#index = index;
    this.#names = folderNames(index.variants.map(({ name }) => name));
  }

  /**
   * A new folder, `results/<experiment>/<id>/`.
   *
   * @throws {LabError} `RESULT_INVALID` when it cannot be made.
   */
  static create(
    read: ReadMatrix,
    at: { readonly results: string; readonly id: string; readonly clock: Clock },
  ): MatrixFolder {
    const { path } = createPlainFolder(resolve(at.results), read.experiment.name, at.id);
    mkdirSync(join(path, MATRIX_RUNS_FOLDER), { recursive: true });
    const folder = new MatrixFolder(path, indexOf(read, read.experiment.target), at.clock);
    folder.save();
    return folder;
  }

  /**
   * A folder that exists, to go on where it was: trials that ended well are kept, all others are to be
   * run, and those that the file asks for beyond them.
   *
   * @throws {LabError} `RESULT_INVALID` when it is none, or was made by something else than what was read.
   */
  static resume(read: ReadMatrix, folder: string, clock: Clock): MatrixFolder {
    const path = resolve(folder);
    const before = readMatrixIndex(path);
    if (before.experiment !== read.experiment.name || before.digest !== read.digest) {
      throw new LabError(
        'RESULT_INVALID',
        `${path} cannot go on: it was made by ${before.experiment === read.experiment.name ? 'another version of' : before.experiment + ', not by'} ${read.experiment.name} (its file, manifests, model or hpa-lab have changed since)`,
        { hint: 'begin anew without --resume: results of both would not be comparable' },
      );
    }
    const known = new Map(before.trials.map((trial) => [keyOf(trial), trial]));
    const planned = indexOf(read, before.target);
    const resumed = new MatrixFolder(path, planned, clock);
    const trials = planned.trials.map((trial) => resumed.#takenUp(trial, known.get(keyOf(trial))));
    resumed.#index = { ...planned, trials };
    resumed.save();
    return resumed;
  }

  /** The index as it is now. */
  get index(): MatrixIndex {
    return this.#index;
  }

  /** Trials that are still to be run, in their order. */
  get pending(): readonly PlannedTrial[] {
    return this.#index.trials.flatMap(({ variant, trial, seed = 0, outcome }, index) =>
      outcome === 'completed'
        ? []
        : [{ index, variant, trial, seed, name: this.#nameOf({ variant, trial }) }],
    );
  }

  /** How far it is. */
  get counts(): TrialCounts {
    const { trials } = this.#index;
    const count = (outcome: MatrixTrial['outcome']): number =>
      trials.filter((trial) => trial.outcome === outcome).length;
    return { all: trials.length, completed: count('completed'), failed: count('failed') };
  }

  /** Takes away what an earlier attempt at a trial left. */
  clear({ name }: PlannedTrial): void {
    rmSync(join(this.path, MATRIX_RUNS_FOLDER, name), { recursive: true, force: true });
  }

  /** Notes what became of a trial. */
  ended({ index, name }: PlannedTrial, result: TrialResult): void {
    const trials = this.#index.trials;
    const { variant, trial, seed } = trials[index] ?? { variant: '', trial: 0 };
    trials[index] = {
      variant,
      trial,
      ...(seed === undefined ? {} : { seed }),
      ...(result.hasFolder ? { folder: `${MATRIX_RUNS_FOLDER}/${name}` } : {}),
      outcome: result.outcome,
      ...(result.because === undefined ? {} : { because: result.because }),
    };
    if (this.#clock.now() - this.#savedMs >= SAVE_PERIOD_MS) this.save();
  }

  /** Writes the index, whole or not at all. */
  save(): void {
    const path = join(this.path, MATRIX_INDEX_FILE);
    writeFileSync(`${path}.part`, matrixIndexText(this.#index));
    renameSync(`${path}.part`, path);
    this.#savedMs = this.#clock.now();
  }

  #nameOf({ variant, trial }: Pick<MatrixTrial, 'variant' | 'trial'>): string {
    return `${this.#names.get(variant) ?? 'variant'}-${trial}`;
  }

  /** A trial as it was left: done when its report is there, although the index may not know it yet. */
  #takenUp(planned: MatrixTrial, known: MatrixTrial | undefined): MatrixTrial {
    const folder = `${MATRIX_RUNS_FOLDER}/${this.#nameOf(planned)}`;
    if (!existsSync(join(this.path, folder, RESULT_FILES.json))) return planned;
    const isDone = known?.outcome === 'completed' || isCompletedReport(join(this.path, folder));
    return isDone ? { ...planned, folder, outcome: 'completed' } : planned;
  }
}

/**
 * Reads the index of a matrix result folder.
 *
 * @throws {LabError} `RESULT_INVALID` when there is none, or it is of another version.
 */
export function readMatrixIndex(folder: string): MatrixIndex {
  const path = join(folder, MATRIX_INDEX_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('RESULT_INVALID', `${folder} is no matrix result: ${reason}`, {
      hint: 'name a matrix result folder: results/<experiment>/<matrix>',
      cause: error,
    });
  }
  return parseMatrixIndex(text, path);
}

/** The values of measures in the report of a trial's folder; without those that are absent. */
export function reportedFigures(
  folder: string,
  measures: readonly string[],
): Readonly<Record<string, number>> {
  const report = readReport(folder);
  return Object.fromEntries(
    measures.flatMap((name) => {
      const value = valueAt(report, ['measures', name, 'figure', 'value']);
      return typeof value === 'number' ? [[name, value] as const] : [];
    }),
  );
}

function isCompletedReport(folder: string): boolean {
  return valueAt(readReport(folder), ['run', 'outcome', 'kind']) === 'completed';
}

function readReport(folder: string): unknown {
  try {
    const report: unknown = JSON.parse(readFileSync(join(folder, RESULT_FILES.json), 'utf8'));
    return fieldOf(report, 'schemaVersion') === undefined ? undefined : report;
  } catch {
    return undefined; // it is not whole: the trial counts as not done
  }
}

function indexOf(read: ReadMatrix, target: Experiment['target']): MatrixIndex {
  const { experiment, variants, trials, baseline, digest } = read;
  const { seed } = experiment;
  const names = variants.map(({ name }) => name);
  return {
    schemaVersion: MATRIX_SCHEMA_VERSION,
    experiment: experiment.name,
    target,
    seed,
    baseline,
    digest,
    variants: variants.map(({ name, values }) => ({ name, values })),
    trials: [...plannedTrials(names, { trials, seed })],
  };
}

function keyOf({ variant, trial }: Pick<MatrixTrial, 'variant' | 'trial'>): string {
  return `${trial}/${variant}`;
}
