/** A run on the simulated cluster: the same phases and records as any other, in virtual time. */
import { isBatched, spanSecondsOf } from '../cluster/simulated/batch-plan.js';
import { SimulatedCluster } from '../cluster/simulated/simulated-cluster.js';
import type { KubeObject } from '../core/objects.js';
import type { ServiceModel } from '../core/service-model.js';
import type { Experiment } from '../experiment/experiment.js';
import { VirtualClock } from '../time/virtual-clock.js';
import type { EndRecord, HeaderRecord, Phase, TimelineRecord } from '../timeline/record.js';
import { Recorder } from '../timeline/recorder.js';
import { thinned } from '../timeline/thinning.js';
import type { UsageSource } from '../control-plane/pod-runtime.js';
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

/** What repeats is told once in so many of the spans of the load. */
const SPANS_EACH = 5;
/** Readings of use that belong together are so far apart: an analysis makes no mean over more than 5 s. */
const PAIR_MS = 4_000;
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
  const repeatMs = repeatMsOf(experiment);
  const kept = repeatMs === undefined ? sink : thinned(sink, repeatMs);
  const recorder = new Recorder({ clock, startMs: START_MS, sink: kept });
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
    faults: experiment.faults ?? [],
    ...(repeatMs === undefined ? {} : { metricsToldMs: repeatMs }),
  });
  if (repeatMs !== undefined) recorder.record({ kind: 'note', text: thinnedText(repeatMs) });
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
        usage: {
          source: repeatMs === undefined ? cluster.usage : seldom(cluster.usage, repeatMs),
          podNames: cluster.podNames,
        },
        faults: cluster.faults,
        onPhase: options.onPhase ?? (() => undefined),
        onProgress: () => undefined,
        signal,
      }),
    );
  } finally {
    cluster.stop();
  }
}

/** How often a long run in batches tells what repeats; undefined: always. */
function repeatMsOf({ load, simulated }: Experiment): number | undefined {
  if (!isBatched(load, simulated?.requests ?? 'auto')) return undefined;
  const spanSeconds = spanSecondsOf(load);
  return spanSeconds === 1 ? undefined : SPANS_EACH * spanSeconds * 1_000;
}

function thinnedText(repeatMs: number): string {
  const seconds = repeatMs / 1_000;
  return `the run is long: of the load ${seconds / SPANS_EACH} s are told together, and use, metrics, and decisions that change nothing once in ${seconds} s`;
}

/** Tells use twice a period, so little apart that there is a mean between, and nothing else. */
function seldom(source: UsageSource, periodMs: number): UsageSource {
  let dueMs = Number.NEGATIVE_INFINITY;
  let isSecond = false;
  return {
    readUsage: (nowMs) => {
      if (nowMs < dueMs) return [];
      dueMs = nowMs + (isSecond ? periodMs - PAIR_MS : PAIR_MS);
      isSecond = !isSecond;
      return source.readUsage(nowMs);
    },
  };
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
