/** Checks a model on measured runs: simulates each run's experiment anew and compares. */
import { experimentOf } from '../analysis/run-facts.js';
import { valueOf } from '../analysis/measure.js';
import { medianErrors, runErrors } from '../calibration/run-errors.js';
import type { RunErrors } from '../calibration/model-file.js';
import { LabError } from '../core/errors.js';
import type { KubeObject } from '../core/objects.js';
import { fieldOf, isRecord, valueAt } from '../core/json.js';
import type { ServiceModel } from '../core/service-model.js';
import { defaultEmbeddedSettings } from '../experiment/complete-embedded.js';
import type { DelaySettings, Experiment } from '../experiment/experiment.js';
import type { Timeline, TimelineRecord } from '../timeline/record.js';
import { simulate } from './simulate.js';

/** What is simulated with: a model, and the delays of the cluster where they were fitted. */
export interface CalibratedModel {
  readonly model: ServiceModel;
  readonly delays?: DelaySettings;
}

/**
 * The median errors of simulations of a run's experiment, over seeds and phases of the cluster's loops.
 *
 * @throws {LabError} `RESULT_INVALID` when the timeline does not say what was run; what the simulation throws.
 */
export async function checkModel(
  real: Timeline,
  of: CalibratedModel,
  seeds: number,
): Promise<RunErrors> {
  const errors: RunErrors[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const simulated = await simulateAgain(real, of, { seed, phase: (seed - 1) / seeds });
    errors.push(runErrors(real, simulated));
  }
  return medianErrors(errors);
}

/**
 * Simulates what a timeline's header says was run.
 *
 * @param how - `phase`: when the load begins between two HPA syncs, 0 to 1; in a run that is chance.
 * @throws {LabError} `RESULT_INVALID` when it holds no experiment or no Deployment, HPA and Service.
 */
export async function simulateAgain(
  { header }: Timeline,
  { model, delays }: CalibratedModel,
  how: { readonly seed: number; readonly phase: number },
): Promise<Timeline> {
  const was = experimentOfHeader(header);
  const embedded = was.embedded;
  const experiment: Experiment = {
    ...was,
    target: 'simulated',
    settleMs: was.settleMs + how.phase * embedded.hpaController.syncPeriodMs,
    embedded: delays === undefined ? embedded : { ...embedded, delays },
  };
  const records: TimelineRecord[] = [];
  const { error } = await simulate({
    experiment,
    objects: objectsOf(header, was.namespace),
    model,
    seed: how.seed,
    header: {
      schemaVersion: header.schemaVersion,
      runId: header.runId,
      experiment,
      manifests: header.manifests,
      environment: { ...header.environment, target: 'simulated', clock: 'virtual', missing: [] },
    },
    sink: (record) => records.push(record),
    signal: new AbortController().signal,
  });
  if (error !== undefined) throw error;
  const [first, ...rest] = records;
  if (first?.kind !== 'header') throw new LabError('INTERNAL', 'a simulated run has no header');
  return { header: first, records: rest };
}

function experimentOfHeader(header: Timeline['header']): Experiment {
  const experiment = valueOf(experimentOf({ header, records: [] }));
  if (experiment === undefined) {
    throw new LabError('RESULT_INVALID', `run ${header.runId} does not say what was run`, {
      hint: 'calibrate with runs of `npm run experiment`',
    });
  }
  const embedded: unknown = experiment.embedded;
  return isRecord(embedded) && isRecord(embedded['hpaController'])
    ? experiment
    : { ...experiment, embedded: defaultEmbeddedSettings() };
}

/** What was applied, with what it needs around it: its namespace and the accounts of its pods. */
function objectsOf({ manifests, runId }: Timeline['header'], namespace: string): KubeObject[] {
  const objects = manifests.filter(isKubeObject);
  for (const kind of ['Deployment', 'Service']) {
    if (objects.some((object) => object.kind === kind)) continue;
    throw new LabError(
      'RESULT_INVALID',
      `run ${runId} does not hold the ${kind} that was applied`,
      {
        hint: 'calibrate with runs of `npm run experiment`',
      },
    );
  }
  const accounts = objects.flatMap((object) => {
    const name = valueAt(object, ['spec', 'template', 'spec', 'serviceAccountName']);
    return typeof name === 'string' && name !== 'default' ? [name] : [];
  });
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...[...new Set(accounts)].map((name) => {
      return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
    }),
    ...objects,
  ];
}

function isKubeObject(value: unknown): value is KubeObject {
  return (
    typeof fieldOf(value, 'apiVersion') === 'string' &&
    typeof fieldOf(value, 'kind') === 'string' &&
    typeof valueAt(value, ['metadata', 'name']) === 'string'
  );
}
