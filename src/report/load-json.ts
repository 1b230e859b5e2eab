/** What `npm run load -- --json` writes: the figures of a load that was sent on its own. */
import { z } from 'zod';
import type { LatencyFigures, LoadFigures, SecondFigures } from '../analysis/load-figures.js';
import type { LoadTotals } from '../load/accounting.js';
import type { LoadPlan, RequestKindSecond, SenderAudit } from '../load/sender.js';
import { latencyFigures } from '../analysis/load-figures.js';
import { count, counts, figure, number } from './json/values.js';

/** Version of the shape; it rises when a field changes its meaning or goes. */
const LOAD_REPORT_SCHEMA_VERSION = 1;

const latency = z
  .strictObject({
    count: count.describe('Answers that are in these figures.'),
    meanMs: figure,
    p50Ms: figure,
    p90Ms: figure,
    p95Ms: figure,
    p99Ms: figure,
    p999Ms: figure,
    maxMs: figure,
  })
  .meta({ id: 'latency', description: 'Of answered requests, ms.' });

const accountFields = {
  due: count.describe('due = dropped + unsent + sent.'),
  sent: count.describe('sent = the sums of answered and failed + unanswered.'),
  dropped: count.describe('Due while maxInFlight requests were under way; never sent.'),
  unsent: count.describe('Still waiting for a connection when the load ended.'),
  unanswered: count.describe('Under way when the load ended.'),
  answeredByStatusClass: counts,
  failedByKind: counts,
};

const audit = z
  .strictObject({
    sendLagP50Ms: number.optional(),
    sendLagP99Ms: number.optional().describe('From due to sent, where a connection was free.'),
    sendLagMaxMs: number.optional(),
    eventLoopLagP99Ms: number.optional(),
    gcPauseMs: number.optional().describe('Pauses of the garbage collector, in all.'),
    gcLongestMs: number.optional(),
    cpuMs: number.describe('CPU that the sender used, ms of a core; of all its processes.'),
    machineShare: number.optional().describe('CPU that it used, of all cores; 0 to 1.'),
    elapsedMs: number,
    maxRssBytes: count.describe('Of the largest process.'),
    processes: count.optional().describe('How many shared the load out; absent: one.'),
    isSaturated: z.boolean(),
    because: z.string().optional(),
  })
  .meta({ id: 'audit' });

const schema = z
  .strictObject({
    schemaVersion: z.literal(LOAD_REPORT_SCHEMA_VERSION),
    url: z.string(),
    startedAt: z.string().describe('Wall time at which second 0 of the load began, ISO 8601.'),
    end: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('completed') }),
      z.strictObject({
        kind: z.literal('interrupted'),
        because: z.string(),
        afterMs: number.describe('From the begin of second 0, which may not be reached.'),
      }),
      z.strictObject({ kind: z.literal('failed'), because: z.string() }),
    ]),
    environment: z.strictObject({
      labVersion: z.string(),
      nodeVersion: z.string(),
      platform: z.string(),
      cores: count,
      memoryBytes: count,
      gitRevision: z.string().optional(),
    }),
    plan: z.looseObject({
      load: z.looseObject({ model: z.enum(['open', 'closed']) }).describe('Profile or users.'),
      maxConnections: count,
      maxInFlight: count,
      timeoutMs: number,
      seed: count,
    }),
    verdict: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('kept up'), engine: z.string(), audit }),
      z
        .strictObject({
          kind: z.literal('generator saturated'),
          because: z.string(),
          engine: z.string(),
          audit,
        })
        .describe('The sender was late by its own fault: the times are not those of the service.'),
      z.strictObject({ kind: z.literal('unknown'), because: z.string() }),
    ]),
    totals: z.strictObject({
      ...accountFields,
      late: count.describe('Sent more than 10 ms late by the fault of the sender.'),
      errors: count.describe('failed + answered 5xx + dropped + unsent.'),
      errorShare: figure.describe('errors / due.'),
      answeredPerSecond: figure.describe('The last second counts only as far as it was sent.'),
      failedChecks: counts.describe('Answers that failed a check, by the first that did.'),
      answersByPod: counts.describe('By the x-pod-name of the answer, where it said so.'),
      accountingFaults: z.array(z.string()).describe('Empty unless the lab is wrong.'),
    }),
    responseTime: latency.describe('From when a request was due to the end of its answer.'),
    serviceTime: latency.describe('From when it was sent to the end of its answer.'),
    histograms: z
      .strictObject({ responseTime: z.string(), serviceTime: z.string() })
      .describe('HDR histograms of the whole load (V2, compressed, base64; µs); may be merged.'),
    byRequest: z
      .record(
        z.string(),
        z.strictObject({ ...accountFields, responseTime: latency, serviceTime: latency }),
      )
      .optional()
      .describe('By kind of request, where the plan has several.'),
    sessions: z
      .strictObject({ started: count, finished: count, failed: count })
      .optional()
      .describe('Where sessions have several steps.'),
    seconds: z.array(
      z.strictObject({
        second: count.describe('Since the load began, 0 first.'),
        ...accountFields,
        late: count,
        responseTime: latency,
        serviceTime: latency,
        answersByPod: counts,
      }),
    ),
  })
  .describe('A load that hpa-lab sent to a URL');

/** The report of a load as data. */
export type LoadReport = z.output<typeof schema>;

/** Where and when a load was sent. */
export interface LoadRunFacts {
  readonly url: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly environment: LoadReport['environment'];
}

/** The report of a load as data; {@link loadReportJsonSchema} describes it. */
export function loadReport(
  figures: LoadFigures,
  plan: LoadPlan,
  { url, startedAt, environment }: LoadRunFacts,
): LoadReport {
  const { totals } = figures;
  return {
    schemaVersion: LOAD_REPORT_SCHEMA_VERSION,
    url,
    startedAt,
    end: figures.end,
    environment,
    plan: { ...plan, load: { ...plan.load } },
    verdict: verdictJson(figures),
    totals: {
      ...accountJson(totals),
      late: totals.late,
      errors: figures.errors,
      errorShare: figures.errorShare,
      answeredPerSecond: figures.answeredPerSecond,
      failedChecks: { ...totals.failedChecks },
      answersByPod: { ...totals.byPod },
      accountingFaults: [...figures.accountingFaults],
    },
    responseTime: figures.responseTime,
    serviceTime: figures.serviceTime,
    histograms: { responseTime: totals.responseTime, serviceTime: totals.serviceTime },
    ...(totals.byRequest === undefined ? {} : { byRequest: byRequestJson(totals.byRequest) }),
    ...(totals.sessions === undefined ? {} : { sessions: { ...totals.sessions } }),
    seconds: figures.perSecond.map(secondJson),
  };
}

/** The JSON Schema (2020-12) of such a report. */
export function loadReportJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(schema);
}

type AccountJson = Pick<LoadReport['totals'], keyof typeof accountFields>;

function accountJson(
  of: Pick<
    LoadTotals,
    'due' | 'sent' | 'dropped' | 'unsent' | 'unanswered' | 'answered' | 'failed'
  >,
): AccountJson {
  const { due, sent, dropped, unsent, unanswered, answered, failed } = of;
  return {
    due,
    sent,
    dropped,
    unsent,
    unanswered,
    answeredByStatusClass: { ...answered },
    failedByKind: { ...failed },
  };
}

function verdictJson({ generator }: LoadFigures): LoadReport['verdict'] {
  if (generator.kind === 'unknown' || generator.kind === 'modelled') {
    return { kind: 'unknown', because: generator.because };
  }
  const { engine, audit: told } = generator;
  const base = { engine, audit: auditJson(told) };
  return generator.kind === 'saturated'
    ? { kind: 'generator saturated', because: generator.because, ...base }
    : { kind: 'kept up', ...base };
}

/** Only what is published: a sender may tell more than the schema has. */
function auditJson(of: SenderAudit): z.output<typeof audit> {
  return audit.strip().parse(of);
}

function byRequestJson(
  byRequest: Readonly<Record<string, RequestKindSecond>>,
): NonNullable<LoadReport['byRequest']> {
  return Object.fromEntries(
    Object.entries(byRequest).map(([kind, account]) => [
      kind,
      { ...accountJson(account), ...timesJson(account) },
    ]),
  );
}

function timesJson(of: Pick<RequestKindSecond, 'responseTime' | 'serviceTime'>): {
  readonly responseTime: LatencyFigures;
  readonly serviceTime: LatencyFigures;
} {
  return {
    responseTime: latencyFigures([of.responseTime]),
    serviceTime: latencyFigures([of.serviceTime]),
  };
}

function secondJson({
  second: of,
  responseTime,
  serviceTime,
}: SecondFigures): LoadReport['seconds'][number] {
  return {
    second: of.second,
    ...accountJson(of),
    late: of.late,
    responseTime,
    serviceTime,
    answersByPod: { ...of.byPod },
  };
}
