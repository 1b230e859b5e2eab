/** `report.json`: which run it was, where it took place and how far to believe it. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { mapMeasure, measured, noData, type Measure } from '../../analysis/measure.js';
import { experimentOf } from '../../analysis/run-facts.js';
import type { GeneratorVerdict } from '../../analysis/verdicts.js';
import type { Experiment } from '../../experiment/experiment.js';
import type { Timeline } from '../../timeline/record.js';
import { provenance } from '../provenance.js';
import { atMs, count, figure, instant, measure, number } from './values.js';

const ended = (kind: 'interrupted' | 'failed' | 'cut-short') =>
  z.strictObject({ kind: z.literal(kind), because: z.string() });

const run = z.strictObject({
  id: z.string(),
  startedAt: z.string().describe('Wall time of the beginning, ISO 8601.'),
  outcome: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('completed') }),
    ended('interrupted'),
    ended('failed'),
    ended('cut-short'),
  ]),
  observedMs: number.describe('From the beginning to the tear-down.'),
  loadStartAtMs: instant,
});

const settings = z
  .strictObject({
    hpaSyncPeriodMs: number,
    hpaTolerance: number.describe('0.1 is 10 %.'),
    hpaCpuInitializationPeriodMs: number,
    hpaInitialReadinessDelayMs: number,
    hpaDownscaleStabilizationMs: number,
    metricsResolutionMs: number,
    flapWindowMs: number,
  })
  .describe('Of the control plane and of the analysis, as the experiment has them.');

const embedded = z.strictObject({
  cpuScale: number.describe('Real cores that one Kubernetes CPU is.'),
  cpuScaleBecause: z.string(),
  cpuLimits: z.enum(['cgroup-v2', 'cgroup-v1', 'signals', 'none']),
  cpuLimitsBecause: z.string(),
  cpuUsageFrom: z.string(),
  addresses: z.enum(['per-pod', 'shared']),
  nodeCpus: number,
});

const simulated = z.strictObject({
  model: z.string().describe('`textbook`, or the model file.'),
  isCalibrated: z.boolean().describe('Whether its numbers are measured ones.'),
  calibration: z
    .string()
    .optional()
    .describe('On what it was calibrated and how far off it was; absent when it was not.'),
  requests: z
    .enum(['batched'])
    .optional()
    .describe('How requests were modelled; absent: one by one.'),
});

const kubernetes = z.strictObject({
  server: z.string().describe('URL of its API server.'),
  context: z.string(),
  version: z.string().optional().describe('As it tells: `v1.36.0`.'),
  clockSkewMs: number.describe('Its clock minus ours, by which its times were put right.'),
});

const environment = z.strictObject({
  labVersion: z.string(),
  nodeVersion: z.string(),
  platform: z.string(),
  cores: count,
  memoryBytes: count,
  target: z.enum(['embedded', 'simulated', 'kubernetes']).describe('Kind of cluster.'),
  clock: z.enum(['wall', 'virtual']),
  gitRevision: measure(z.string()).describe('Of hpa-lab; ends with -dirty when it had changes.'),
  seed: measure(count).describe('Of everything random.'),
  settings: measure(settings),
  manifests: measure(
    z.array(
      z.strictObject({
        apiVersion: z.string(),
        kind: z.string(),
        name: z.string(),
        sha256: z.string().describe('Of the object as applied, as canonical JSON.'),
      }),
    ),
  ),
  embedded: embedded.optional().describe('Of the embedded cluster only.'),
  simulated: simulated.optional().describe('Of the simulated cluster only.'),
  kubernetes: kubernetes.optional().describe('Of a real cluster only.'),
  missing: z.array(z.string()).describe('What this machine could not offer.'),
});

const audit = z
  .strictObject({
    sendLagP50Ms: figure,
    sendLagP99Ms: figure,
    sendLagMaxMs: figure,
    eventLoopLagP99Ms: figure,
    gcPauseMs: figure.describe('Pauses of the garbage collector, in all.'),
    gcLongestMs: figure,
    cpuMs: number.describe('Of all its processes.'),
    machineShare: figure.describe('CPU used, of all cores; 0 to 1.'),
    elapsedMs: number,
    maxRssBytes: number.describe('Of the largest process.'),
    processes: number.describe('How many shared the load out.'),
  })
  .meta({ id: 'audit' });

const workers = z
  .strictObject({
    count: number.describe('How many there were.'),
    nodes: number.optional().describe('On how many nodes; absent: not told.'),
    clockUncertaintyMs: number.describe('Their clocks are known to within this; the worst.'),
    missing: z
      .array(
        z.strictObject({
          index: number.describe('Which worker, 0 first.'),
          fromSecond: number.describe('The first second of the load that is missing of it.'),
          because: z.string(),
        }),
      )
      .describe('Shares of the load that are not in the figures, or not all of them.'),
  })
  .meta({ id: 'workers', description: 'The pods that sent the load.' });

const generator = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('kept-up'),
      engine: z.string(),
      audit,
      workers: workers.optional(),
    }),
    z.strictObject({
      kind: z.literal('saturated'),
      because: z.string(),
      engine: z.string(),
      audit,
      workers: workers.optional(),
    }),
    z.strictObject({ kind: z.literal('unknown'), because: z.string() }),
    z.strictObject({ kind: z.literal('modelled'), because: z.string() }),
  ])
  .describe('Unless it kept up or was modelled, response times and errors are not the service’s.');

/** Fields of `report.json` about the run itself. */
export const runFields = {
  experiment: measure(z.strictObject({ name: z.string(), question: z.string() })),
  run,
  environment,
  provenance: z
    .strictObject({
      real: z.array(z.string()),
      modelled: z.array(z.string()),
      missing: z.array(z.string()),
    })
    .describe('What was real, what modelled and what missing.'),
  generator,
  gaps: z
    .array(z.strictObject({ source: z.string(), fromMs: atMs, toMs: atMs, because: z.string() }))
    .describe('Times in which something was not observed.'),
  notes: z.array(z.string()),
};

const runSection = z.strictObject(runFields);

/** The run itself as data. */
export function runJson(timeline: Timeline, analysis: Analysis): z.output<typeof runSection> {
  const { header } = timeline;
  const { real, modelled, missing } = provenance(timeline, analysis);
  return {
    experiment: mapMeasure(experimentOf(timeline), ({ name, question }) => ({ name, question })),
    run: {
      id: header.runId,
      startedAt: header.startedAt,
      outcome: analysis.completeness,
      observedMs: analysis.observed.toT - analysis.observed.fromT,
      loadStartAtMs: analysis.loadStartT,
    },
    environment: environmentJson(timeline),
    provenance: { real: [...real], modelled: [...modelled], missing: [...missing] },
    generator: generatorJson(analysis.generator),
    gaps: analysis.gaps.map(({ source, fromT, t, because }) => ({
      source,
      fromMs: fromT,
      toMs: t,
      because,
    })),
    notes: [...analysis.notes],
  };
}

function environmentJson(timeline: Timeline): z.output<typeof environment> {
  const { environment: of, manifestDigests } = timeline.header;
  const { gitRevision, missing, ...facts } = of;
  const experiment = experimentOf(timeline);
  return {
    ...facts,
    gitRevision:
      gitRevision === undefined
        ? noData('hpa-lab lay in no git repository')
        : measured(gitRevision),
    seed: mapMeasure(experiment, ({ seed }) => seed),
    settings: mapMeasure(experiment, settingsJson),
    manifests:
      manifestDigests === undefined
        ? noData('this run was recorded without digests')
        : measured([...manifestDigests]),
    missing: [...missing],
  };
}

function settingsJson({ embedded: of, flapWindowMs }: Experiment): z.output<typeof settings> {
  const { hpaController, metricsResolutionMs } = of;
  return {
    hpaSyncPeriodMs: hpaController.syncPeriodMs,
    hpaTolerance: hpaController.tolerance,
    hpaCpuInitializationPeriodMs: hpaController.cpuInitializationPeriodMs,
    hpaInitialReadinessDelayMs: hpaController.initialReadinessDelayMs,
    hpaDownscaleStabilizationMs: hpaController.downscaleStabilizationMs,
    metricsResolutionMs,
    flapWindowMs,
  };
}

function generatorJson(verdict: GeneratorVerdict): z.output<typeof generator> {
  if (verdict.kind === 'unknown' || verdict.kind === 'modelled') return verdict;
  const { audit: _measured, workers: sent, ...facts } = verdict;
  const { sendLagP50Ms, sendLagP99Ms, sendLagMaxMs, eventLoopLagP99Ms } = verdict.audit;
  const { gcPauseMs, gcLongestMs, cpuMs, machineShare, elapsedMs, maxRssBytes } = verdict.audit;
  return {
    ...facts,
    ...(sent === undefined ? {} : { workers: { ...sent, missing: [...sent.missing] } }),
    audit: {
      sendLagP50Ms: orAbsent(sendLagP50Ms, NOTHING_DUE),
      sendLagP99Ms: orAbsent(sendLagP99Ms, NOTHING_DUE),
      sendLagMaxMs: orAbsent(sendLagMaxMs, NOTHING_DUE),
      eventLoopLagP99Ms: orAbsent(eventLoopLagP99Ms, NOT_MEASURED),
      gcPauseMs: orAbsent(gcPauseMs, NOT_MEASURED),
      gcLongestMs: orAbsent(gcLongestMs, NOT_MEASURED),
      cpuMs,
      machineShare: orAbsent(machineShare, NOT_MEASURED),
      elapsedMs,
      maxRssBytes,
      processes: verdict.audit.processes ?? 1,
    },
  };
}

const NOTHING_DUE = 'nothing was due at a set time';
const NOT_MEASURED = 'it was not measured';

function orAbsent(value: number | undefined, because: string): Measure {
  return value === undefined ? noData(because) : measured(value);
}
