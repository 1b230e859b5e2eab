/** The settings by which scaling takes the time it takes: windows, periods and probes, as far as recorded. */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
} from '../core/autoscaling-objects.js';
import { fieldOf, isRecord, valueAt } from '../core/json.js';
import type { Experiment } from '../experiment/experiment.js';
import type { PodMetricsRecord, Timeline } from '../timeline/record.js';
import { valueOf } from './measure.js';
import { experimentOf, hpaOf, recordsOf } from './run-facts.js';

/** A probe's times, of the container that takes longest. */
export interface ProbeTimes {
  readonly initialDelayMs: number;
  readonly periodMs: number;
}

/** What is known of the pods' containers. */
export interface PodTemplateFacts {
  /** Undefined: there is none, the pod is ready when its containers run. */
  readonly readiness: ProbeTimes | undefined;
  readonly startup: ProbeTimes | undefined;
}

/** Settings behind the delays; undefined where the record does not tell. */
export interface ScalingFacts {
  readonly hpa: HorizontalPodAutoscalerSpec | undefined;
  readonly syncPeriodMs: number | undefined;
  /** The HPA's windows, the controller's default filled in. */
  readonly upWindowMs: number | undefined;
  readonly downWindowMs: number | undefined;
  /** Between new contents of the metrics API. */
  readonly metricsResolutionMs: number | undefined;
  /** Undefined: the header holds no Deployment. */
  readonly template: PodTemplateFacts | undefined;
  readonly connections: 'per-request' | 'keep-alive' | undefined;
}

/** kubernetes `pkg/controller/podautoscaler/config/v1alpha1/defaults.go`. */
export const UPSTREAM_SYNC_PERIOD_MS = 15_000;
const UPSTREAM_DOWNSCALE_WINDOW_MS = 300_000;

/** Reads the settings from the header and, for the metrics API, from what was seen of it. */
export function scalingFacts(timeline: Timeline): ScalingFacts {
  const experiment = valueOf(experimentOf(timeline));
  const hpa =
    hpaOf(timeline)?.spec ?? recordsOf(timeline, 'hpa').findLast(({ spec }) => spec)?.spec;
  const controller = experiment?.embedded?.hpaController;
  return {
    hpa,
    syncPeriodMs: controller?.syncPeriodMs,
    upWindowMs: windowMs(hpa, 'scaleUp', 0),
    downWindowMs: windowMs(
      hpa,
      'scaleDown',
      controller?.downscaleStabilizationMs ?? UPSTREAM_DOWNSCALE_WINDOW_MS,
    ),
    metricsResolutionMs:
      medianDistance(recordsOf(timeline, 'pod-metrics')) ??
      experiment?.embedded?.metricsResolutionMs,
    template: templateFacts(timeline, experiment),
    connections: connectionsOf(experiment),
  };
}

function connectionsOf(experiment: Experiment | undefined): ScalingFacts['connections'] {
  const kind = valueAt(experiment, ['load', 'connections', 'kind']);
  return kind === 'per-request' || kind === 'keep-alive' ? kind : undefined;
}

function windowMs(
  hpa: HorizontalPodAutoscaler['spec'] | undefined,
  way: 'scaleUp' | 'scaleDown',
  defaultMs: number,
): number | undefined {
  if (hpa === undefined) return undefined;
  const seconds = hpa.behavior?.[way]?.stabilizationWindowSeconds;
  return seconds === undefined ? defaultMs : seconds * 1_000;
}

/** Needs two distances: one may be the rest of an outage. */
function medianDistance(metrics: readonly PodMetricsRecord[]): number | undefined {
  const distances = metrics
    .slice(1)
    .map(({ t }, index) => t - (metrics[index]?.t ?? t))
    .sort((a, b) => a - b);
  return distances.length < 2 ? undefined : distances[Math.floor(distances.length / 2)];
}

function templateFacts(
  { header }: Timeline,
  experiment: Experiment | undefined,
): PodTemplateFacts | undefined {
  const deployment = header.manifests.find(
    (object) =>
      fieldOf(object, 'kind') === 'Deployment' &&
      (experiment === undefined || valueAt(object, ['metadata', 'name']) === experiment.deployment),
  );
  const containers = valueAt(deployment, ['spec', 'template', 'spec', 'containers']);
  if (!Array.isArray(containers)) return undefined;
  return {
    readiness: slowestProbe(containers, 'readinessProbe'),
    startup: slowestProbe(containers, 'startupProbe'),
  };
}

/** kubernetes `pkg/apis/core/v1/defaults.go`, `SetDefaults_Probe`. */
const DEFAULT_PROBE_PERIOD_SECONDS = 10;

function slowestProbe(
  containers: readonly unknown[],
  probe: 'readinessProbe' | 'startupProbe',
): ProbeTimes | undefined {
  return containers
    .map((container) => fieldOf(container, probe))
    .filter(isRecord)
    .map((found) => ({
      initialDelayMs: secondsOr(found['initialDelaySeconds'], 0) * 1_000,
      periodMs: secondsOr(found['periodSeconds'], DEFAULT_PROBE_PERIOD_SECONDS) * 1_000,
    }))
    .sort((a, b) => b.initialDelayMs + b.periodMs - a.initialDelayMs - a.periodMs)[0];
}

function secondsOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
