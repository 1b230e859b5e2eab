/** Runs the trials of a matrix that are still to be run, as many at once as there are lanes. */
import type { MatrixFolder, PlannedTrial } from './matrix-folder.js';
import type { TrialResult } from './run-matrix-trial.js';

/** Runs one trial at a time. Never rejects; a trial that a stop cut short is `interrupted`. */
export type Lane = (trial: PlannedTrial) => Promise<TrialResult>;

/** What is run and how. */
export interface RunMatrixOptions {
  readonly folder: MatrixFolder;
  /** Each takes the next trial when it is done with one. */
  readonly lanes: readonly Lane[];
  /** Called after the trial is in the index. */
  readonly onEnded: (trial: PlannedTrial, result: TrialResult) => void;
  /** Aborting begins no more trials; those that are done stay done. */
  readonly signal: AbortSignal;
}

/** Runs all trials that are pending. The index on the disk is up to date when it returns. */
export async function runMatrix(options: RunMatrixOptions): Promise<void> {
  const { folder, lanes, onEnded, signal } = options;
  const queue = folder.pending.values();
  const work = async (run: Lane): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (signal.aborted) return;
      const trial = next.value;
      folder.clear(trial);
      const result = await run(trial);
      const isLost = result.outcome === 'interrupted' && !result.hasFolder;
      if (isLost) return;
      folder.ended(trial, result);
      onEnded(trial, result);
    }
  };
  try {
    await Promise.all(lanes.map(work));
  } finally {
    folder.save();
  }
}
