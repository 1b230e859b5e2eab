/** From what a file says to a whole {@link Experiment}: thin outside, thick inside. */
import type { InlinePrice } from '../pricing/as-prices.js';
import type { Prices } from '../pricing/prices.js';
import { clusterSettings } from './cluster-schema.js';
import { completeLoad } from './complete-load.js';
import type { Experiment, PrometheusSettings } from './experiment.js';
import { embeddedSettings } from './complete-embedded.js';
import { plannedFaultsOf } from './planned-fault-schema.js';
import type { ReadFiles } from './read-files.js';
import type { ExperimentInput } from './schema.js';
import type { Threshold } from './threshold.js';

/** Used where an experiment names no price; every report names it. */
export const DEFAULT_PRICE: InlinePrice = {
  vcpuHour: 0.04048,
  gibHour: 0.004445,
  currency: 'USD',
  asOf: '2025-06-01',
  source: 'AWS Fargate on-demand, Linux/x86, us-east-1 (public list price)',
};

/** What an experiment needs besides its own file. */
export interface CompletionContext {
  /** Makes a path of the file absolute. */
  readonly resolvePath: (path: string) => string;
  /** The files that the experiment names, already read. */
  readonly files: ReadFiles;
  /** Its thresholds, already read. */
  readonly thresholds: readonly Threshold[];
  /** The prices of the book that it names; undefined when it names none. */
  readonly prices: Prices | undefined;
}

/** The experiment with every default filled in. */
export function completeExperiment(
  input: ExperimentInput,
  { resolvePath, files, thresholds, prices }: CompletionContext,
): Experiment {
  const { deployment } = input.underTest;
  return {
    name: input.name,
    question: input.question.trim(),
    target: input.target,
    ...(input.model === undefined ? {} : { model: resolvePath(input.model) }),
    folder: resolvePath('.'),
    manifests: (input.manifests ?? []).map(resolvePath),
    patches: input.patches,
    namespace: input.namespace ?? `hpa-lab-${input.name}`,
    deployment,
    service: input.underTest.service ?? deployment,
    hpa: input.underTest.hpa ?? deployment,
    ...(input.underTest.existing ? { isExisting: true } : {}),
    ...(input.cluster === undefined
      ? {}
      : { cluster: clusterSettings(input.cluster, resolvePath) }),
    load: completeLoad(input.load, { seed: input.seed, files }),
    readyTimeoutMs: input.readyTimeout,
    settleMs: input.settle,
    coolDownMs: input.coolDown,
    flapWindowMs: input.flapWindow,
    embedded: embeddedSettings(input.embedded),
    ...(input.simulated === undefined ? {} : { simulated: input.simulated }),
    ...(input.faults.length === 0 ? {} : { faults: plannedFaultsOf(input.faults) }),
    ...(input.slo === undefined
      ? {}
      : { slo: { responseTimeMs: input.slo.responseTime, objective: input.slo.objective } }),
    price: prices ?? inlinePrice(input.price) ?? DEFAULT_PRICE,
    ...(files.demandCurve === undefined ? {} : { demandCurve: files.demandCurve }),
    ...(input.prometheus === undefined ? {} : { prometheus: prometheusOf(input.prometheus) }),
    thresholds,
    seed: input.seed,
  };
}

function prometheusOf({
  step,
  window,
  url,
  ...rest
}: NonNullable<ExperimentInput['prometheus']>): PrometheusSettings {
  return { url: url.replace(/\/+$/, ''), ...rest, stepMs: step, windowMs: window };
}

function inlinePrice(price: ExperimentInput['price']): InlinePrice | undefined {
  return typeof price === 'object' && 'vcpuHour' in price ? price : undefined;
}
