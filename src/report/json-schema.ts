/** The shape of `report.json`. Names carry units; what is absent is an object with the reason. */
import { z } from 'zod';
import { SCALE_UP_STAGES } from '../analysis/scale-up.js';

/** Version of the shape; it rises when a field changes its meaning or goes. */
export const REPORT_SCHEMA_VERSION = 1;

function measure<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('measured'), value }),
    z.strictObject({
      kind: z.literal('not-reached').describe('Looked for; it did not happen within the run.'),
      because: z.string(),
    }),
    z.strictObject({
      kind: z.literal('no-data').describe('The run does not hold what is needed to tell.'),
      because: z.string(),
    }),
  ]);
}

const number = z.number();
const count = z.int().min(0);
const figure = measure(number);
const counts = z.record(z.string(), count);
const atMs = number.describe('Milliseconds since the run began, on the harness clock.');

const loadChange = z.strictObject({
  atMs,
  direction: z.enum(['up', 'down']),
  fromPerSecond: number,
  toPerSecond: number,
  overMs: number.describe('0 for a jump, the length of a ramp.'),
  stage: z.string(),
});

const responseTimes = z
  .strictObject({
    count: count.describe('Answers of any status.'),
    p50Ms: figure,
    p90Ms: figure,
    p99Ms: figure,
    p999Ms: figure,
    maxMs: figure,
  })
  .describe('From when a request was due to the end of its answer; answered requests only.');

const stretch = z.strictObject({
  name: z.string(),
  fromMs: atMs,
  toMs: atMs,
  plannedPerSecond: figure,
  requests: z.strictObject({
    due: count,
    sent: count,
    dropped: count.describe('Due while too many were under way; never sent.'),
    unsent: count.describe('Still waiting for a connection when the run ended.'),
    late: count.describe('Sent more than 10 ms late by the fault of the generator.'),
    unanswered: count.describe('Under way when the run ended.'),
    answeredByStatusClass: counts,
    failedByKind: counts,
    failed: count,
    errors: count.describe('failed + answered 5xx + dropped + unsent.'),
    errorShare: measure(number.min(0)).describe('errors / due.'),
  }),
  responseTimes,
});

const stage = z.strictObject({
  name: z.enum(SCALE_UP_STAGES),
  seen: measure(
    z.strictObject({
      atMs,
      sinceChangeMs: number.describe('Since the load change.'),
      lengthMs: number.describe('Since the stage before it that was seen.'),
      evidence: z.string(),
    }),
  ),
});

const scaleUp = z.strictObject({
  from: count,
  to: count,
  decisionAtMs: atMs,
  loadChange: measure(loadChange),
  reason: measure(z.string()).describe('Why the HPA chose that size.'),
  latencyMs: figure.describe('From the load change to that many pods ready.'),
  stages: z.array(stage),
  pods: z.array(
    z.strictObject({
      name: z.string(),
      createdAtMs: atMs,
      scheduledAtMs: figure,
      startedAtMs: figure,
      readyAtMs: figure,
      endpointAtMs: figure,
    }),
  ),
  responseTimesWhileWaiting: measure(responseTimes),
});

const scaleDown = z.strictObject({
  from: count,
  to: count,
  decisionAtMs: atMs,
  loadChange: measure(loadChange),
  reason: measure(z.string()),
  changeToDecisionMs: figure,
  decisionToGoneMs: figure,
});

const audit = z.strictObject({
  sendLagP50Ms: number.optional(),
  sendLagP99Ms: number.optional(),
  sendLagMaxMs: number.optional(),
  eventLoopLagP99Ms: number.optional(),
  cpuMs: number,
  elapsedMs: number,
  maxRssBytes: number,
  isSaturated: z.boolean(),
  because: z.string().optional(),
});

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
  loadStartAtMs: figure,
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

/** `report.json`. */
const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(REPORT_SCHEMA_VERSION),
    experiment: measure(z.strictObject({ name: z.string(), question: z.string() })),
    run,
    environment,
    provenance: z
      .strictObject({
        real: z.array(z.string()),
        modelled: z.array(z.string()),
        missing: z.array(z.string()),
      })
      .describe('What of the run was real, what modelled, what missing.'),
    generator: z
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
      .describe('Unless it kept up, response times and errors are not the service’s.'),
    cpuTarget: measure(
      z.strictObject({
        utilizationPercent: number,
        requestMillicores: number,
        tolerance: number.describe('0.1 is 10 %.'),
      }),
    ),
    loadChanges: measure(z.array(loadChange)),
    scaleUps: z.array(scaleUp),
    scaleDowns: z.array(scaleDown),
    replicas: z.strictObject({
      initialDesired: measure(count),
      peakDesired: measure(count),
      peakReady: measure(count),
      settled: measure(z.strictObject({ replicas: count, unchangedForMs: number })),
    }),
    stability: z.strictObject({
      rescales: count,
      scaleUps: count,
      scaleDowns: count,
      directionChanges: count,
    }),
    load: z.strictObject({
      whole: measure(stretch),
      aroundPeak: measure(
        z.strictObject({
          thresholdPerSecond: number,
          before: measure(stretch),
          in: measure(stretch),
          after: measure(stretch),
        }),
      ),
      stretches: measure(z.array(stretch)),
    }),
    readiness: z.strictObject({
      flapWindowMs: number,
      flaps: z.array(
        z.strictObject({
          pod: z.string(),
          unreadyAtMs: atMs,
          forMs: number,
          hasRestarted: z.boolean(),
        }),
      ),
      losses: count.describe('Times a ready pod stopped being ready without being deleted.'),
      outOfRotationMs: number,
      restarts: count,
      restartsByPod: counts,
    }),
    cost: z.strictObject({
      podSeconds: number,
      estimatedCost: figure.describe('Modelled from requests x time x price, in price.currency.'),
      estimatedCostPerHour: figure,
      price: measure(
        z.strictObject({
          vcpuHour: number,
          gibHour: number,
          currency: z.string(),
          asOf: z.string(),
          source: z.string(),
        }),
      ),
    }),
    gaps: z
      .array(
        z.strictObject({
          source: z.string(),
          fromMs: atMs,
          toMs: atMs,
          because: z.string(),
        }),
      )
      .describe('Times in which something was not observed.'),
    notes: z.array(z.string()),
  })
  .describe('Report of one hpa-lab run');

/** What `report.json` holds. */
export type JsonReport = z.output<typeof reportSchema>;

/** The JSON Schema (2020-12) of `report.json`. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(reportSchema);
}
