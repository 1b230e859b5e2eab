/** What an experiment and its command line ask to go along with a run on the wall clock. */
import type { StringMap } from '../core/objects.js';
import { LabError } from '../core/errors.js';
import { prometheusQueries } from '../experiment/prometheus-queries.js';
import type { Experiment } from '../experiment/experiment.js';
import { MetricsEndpoint } from '../observe/metrics-endpoint.js';
import { OtlpExport } from '../observe/otlp-export.js';
import { headersFrom, PrometheusObserver } from '../observe/prometheus.js';
import { RunMetrics } from '../observe/run-metrics.js';
import type { RunCompanion } from '../run/run-companion.js';
import type { Clock } from '../time/clock.js';
import type { TimelineRecord } from '../timeline/record.js';
import type { ExportFlags } from './export-flags.js';

/** See the first line of this file. */
export interface RunCompanions {
  readonly companions: readonly RunCompanion[];
  /** Gets every record of the run. */
  readonly onRecord: (record: TimelineRecord) => void;
}

/** What companions are made with. */
export interface CompanionContext {
  readonly flags: ExportFlags;
  readonly runId: string;
  readonly clock: Clock;
  readonly environment: Environment;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The companions of a run.
 *
 * @throws {LabError} `EXPERIMENT_INVALID` when a header names a variable that is not set; `USAGE` when
 *   `OTEL_EXPORTER_OTLP_HEADERS` cannot be read.
 */
export function runCompanions(experiment: Experiment, context: CompanionContext): RunCompanions {
  const metrics = new RunMetrics();
  return {
    companions: [
      ...prometheusCompanion(experiment, context),
      ...endpointCompanion(metrics, context),
      ...otlpCompanion(metrics, experiment, context),
    ],
    onRecord: (record) => metrics.record(record),
  };
}

/**
 * Refuses an experiment whose headers name variables that are not set, before anything is started.
 *
 * @throws {LabError} `EXPERIMENT_INVALID`.
 */
export function refuseUnset({ prometheus }: Experiment, environment: Environment): void {
  headersFrom(prometheus?.headers ?? {}, environment);
}

function prometheusCompanion(
  experiment: Experiment,
  { clock, environment }: CompanionContext,
): readonly RunCompanion[] {
  const { prometheus } = experiment;
  if (prometheus === undefined) return [];
  const observer = new PrometheusObserver({
    url: prometheus.url,
    headers: headersFrom(prometheus.headers, environment),
    stepMs: prometheus.stepMs,
    queries: prometheusQueries(experiment),
    clock,
  });
  return [
    {
      begin: () => observer.check(),
      end: (recorder, signal) => observer.collect(recorder, signal),
    },
  ];
}

function endpointCompanion(
  metrics: RunMetrics,
  { flags: { metricsPort } }: CompanionContext,
): readonly RunCompanion[] {
  if (metricsPort === undefined) return [];
  let endpoint: MetricsEndpoint | undefined;
  return [
    {
      begin: async () => {
        endpoint = await MetricsEndpoint.open(metrics, metricsPort);
        process.stderr.write(`metrics of this run: ${endpoint.url}\n`);
      },
      end: async () => endpoint?.close(),
    },
  ];
}

function otlpCompanion(
  metrics: RunMetrics,
  { name }: Experiment,
  { flags: { otlp }, runId, clock, environment }: CompanionContext,
): readonly RunCompanion[] {
  if (otlp === undefined) return [];
  const exporter = new OtlpExport({
    url: otlp,
    headers: otlpHeaders(environment),
    metrics,
    clock,
    attributes: { 'hpa_lab.experiment': name, 'hpa_lab.run': runId },
    onFailure: (text) => process.stderr.write(`${text}\n`),
  });
  return [
    {
      begin: () => exporter.begin(),
      end: (recorder, signal) => exporter.end(recorder, signal),
    },
  ];
}

/**
 * Headers as `OTEL_EXPORTER_OTLP_HEADERS` has them: `name=value,name=value`, values percent-encoded.
 *
 * @see Source: opentelemetry-specification `specification/protocol/exporter.md`, specifying headers.
 */
function otlpHeaders(environment: Environment): StringMap {
  const text = environment['OTEL_EXPORTER_OTLP_HEADERS']?.trim() ?? '';
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) {
        throw new LabError(
          'USAGE',
          `OTEL_EXPORTER_OTLP_HEADERS: expected name=value,name=value, got a part without =`,
        );
      }
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const;
    }),
  );
}
