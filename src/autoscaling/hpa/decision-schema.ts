/** The shape of recorded decisions: what a record must have so that it can be explained and decided again. */
import { z } from 'zod';
import type { HpaDecision } from './decision.js';
import type { SyncReading } from './sync-reading.js';

const number = z.number();
const names = z.array(z.string()).readonly();
const milli = number.describe('Thousandths: of a CPU, of a byte, of a value.');
const milliAmounts = z.record(z.string(), number);

/** What a metric is held against. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('utilization'), percent: number }),
  z.object({ kind: z.literal('average-value'), milli }),
  z.object({ kind: z.literal('value'), milli }),
  z.object({ kind: z.literal('none') }),
]);

/** By how much a ratio may be off, by direction: 0.1 is 10 %. */
export const tolerancesSchema = z.object({ down: number, up: number });

const pods = z.object({
  ready: names,
  readyMilli: z.array(number).readonly(),
  unready: names,
  missing: names,
  ignored: names,
  strangers: number,
  strangersMilli: number,
});

/** Sums from which a usage ratio comes. */
export const measurementSchema = z.object({
  usedMilli: milli,
  requestedMilli: milli.optional(),
  podCount: number,
  percent: number.optional(),
  averageMilli: milli,
  ratio: number,
});

/** What a pod without a metric was counted as. */
export const missingAsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent-of-request'), percent: number }),
  z.object({ kind: z.literal('milli'), milli }),
]);

/** The ratio with pods counted in that have no usable metric. */
export const recountSchema = measurementSchema.extend({
  missingAs: missingAsSchema.optional(),
  hasUnreadyAsZero: z.boolean(),
});

/** Why pods' metrics propose what they propose. */
export const proposalReasonSchema = z.enum([
  'usage-ratio',
  'within-tolerance',
  'within-tolerance-after-recount',
  'recount-turned-direction',
  'count-against-direction',
]);

/** Why one value proposes what it proposes. */
export const valueReasonSchema = z.enum(['usage-ratio', 'within-tolerance', 'from-zero']);

const metric = {
  kind: z.literal('metric'),
  index: number,
  metric: z.string(),
  target: targetSchema,
  tolerance: tolerancesSchema,
};

const metricStep = z.discriminatedUnion('from', [
  z.object({
    ...metric,
    from: z.literal('pods'),
    resource: z.string(),
    pods,
    requests: z.object({ ready: milli, unready: milli, missing: milli, missingFallback: milli }),
    measured: measurementSchema,
    recount: recountSchema.optional(),
    replicas: number,
    reason: proposalReasonSchema,
  }),
  z.object({
    ...metric,
    from: z.literal('value'),
    usedMilli: milli,
    ratio: number.optional(),
    podCount: number,
    replicas: number,
    reason: valueReasonSchema,
  }),
  z.object({
    kind: z.literal('metric'),
    from: z.literal('failed'),
    index: number,
    metric: z.string(),
    reason: z.string(),
    message: z.string(),
    pods: pods.optional(),
  }),
]);

const extreme = z.object({
  windowSeconds: number,
  replicas: number,
  atMs: number.describe('When it was recommended, ms since the epoch.'),
});

/** The steps after the metrics, as a decision has them. */
export const laterStepSchemas = [
  z.object({
    kind: z.literal('highest'),
    replicas: number.optional(),
    metric: z.string(),
    failed: number,
    of: number,
  }),
  z.object({
    kind: z.literal('stabilize'),
    replicas: number,
    reason: z.enum(['ReadyForNewScale', 'ScaleUpStabilized', 'ScaleDownStabilized']),
    up: extreme.optional(),
    down: extreme,
  }),
  z.object({
    kind: z.literal('limit'),
    replicas: number,
    reason: z.enum([
      'DesiredWithinRange',
      'ScaleUpLimit',
      'TooManyReplicas',
      'ScaleDownLimit',
      'TooFewReplicas',
    ]),
    minReplicas: number,
    maxReplicas: number,
    rateLimit: number.optional(),
    selectPolicy: z.enum(['Max', 'Min', 'Disabled']).optional(),
    policies: z
      .array(
        z.object({
          type: z.enum(['Pods', 'Percent']),
          value: number,
          periodSeconds: number,
          periodStartReplicas: number,
          limit: number,
        }),
      )
      .readonly()
      .optional(),
  }),
  z.object({
    kind: z.literal('bound'),
    replicas: number,
    reason: z.enum(['AboveMaxReplicas', 'BelowMinReplicas', 'ScalingDisabled']),
  }),
] as const;

/** How a decision ended. */
export const decisionKindSchema = z.enum(['rescale', 'hold', 'cannot-decide']);

const decision = z.object({
  kind: decisionKindSchema,
  atMs: number,
  fromReplicas: number.optional(),
  toReplicas: number.optional(),
  reason: z.string(),
  steps: z.array(z.union([metricStep, z.discriminatedUnion('kind', laterStepSchemas)])),
  error: z.string().optional(),
});

const containers = z.array(z.object({ name: z.string(), amounts: milliAmounts }));

const reading = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('pods'),
    items: z.array(
      z.object({
        name: z.string(),
        timestampMs: number,
        windowMs: number,
        totals: milliAmounts,
        containers,
      }),
    ),
  }),
  z.object({ kind: z.literal('object'), milli }),
  z.object({ kind: z.literal('external'), values: z.array(number) }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

const sync = z.object({
  scale: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('found'),
      specReplicas: number,
      statusReplicas: number,
      selector: z.string(),
      selectorFault: z.string().optional(),
    }),
    z.object({
      kind: z.literal('failed'),
      at: z.enum(['api-version', 'resource', 'query']),
      message: z.string(),
    }),
  ]),
  pods: z.array(
    z.object({
      name: z.string(),
      phase: z.string(),
      isTerminating: z.boolean(),
      startMs: number.optional(),
      ready: z.object({ status: z.string(), sinceMs: number }).optional(),
      requests: z.object({ isPodLevel: z.boolean(), totals: milliAmounts, containers }),
    }),
  ),
  resources: reading,
  named: z
    .array(
      z.object({
        kind: z.enum(['pods', 'object', 'external']),
        name: z.string(),
        of: z.string().optional(),
        reading,
      }),
    )
    .optional(),
});

const recorded = z.object({ decision, sync });

/** One sync on record: what was read and what was decided from it. */
export interface RecordedDecision {
  readonly decision: HpaDecision;
  readonly sync: SyncReading;
}

/** Whether a value is a decision with what it was made from, every part that is read of it included. */
export function isRecordedDecision(value: unknown): value is RecordedDecision {
  return recorded.safeParse(value).success;
}

/** The first thing that makes a value no recorded decision: `decision.steps.0.pods: ...`. */
export function recordedDecisionFault(value: unknown): string | undefined {
  const [issue] = recorded.safeParse(value).error?.issues ?? [];
  if (issue === undefined) return undefined;
  return `${issue.path.join('.')}: ${issue.message}`;
}
