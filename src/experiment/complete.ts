/** From what a file says to a whole {@link Experiment}: thin outside, thick inside. */
import { oneRequest, type RequestSpec } from '../load/request-spec.js';
import type { ConnectionPolicy, LoadPlan } from '../load/sender.js';
import type { StageSpec } from '../load/profile-spec.js';
import type { Experiment, ImageMapping, PriceSettings } from './experiment.js';
import type { LoadInput } from './load-schema.js';
import type { ExperimentInput } from './schema.js';
import type { StageInput } from './stage-schema.js';

/** Used where an experiment names no price; every report names it. */
export const DEFAULT_PRICE: PriceSettings = {
  vcpuHour: 0.04048,
  gibHour: 0.004445,
  currency: 'USD',
  asOf: '2025-06-01',
  source: 'AWS Fargate on-demand, Linux/x86, us-east-1 (public list price)',
};

/**
 * The experiment with every default filled in.
 *
 * @param resolvePath - makes a path of the file absolute.
 */
export function completeExperiment(
  input: ExperimentInput,
  resolvePath: (path: string) => string,
): Experiment {
  const { deployment } = input.underTest;
  return {
    name: input.name,
    question: input.question.trim(),
    target: input.target,
    folder: resolvePath('.'),
    manifests: input.manifests.map(resolvePath),
    patches: input.patches,
    namespace: input.namespace ?? `hpa-lab-${input.name}`,
    deployment,
    service: input.underTest.service ?? deployment,
    hpa: input.underTest.hpa ?? deployment,
    load: loadPlan(input.load, input.seed),
    readyTimeoutMs: input.readyTimeout,
    settleMs: input.settle,
    coolDownMs: input.coolDown,
    flapWindowMs: input.flapWindow,
    embedded: embeddedSettings(input.embedded),
    ...(input.slo === undefined
      ? {}
      : { slo: { responseTimeMs: input.slo.responseTime, objective: input.slo.objective } }),
    price: input.price ?? DEFAULT_PRICE,
    seed: input.seed,
  };
}

function loadPlan(load: LoadInput, seed: number): LoadPlan {
  const maxInFlight = load.model === 'closed' ? load.concurrency : load.maxInFlight;
  return {
    load:
      load.model === 'closed'
        ? { model: 'closed', concurrency: load.concurrency, durationMs: load.duration }
        : { model: 'open', profile: { stages: load.stages.map(stageSpec) }, spacing: load.spacing },
    requests: oneRequest(requestSpec(load.request)),
    connections: connectionPolicy(load.connections),
    maxConnections: load.maxConnections ?? maxInFlight,
    maxInFlight,
    timeoutMs: load.timeout,
    seed,
  };
}

function stageSpec(stage: StageInput): StageSpec {
  const base = { name: stage.name, durationMs: stage.duration };
  if (stage.kind === 'constant') {
    return { ...base, kind: stage.kind, ratePerSecond: stage.rate };
  }
  if (stage.kind === 'spike') {
    const { kind, base: basePerSecond, peak: peakPerSecond, at: atMs, length: lengthMs } = stage;
    return { ...base, kind, basePerSecond, peakPerSecond, atMs, lengthMs };
  }
  const { from: fromPerSecond, to: toPerSecond } = stage;
  return stage.kind === 'ramp'
    ? { ...base, kind: stage.kind, fromPerSecond, toPerSecond }
    : { ...base, kind: stage.kind, fromPerSecond, toPerSecond, steps: stage.steps };
}

function requestSpec(request: LoadInput['request']): RequestSpec {
  const { method, path, headers, body } = request;
  return { method, path, headers, ...(body === undefined ? {} : { body }) };
}

function connectionPolicy(connections: LoadInput['connections']): ConnectionPolicy {
  if (typeof connections === 'string') return { kind: connections };
  const { maxRequests, maxAge } = connections;
  return {
    kind: 'keep-alive',
    ...(maxRequests === undefined ? {} : { maxRequests }),
    ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
  };
}

function embeddedSettings(input: ExperimentInput['embedded']): Experiment['embedded'] {
  const { hpaController } = input;
  return {
    cpuScale: input.cpuScale,
    addresses: input.addresses,
    cpuLimits: input.cpuLimits,
    images: Object.fromEntries(
      Object.entries(input.images).map(([image, mapping]) => [image, imageMapping(mapping)]),
    ),
    hpaController: {
      syncPeriodMs: hpaController.syncPeriod,
      tolerance: hpaController.tolerance,
      cpuInitializationPeriodMs: hpaController.cpuInitializationPeriod,
      initialReadinessDelayMs: hpaController.initialReadinessDelay,
      downscaleStabilizationMs: hpaController.downscaleStabilization,
    },
    metricsResolutionMs: input.metricsResolution,
    apiPort: input.apiPort,
  };
}

function imageMapping(input: ExperimentInput['embedded']['images'][string]): ImageMapping {
  return {
    command: input.command,
    env: Object.fromEntries(
      Object.entries(input.env).map(([name, value]) => [name, String(value)]),
    ),
  };
}
