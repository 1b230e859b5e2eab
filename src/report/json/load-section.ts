/** `report.json`: what became of the requests. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import type { LoadByRequest, RequestKindLoad } from '../../analysis/by-request.js';
import type { LoadChange } from '../../analysis/load-changes.js';
import { mapMeasure } from '../../analysis/measure.js';
import type { LoadStretch } from '../../analysis/requests.js';
import { atMs, count, counts, figure, measure, number } from './values.js';

/** A load change. */
export const loadChangeValue = z
  .strictObject({
    atMs,
    direction: z.enum(['up', 'down']),
    fromPerSecond: number,
    toPerSecond: number,
    overMs: number.describe('0 for a jump, the length of a ramp.'),
    stage: z.string(),
    origin: z
      .enum(['plan', 'measured'])
      .describe('From the profile, or found in the arrivals of each second.'),
  })
  .meta({ id: 'loadChange' });

/** A load change, or why it is not known. */
export const loadChangeFigure = measure(loadChangeValue).meta({ id: 'loadChangeFigure' });

/** Response times of some requests. */
export const responseTimes = z
  .strictObject({
    count: count.describe('Answers of any status.'),
    p50Ms: figure,
    p90Ms: figure,
    p95Ms: figure,
    p99Ms: figure,
    p999Ms: figure,
    maxMs: figure,
  })
  .meta({
    id: 'responseTimes',
    description: 'From when a request was due to the end of its answer; answered requests only.',
  });

/** A stretch of the load. */
export const stretch = z
  .strictObject({
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
    serviceTimes: responseTimes.describe('The same from the send: without the wait before it.'),
  })
  .meta({ id: 'stretch' });

const requestKind = z
  .strictObject({
    name: z.string().describe("The request's name, or session/step."),
    due: count,
    sent: count,
    dropped: count,
    unsent: count,
    unanswered: count,
    answeredByStatusClass: counts,
    failedByKind: counts,
    errors: count.describe('failed + answered 5xx + dropped + unsent.'),
    errorShare: measure(number.min(0)).describe('errors / due.'),
    responseTimes,
    serviceTimes: responseTimes,
  })
  .meta({ id: 'requestKind' });

/** A stretch of the load, or why it is not known. */
export const stretchFigure = measure(stretch).meta({ id: 'stretchFigure' });

/** Fields of `report.json` about the load. */
export const loadFields = {
  loadChanges: measure(z.array(loadChangeValue)),
  load: z.strictObject({
    whole: stretchFigure,
    aroundPeak: measure(
      z.strictObject({
        thresholdPerSecond: number,
        before: stretchFigure,
        in: stretchFigure,
        after: stretchFigure,
      }),
    ),
    stretches: measure(z.array(stretch)),
    byRequest: z
      .array(requestKind)
      .optional()
      .describe('The whole load by kind of request, where it has several.'),
    sessions: z
      .strictObject({ started: count, finished: count, failed: count })
      .optional()
      .describe('Where sessions have several steps; the rest was cut off by the end.'),
    failedChecks: counts
      .optional()
      .describe('Answers that failed a check, by the first that did; absent: none.'),
  }),
};

const loadSection = z.strictObject(loadFields);

/** The load as data. */
export function loadJson(analysis: Analysis): z.output<typeof loadSection> {
  return {
    loadChanges: mapMeasure(analysis.loadChanges, (changes) => changes.map(loadChangeJson)),
    load: {
      whole: mapMeasure(analysis.wholeLoad, stretchJson),
      aroundPeak: mapMeasure(analysis.aroundPeak, (peak) => ({
        thresholdPerSecond: peak.thresholdPerSecond,
        before: mapMeasure(peak.before, stretchJson),
        in: mapMeasure(peak.in, stretchJson),
        after: mapMeasure(peak.after, stretchJson),
      })),
      stretches: mapMeasure(analysis.stretches, (all) => all.map(stretchJson)),
      ...byRequestJson(analysis.byRequest),
    },
  };
}

/** A load change as data. */
export function loadChangeJson({ t, ...change }: LoadChange): z.output<typeof loadChangeValue> {
  return { atMs: t, ...change };
}

function byRequestJson({ kinds, sessions, failedChecks }: LoadByRequest) {
  return {
    ...(kinds.kind === 'measured' ? { byRequest: kinds.value.map(kindJson) } : {}),
    ...(sessions.kind === 'measured' ? { sessions: sessions.value } : {}),
    ...(Object.keys(failedChecks).length === 0 ? {} : { failedChecks: { ...failedChecks } }),
  };
}

function kindJson({ answered, failed, ...kind }: RequestKindLoad): z.output<typeof requestKind> {
  return { ...kind, answeredByStatusClass: { ...answered }, failedByKind: { ...failed } };
}

/** A stretch of the load as data. */
export function stretchJson(stretchOf: LoadStretch): z.output<typeof stretch> {
  const { name, fromT, toT, plannedPerSecond, due, sent, dropped, unsent } = stretchOf;
  const { late, unanswered, errors, errorShare } = stretchOf;
  return {
    name,
    fromMs: fromT,
    toMs: toT,
    plannedPerSecond,
    requests: {
      due,
      sent,
      dropped,
      unsent,
      late,
      unanswered,
      answeredByStatusClass: { ...stretchOf.answered },
      failedByKind: { ...stretchOf.failed },
      failed: stretchOf.failedTotal,
      errors,
      errorShare,
    },
    responseTimes: stretchOf.responseTimes,
    serviceTimes: stretchOf.serviceTimes,
  };
}
