/** Which numbers a simulated run is made with: a model file's, or the textbook's. */
import { resolve } from 'node:path';
import { modelSummary } from '../calibration/model-summary.js';
import { TEXTBOOK_MODEL, type ServiceModel } from '../core/service-model.js';
import type { DelaySettings, EmbeddedSettings, Experiment } from '../experiment/experiment.js';
import type { Environment } from '../timeline/record.js';
import { readModel } from './read-model.js';

/** What a simulated run is made with. */
export interface ChosenModel {
  readonly model: ServiceModel;
  /** With the cluster's delays of the model file, where it has them and the experiment does not say others. */
  readonly experiment: Experiment;
  /** What the timeline's header says of it. */
  readonly simulated: NonNullable<Environment['simulated']>;
}

/**
 * The model for an experiment: of the file that is named, else of the one that the experiment names, else the
 * textbook's.
 *
 * @throws {LabError} `RESULT_INVALID` when the file cannot be read, is of another version or has faults.
 */
export function chooseModel(experiment: Experiment, path = experiment.model): ChosenModel {
  if (path === undefined) {
    return {
      model: TEXTBOOK_MODEL,
      experiment,
      simulated: { model: 'textbook', isCalibrated: false },
    };
  }
  const file = readModel(resolve(path));
  const embedded = withDelays(experiment.embedded, file.delays);
  return {
    model: file.model,
    experiment: { ...experiment, embedded },
    simulated: { model: path, isCalibrated: true, calibration: modelSummary(file) },
  };
}

/** What an experiment says itself is what is asked: a what-if, or an axis of a matrix. */
function withDelays(
  embedded: EmbeddedSettings,
  ofModel: DelaySettings | undefined,
): EmbeddedSettings {
  if (ofModel === undefined) return embedded;
  const { delays, saidDelays = [] } = embedded;
  const said = saidDelays.map((name) => [name, delays?.[name] ?? ofModel[name]] as const);
  return { ...embedded, delays: { ...ofModel, ...Object.fromEntries(said) } };
}
