/** `report.json`: what the HPA decided at each sync, and why. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import type { ExplainedDecision } from '../../analysis/hpa-decisions.js';
import { mapMeasure } from '../../analysis/measure.js';
import {
  decisionKindSchema,
  laterStepSchemas,
  measurementSchema,
  missingAsSchema,
  proposalReasonSchema,
  recountSchema,
  targetSchema,
  tolerancesSchema,
  valueReasonSchema,
} from '../../autoscaling/hpa/decision-schema.js';
import { atMs, count, measure, number } from './values.js';

const replicas = count.describe('Replicas.');
const milli = number.describe('Thousandths: of a CPU, of a byte, of a value.');

const countedPods = z.strictObject({
  pods: z.array(z.string()).readonly(),
  countedAs: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('left-out') }),
      ...missingAsSchema.options,
    ])
    .describe('What each of them was counted as.'),
});

const pods = z.strictObject({
  ready: z
    .array(z.strictObject({ name: z.string(), usedMilli: milli }))
    .readonly()
    .describe('Counted with what they use.'),
  unready: countedPods.describe('Pending, or not ready while their CPU says nothing yet.'),
  missing: countedPods.describe('Without a metric.'),
  ignored: countedPods.describe('Terminating or failed.'),
  strangers: count.describe('Metrics of pods that are not there.'),
});

const metricFields = { metric: z.string(), target: targetSchema, tolerance: tolerancesSchema };

const metric = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('pods'),
    ...metricFields,
    resource: z.string().describe("'cpu', 'memory'; empty for a Pods metric."),
    pods,
    measured: measurementSchema,
    recount: recountSchema
      .optional()
      .describe('With the pods counted in that have no usable metric.'),
    proposes: replicas,
    reason: proposalReasonSchema,
  }),
  z.strictObject({
    from: z.literal('value'),
    ...metricFields,
    usedMilli: milli,
    ratio: number.optional(),
    podCount: count,
    proposes: replicas,
    reason: valueReasonSchema,
  }),
  z.strictObject({
    from: z.literal('failed'),
    metric: z.string(),
    reason: z.string(),
    message: z.string(),
  }),
]);

const sizes = { asked: number, replicas: number };
const reason = z.string().describe('Upstream’s own.');

const heldBack = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('tolerance'), ...sizes }),
  z.strictObject({ by: z.literal('pods-without-metric'), pods: count, replicas: number }),
  z.strictObject({ by: z.literal('failed-metrics'), failed: count, of: count }),
  z.strictObject({ by: z.literal('stabilization'), ...sizes, reason, windowSeconds: number }),
  z.strictObject({ by: z.literal('rate'), ...sizes, reason }),
  z.strictObject({ by: z.literal('bounds'), ...sizes, reason }),
  z.strictObject({ by: z.literal('scaling-disabled') }),
]);

const metricNeed = { metric: z.string(), index: count };

const need = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('usage'),
    ...metricNeed,
    usedMilli: milli,
    neededMilli: milli,
    percent: number.optional().describe('Whole percent of the requests.'),
    podCount: count,
  }),
  z.strictObject({ kind: z.literal('no-usage'), ...metricNeed }),
  z.strictObject({ kind: z.literal('failed-metrics'), failed: count, of: count }),
  z.strictObject({
    kind: z.literal('recommendation'),
    replicas: number,
    atMs: number.describe('ms since the epoch.'),
    untilMs: number.describe('ms since the epoch.'),
  }),
  z.strictObject({ kind: z.literal('rate'), limit: number }),
  z.strictObject({
    kind: z.literal('bound'),
    bound: z.enum(['minReplicas', 'maxReplicas']),
    value: number,
  }),
]);

const next = z.strictObject({
  replicas,
  metrics: z
    .enum(['any', 'all'])
    .describe('Whether any metric’s use would have done it, or all must agree.'),
  needs: z.array(need).readonly(),
  words: z.string().optional(),
});

const decision = z.strictObject({
  atMs,
  origin: z
    .enum(['recorded', 'reconstructed'])
    .describe(
      'recorded: decided in the run. reconstructed: modelled from what was observed of a cluster whose own HPA tells no steps.',
    ),
  kind: decisionKindSchema,
  from: replicas.optional(),
  to: replicas.optional(),
  reason: z.string().describe('Upstream’s, as in the event SuccessfulRescale.'),
  error: z.string().optional(),
  metrics: z.array(metric).readonly(),
  steps: z
    .array(z.discriminatedUnion('kind', laterStepSchemas))
    .readonly()
    .describe('What was done with the highest proposal, each with the count after it.'),
  heldBack: z.array(heldBack).readonly().describe('What kept it from a size that was asked for.'),
  more: next.optional().describe('What one replica more would have taken.'),
  fewer: next.optional().describe('What one replica fewer would have taken.'),
  words: z.array(z.string()).readonly().describe('The whole decision in lines of text.'),
  real: z
    .strictObject({
      desiredReplicas: number,
      said: z.array(z.string()).readonly(),
      agrees: z.boolean(),
    })
    .optional()
    .describe('What the cluster’s own HPA told; reconstructed decisions alone.'),
});

/** Fields of `report.json` about the HPA's decisions. */
export const hpaFields = { hpaDecisions: measure(z.array(decision)) };

const hpaSection = z.strictObject(hpaFields);

/** The HPA's decisions as data. */
export function hpaJson({ hpaDecisions }: Analysis): z.output<typeof hpaSection> {
  return { hpaDecisions: mapMeasure(hpaDecisions, (all) => all.map(decisionJson)) };
}

/** One decision as data. */
export function decisionJson({ t, ...rest }: ExplainedDecision): z.output<typeof decision> {
  return { atMs: t, ...rest };
}
