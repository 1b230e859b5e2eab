/** What an experiment and its command line ask to go along with a run on the wall clock. */
import { prometheusQueries } from '../experiment/prometheus-queries.js';
import type { Experiment } from '../experiment/experiment.js';
import { headersFrom, PrometheusObserver } from '../observe/prometheus.js';
import type { RunCompanion } from '../run/run-companion.js';
import type { Clock } from '../time/clock.js';
import type { TimelineRecord } from '../timeline/record.js';

/** See the first line of this file. */
export interface RunCompanions {
  readonly companions: readonly RunCompanion[];
  /** Gets every record of the run. */
  readonly onRecord: (record: TimelineRecord) => void;
}

/**
 * The companions of a run.
 *
 * @throws {LabError} `EXPERIMENT_INVALID` when a header names a variable that is not set.
 */
export function runCompanions(
  experiment: Experiment,
  {
    clock,
    environment,
  }: {
    readonly clock: Clock;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): RunCompanions {
  const { prometheus } = experiment;
  const companions: RunCompanion[] = [];
  if (prometheus !== undefined) {
    const observer = new PrometheusObserver({
      url: prometheus.url,
      headers: headersFrom(prometheus.headers, environment),
      stepMs: prometheus.stepMs,
      queries: prometheusQueries(experiment),
      clock,
    });
    companions.push({
      begin: () => observer.check(),
      end: (recorder, signal) => observer.collect(recorder, signal),
    });
  }
  return { companions, onRecord: () => undefined };
}
