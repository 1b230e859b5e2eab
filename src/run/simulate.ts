/** A run on the simulated cluster: the same phases and records as any other, in virtual time. */
import { isBatched } from '../cluster/simulated/batch-plan.js';
import { SimulatedCluster } from '../cluster/simulated/simulated-cluster.js';
import type { KubeObject } from '../core/objects.js';
import type { ServiceModel } from '../core/service-model.js';
import type { Experiment } from '../experiment/experiment.js';
import { VirtualClock } from '../time/virtual-clock.js';
import type { EndRecord, HeaderRecord, Phase, TimelineRecord } from '../timeline/record.js';
import { Recorder } from '../timeline/recorder.js';
import { runExperiment } from './run-experiment.js';

/** What is simulated. */
export interface SimulateOptions {
  readonly experiment: Experiment;
  /** The experiment's manifests, prepared. */
  readonly objects: readonly KubeObject[];
  readonly model: ServiceModel;
  /** Of everything random; the experiment's own when it is the only run. */
  readonly seed: number;
  /** First record, without what is known here: the version of its shape, and when it began. */
  readonly header: Omit<HeaderRecord, 't' | 'kind' | 'startedAt'>;
  /** Gets each record once. */
  readonly sink: (record: TimelineRecord) => void;
  readonly onPhase?: (phase: Phase) => void;
  /** Aborting ends the run early. */
  readonly signal: AbortSignal;
}

/** Every simulated run begins here, so that the same seed gives the same bytes. */
const START_MS = Date.UTC(2026, 0, 1);

/**
 * Simulates an experiment. The same experiment, objects, model and seed give the same records, whatever the
 * machine.
 *
 * @returns how it ended; the error of a failed run is in `error`. Never throws.
 */
export async function simulate(
  options: SimulateOptions,
): Promise<{ readonly outcome: EndRecord['outcome']; readonly error?: unknown }> {
  const { experiment, objects, model, seed, header, sink, signal } = options;
  const clock = new VirtualClock(START_MS);
  const recorder = new Recorder({ clock, startMs: START_MS, sink });
  const requests = experiment.simulated?.requests ?? 'auto';
  recorder.record({
    kind: 'header',
    startedAt: new Date(START_MS).toISOString(),
    ...(isBatched(experiment.load, requests) ? inBatches(header) : header),
  });
  const cluster = new SimulatedCluster({
    clock,
    settings: experiment.embedded,
    model,
    seed,
    requests,
  });
  cluster.onDecision((name, decision) => recorder.record({ kind: 'hpa-decision', name, decision }));
  cluster.onFailure((text) => recorder.record({ kind: 'note', text }));
  try {
    return await clock.runUntil(
      runExperiment({
        experiment,
        objects,
        target: cluster.target,
        sender: cluster.sender,
        clock,
        recorder,
        usage: { source: cluster.usage, podNames: cluster.podNames },
        onPhase: options.onPhase ?? (() => undefined),
        onProgress: () => undefined,
        signal,
      }),
    );
  } finally {
    cluster.stop();
  }
}

type Header = SimulateOptions['header'];

function inBatches(header: Header): Header {
  const { environment } = header;
  const { simulated } = environment;
  if (simulated === undefined) return header;
  return {
    ...header,
    environment: { ...environment, simulated: { ...simulated, requests: 'batched' } },
  };
}
