/** `report.json`: which run it was, where it took place and how far to believe it. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { mapMeasure } from '../../analysis/measure.js';
import { experimentOf } from '../../analysis/run-facts.js';
import type { Timeline } from '../../timeline/record.js';
import { provenance } from '../provenance.js';
import { atMs, count, instant, measure, number } from './values.js';

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

const environment = z.strictObject({
  labVersion: z.string(),
  nodeVersion: z.string(),
  platform: z.string(),
  cores: count,
  memoryBytes: count,
  target: z.enum(['embedded', 'simulated', 'kubernetes']),
  clock: z.enum(['wall', 'virtual']),
  gitRevision: z.string().optional(),
  embedded: z
    .strictObject({
      cpuScale: number.describe('Real cores that one Kubernetes CPU is.'),
      cpuScaleBecause: z.string(),
      cpuLimits: z.enum(['cgroup-v2', 'cgroup-v1', 'signals', 'none']),
      cpuLimitsBecause: z.string(),
      cpuUsageFrom: z.string(),
      addresses: z.enum(['per-pod', 'shared']),
      nodeCpus: number,
    })
    .optional(),
  missing: z.array(z.string()),
});

const audit = z
  .strictObject({
    sendLagP50Ms: number.optional(),
    sendLagP99Ms: number.optional(),
    sendLagMaxMs: number.optional(),
    eventLoopLagP99Ms: number.optional(),
    cpuMs: number,
    elapsedMs: number,
    maxRssBytes: number,
    isSaturated: z.boolean(),
    because: z.string().optional(),
  })
  .meta({ id: 'audit' });

const generator = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('kept-up'), engine: z.string(), audit }),
    z.strictObject({
      kind: z.literal('saturated'),
      because: z.string(),
      engine: z.string(),
      audit,
    }),
    z.strictObject({ kind: z.literal('unknown'), because: z.string() }),
  ])
  .describe('Unless it kept up, response times and errors are not the service’s.');

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
    environment: { ...header.environment, missing: [...header.environment.missing] },
    provenance: { real: [...real], modelled: [...modelled], missing: [...missing] },
    generator: analysis.generator,
    gaps: analysis.gaps.map(({ source, fromT, t, because }) => ({
      source,
      fromMs: fromT,
      toMs: t,
      because,
    })),
    notes: [...analysis.notes],
  };
}
