/** An experiment on the simulated cluster, for the command line. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { unbatchable } from '../cluster/simulated/batch-plan.js';
import { LabError } from '../core/errors.js';
import type { Experiment } from '../experiment/experiment.js';
import type { CheckSpec } from '../load/request-spec.js';
import { chooseModel } from '../run/choose-model.js';
import { machineEnvironment } from '../run/environment.js';
import { manifestDigests, RUN_LABEL } from '../run/manifest-digests.js';
import { readManifests } from '../run/read-manifests.js';
import { createRunFolder, newRunId, type OpenRun } from '../run/result-folder.js';
import { simulate } from '../run/simulate.js';
import type { Clock } from '../time/clock.js';
import { encodeRecord } from '../timeline/codec.js';
import type { EndRecord } from '../timeline/record.js';
import { TIMELINE_SCHEMA_VERSION } from '../timeline/record.js';

const RUN_SUFFIX_BYTES = 2;
/** In the label of every simulated run: an id of its own would be in the timeline's bytes. */
const RUN_LABEL_VALUE = 'simulated';

/** A simulated run that ended, and where its timeline is. */
export interface SimulatedRun {
  readonly folder: OpenRun;
  readonly outcome: EndRecord['outcome'];
  readonly error?: unknown;
}

/**
 * Simulates an experiment into a result folder of its own.
 *
 * @throws {LabError} `LOAD_INVALID` when the load asks for what is not modelled; what reading manifests and the
 *   model file throws.
 */
export async function runSimulated(
  asked: Experiment,
  options: {
    readonly results: string;
    /** Model file; absent: the experiment's, else the textbook. */
    readonly model?: string;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<SimulatedRun> {
  refuseUnmodelled(asked);
  const { experiment, model, simulated } = chooseModel(asked, options.model);
  const objects = await readManifests(experiment, { [RUN_LABEL]: RUN_LABEL_VALUE });
  const runId = newRunId(options.clock.now(), randomBytes(RUN_SUFFIX_BYTES).toString('hex'));
  const folder = createRunFolder(resolve(options.results), experiment.name, runId);
  const underTest = new Set(['Deployment', 'HorizontalPodAutoscaler', 'Service']);
  const ended = await simulate({
    experiment,
    objects,
    model,
    seed: experiment.seed,
    header: {
      schemaVersion: TIMELINE_SCHEMA_VERSION,
      runId,
      experiment,
      manifests: objects.filter(({ kind }) => underTest.has(kind)),
      manifestDigests: manifestDigests(objects),
      environment: {
        ...machineEnvironment(),
        target: 'simulated',
        clock: 'virtual',
        simulated,
        missing: [],
      },
    },
    sink: (record) => folder.append(encodeRecord(record)),
    signal: options.signal,
  });
  folder.close();
  return { folder, ...ended };
}

/**
 * Bodies and headers of answers are not modelled, and what looks at them would fail for no reason of the service's.
 *
 * @throws {LabError} `LOAD_INVALID`.
 */
export function refuseUnmodelled({ load, simulated }: Experiment): void {
  const single = simulated?.requests === 'batched' ? unbatchable(load) : [];
  if (single.length > 0) {
    throw new LabError(
      'LOAD_INVALID',
      `simulated.requests is batched, but the load has what is only known of single requests: ${single.join('; ')}`,
      { hint: 'write requests: each, or auto, or change the load' },
    );
  }
  const lookers = load.requests
    .flatMap(({ steps }) => steps)
    .filter(({ checks, extract }) => checks.some(looksInside) || Object.keys(extract).length > 0)
    .map(({ name }) => name);
  if (lookers.length === 0) return;
  throw new LabError(
    'LOAD_INVALID',
    `the requests ${lookers.join(', ')} look at headers or bodies of answers (checks, extract), which the simulated cluster does not model`,
    { hint: 'run it with --target embedded, or check the status alone' },
  );
}

function looksInside({ kind }: CheckSpec): boolean {
  return kind !== 'status';
}
