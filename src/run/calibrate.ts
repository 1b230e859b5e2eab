/** Fits a service model to measured runs and checks it on runs that it was not fitted to. */
import { fitModel } from '../calibration/fit-model.js';
import {
  MODEL_SCHEMA_VERSION,
  type CalibrationRun,
  type CheckedRun,
  type ModelCheck,
  type ModelFile,
} from '../calibration/model-file.js';
import { meanSizes } from '../calibration/run-errors.js';
import type { Timeline } from '../timeline/record.js';
import { checkModel } from './check-model.js';

/** A measured run and where it is from. */
export interface MeasuredRun {
  readonly folder: string;
  readonly timeline: Timeline;
}

/** What is fitted to what. */
export interface CalibrateOptions {
  /** At least one. */
  readonly runs: readonly MeasuredRun[];
  /** Runs to check on; empty: each of `runs` by a model of the others. */
  readonly checkRuns: readonly MeasuredRun[];
  /** Simulated runs for each measured one; at least 1. */
  readonly seeds: number;
  readonly labVersion: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly onCheck?: (run: CalibrationRun) => void;
}

/** Simulates more often than this for one run would tell nothing new. */
export const DEFAULT_CHECK_SEEDS = 5;

/**
 * The model file of runs.
 *
 * @throws {LabError} `RESULT_INVALID` when a run to check on does not say what was run.
 */
export async function calibrate(options: CalibrateOptions): Promise<ModelFile> {
  const { runs, labVersion, madeAt } = options;
  const { model, delays, parameters } = fitModel(runs.map(({ timeline }) => timeline));
  const check = await checkOf(options);
  return {
    schemaVersion: MODEL_SCHEMA_VERSION,
    kind: 'hpa-lab-service-model',
    labVersion,
    madeAt,
    model,
    ...(delays === undefined ? {} : { delays }),
    calibratedOn: runs.map(calibrationRun),
    parameters,
    check,
  };
}

async function checkOf(options: CalibrateOptions): Promise<ModelCheck> {
  const { runs, checkRuns, seeds, onCheck } = options;
  const how = checkRuns.length > 0 ? 'other-runs' : 'leave-one-out';
  if (how === 'leave-one-out' && runs.length < 2) {
    const because = 'there was only one run, and no other to check on';
    return { kind: 'not-checked', because };
  }
  const checked: CheckedRun[] = [];
  for (const one of how === 'other-runs' ? checkRuns : runs) {
    const run = calibrationRun(one);
    onCheck?.(run);
    const others = runs.filter((each) => each !== one).map(({ timeline }) => timeline);
    checked.push({ run, errors: await checkModel(one.timeline, fitModel(others), seeds) });
  }
  return {
    kind: 'checked',
    how,
    seeds,
    runs: checked,
    errors: meanSizes(checked.map(({ errors }) => errors)),
  };
}

function calibrationRun({ folder, timeline: { header } }: MeasuredRun): CalibrationRun {
  const { runId, startedAt, environment, experiment } = header;
  const name =
    typeof experiment === 'object' && experiment !== null && 'name' in experiment
      ? String(experiment.name)
      : 'unknown';
  return { folder, runId, experiment: name, target: environment.target, startedAt };
}
