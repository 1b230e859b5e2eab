/** Trials of a matrix on the embedded cluster: one after the other, each on a cluster of its own. */
import { join } from 'node:path';
import type { EmbeddedCluster } from '../cluster/embedded/embedded-cluster.js';
import type { Experiment } from '../experiment/experiment.js';
import { MATRIX_RUNS_FOLDER } from '../experiment/matrix-index.js';
import { RUN_LABEL } from '../run/manifest-digests.js';
import type { MatrixFolder, PlannedTrial } from '../run/matrix-folder.js';
import type { ReadMatrix } from '../run/read-matrix.js';
import { createRunFolder } from '../run/result-folder.js';
import type { Lane } from '../run/run-matrix.js';
import {
  failedThresholds,
  failedTrial,
  figuresOf,
  trialExperiment,
  type TrialResult,
} from '../run/run-matrix-trial.js';
import type { Clock } from '../time/clock.js';
import type { CiLog } from './ci-log.js';
import { startEmbedded } from './embedded.js';
import type { ExportFlags } from './export-flags.js';
import { refuseWrong, runOnEmbedded } from './embedded-run.js';
import { MAIN_MEASURES } from './matrix-table.js';
import { analyzeFolder, writeReports } from './report-formats.js';

interface EmbeddedLaneOptions extends ExportFlags {
  readonly folder: MatrixFolder;
  readonly clock: Clock;
  readonly log: CiLog;
  readonly ci: boolean;
  readonly signal: AbortSignal;
}

/** Runs trials with real processes; each leaves an ordinary result folder with all its reports. */
export function embeddedLane(read: ReadMatrix, options: EmbeddedLaneOptions): Lane {
  const byName = new Map(read.variants.map(({ name, experiment }) => [name, experiment]));
  return async (trial) => {
    const experiment = byName.get(trial.variant);
    if (experiment === undefined) throw new TypeError(`there is no variant ${trial.variant}`);
    const { completed, failed, all } = options.folder.counts;
    process.stdout.write(
      `\ntrial ${completed + failed + 1} of ${all}: ${trial.variant}, trial ${trial.trial}\n`,
    );
    const { signal } = options;
    try {
      return await runTrial(trial, { ...options, read, experiment });
    } catch (error) {
      return signal.aborted
        ? { ...failedTrial(error), outcome: 'interrupted' }
        : failedTrial(error);
    }
  };
}

async function runTrial(
  { index, name, seed }: PlannedTrial,
  options: EmbeddedLaneOptions & { readonly read: ReadMatrix; readonly experiment: Experiment },
): Promise<TrialResult> {
  const { read, folder: matrix, clock, signal, prometheusTargets } = options;
  const experiment = trialExperiment(options.experiment, seed);
  const objects = read.objectsOf(experiment, { [RUN_LABEL]: `trial-${index + 1}` });
  refuseWrong(objects, clock);
  let cluster: EmbeddedCluster | undefined;
  try {
    cluster = await startEmbedded({
      experiment,
      objects,
      clock,
      ...(prometheusTargets === undefined ? {} : { prometheusTargets }),
    });
    signal.throwIfAborted();
    const folder = createRunFolder(matrix.path, MATRIX_RUNS_FOLDER, name);
    const run = { experiment, objects, cluster, folder, runId: name, clock, signal };
    const { outcome, error } = await runOnEmbedded(run, options);
    const analyzed = analyzeFolder(join(matrix.path, MATRIX_RUNS_FOLDER, name));
    writeReports(folder, analyzed);
    if (outcome !== 'completed') {
      return { ...failedTrial(error ?? String(signal.reason)), outcome, hasFolder: true };
    }
    const { timeline, analysis } = analyzed;
    return {
      outcome,
      hasFolder: true,
      figures: figuresOf(analysis, MAIN_MEASURES),
      failedThresholds: failedThresholds(timeline, analysis),
    };
  } finally {
    await cluster?.stop();
  }
}
