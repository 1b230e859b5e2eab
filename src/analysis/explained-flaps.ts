/** Each flap with what surrounded it and the requests it met. */
import { spanMs } from '../load/load-span.js';
import { countAtOrBelowMs } from '../load/time-counts.js';
import type { SloSettings } from '../experiment/experiment.js';
import type { LoadRecord } from '../timeline/record.js';
import { mapMeasure, measured, noData, valueOf, type Measure } from './measure.js';
import { troublesNamed, type PodTroubles } from './pod-troubles.js';
import { useWithin, type PodUse } from './pod-use.js';
import type { ProbeEvent } from './probe-failures.js';
import type { Flap } from './readiness.js';
import { responseCounts } from './response-times.js';
import type { Span } from './run-facts.js';
import { throttled } from './saturation.js';

/** What was going on around a flap: from 10 s before it until the pod was ready again. */
export interface FlapSurroundings {
  /** Periods in which the pod was stopped at its CPU limit, of all in which it ran. */
  readonly cpuThrottledShare: Measure;
  /** The pod's mean CPU use against its limit. */
  readonly cpuOfLimit: Measure;
  /** Absent: a pod's event loop is not observed from outside. */
  readonly eventLoopLagMs: Measure;
  /** Arrivals a second. */
  readonly ratePerSecond: Measure;
  /** Failures of the pod's probes, by its Events. */
  readonly probeFailures: Measure;
  /** The last of those Events in words; absent when there was none. */
  readonly lastProbeFailure?: string;
}

/** Requests due while a pod was out of rotation, against those in as long a time before it. */
export interface FlapRequests {
  readonly due: number;
  /** Failed, or answered 5xx. */
  readonly failed: number;
  /** Answered, but later than the SLO allows; absent without one. */
  readonly late: Measure;
  /**
   * What is put down to the flap: failures beyond the share that failed before it, at least 0. Flaps of
   * several pods at one time share their requests: these counts are not to be added up.
   */
  readonly failedBecauseOfIt: number;
  /** The same of late answers. */
  readonly lateBecauseOfIt: Measure;
}

/** A flap and what surrounded it. */
export interface ExplainedFlap extends Flap {
  readonly around: FlapSurroundings;
  /** Absent when no request was due meanwhile. */
  readonly requests: Measure<FlapRequests>;
}

/** What flaps are explained from. */
export interface FlapSources {
  readonly use: PodUse;
  readonly troubles: ReadonlyMap<string, PodTroubles>;
  /** Absent when no Event of a pod was observed. */
  readonly probeEvents: Measure<readonly ProbeEvent[]>;
  readonly seconds: readonly LoadRecord[];
  readonly slo: Measure<SloSettings>;
}

/** What led to a flap shows in the seconds before it. */
const LEAD_MS = 10_000;
const SECOND_MS = 1_000;

/** Each flap with what surrounded it. */
export function explainFlap(flap: Flap, sources: FlapSources): ExplainedFlap {
  const { unreadyT, forMs } = flap;
  const readyT = unreadyT + forMs;
  return {
    ...flap,
    around: surroundings(flap, { fromT: unreadyT - LEAD_MS, toT: readyT }, sources),
    requests: flapRequests({ fromT: unreadyT, toT: readyT }, sources),
  };
}

function surroundings({ pod }: Flap, span: Span, sources: FlapSources): FlapSurroundings {
  const { use, troubles, seconds } = sources;
  const intervals = useWithin(use, pod, span);
  const limit = troublesNamed(troubles, pod).limits.cpuMillicores;
  const timeMs = intervals.reduce((sum, { fromT, toT }) => sum + toT - fromT, 0);
  const usedMs = intervals.reduce(
    (sum, { fromT, toT, cpuMillicores }) => sum + cpuMillicores * (toT - fromT),
    0,
  );
  const within = overlapping(seconds, span);
  const due = within.reduce((sum, { load }) => sum + load.due, 0);
  const failures = mapMeasure(sources.probeEvents, (events) =>
    events.filter((each) => isFailureOf(each, pod, span)),
  );
  const last = valueOf(failures)?.at(-1)?.message;
  return {
    cpuThrottledShare: throttled([intervals]),
    cpuOfLimit:
      limit === undefined || limit <= 0
        ? noData('the pod has no CPU limit')
        : timeMs === 0
          ? noData('the use of the pod was not read')
          : measured(usedMs / timeMs / limit),
    eventLoopLagMs: noData('the event loop of a pod is not observed'),
    ratePerSecond:
      within.length === 0 ? noData('there was no load') : measured(due / within.length),
    probeFailures: mapMeasure(failures, (all) => all.reduce((sum, { times }) => sum + times, 0)),
    ...(last === undefined ? {} : { lastProbeFailure: last }),
  };
}

function isFailureOf({ pod: of, what, t }: ProbeEvent, pod: string, span: Span): boolean {
  return of === pod && what !== 'livenessRestarts' && t >= span.fromT && t <= span.toT;
}

interface Outcome {
  readonly due: number;
  readonly answered: number;
  readonly failed: number;
  readonly late: Measure;
}

function flapRequests(span: Span, { seconds, slo }: FlapSources): Measure<FlapRequests> {
  const during = outcome(overlapping(seconds, span), slo);
  if (during.due === 0) return noData('no request was due meanwhile');
  // At least some seconds: a share of very few requests tells nothing.
  const lengthMs = Math.max(span.toT - span.fromT, LEAD_MS);
  const earlier = { fromT: span.fromT - lengthMs, toT: span.fromT - SECOND_MS };
  const before = outcome(overlapping(seconds, earlier), slo);
  const beyond = (now: number, then: number): number =>
    Math.max(0, Math.round(now - (before.due === 0 ? 0 : (then / before.due) * during.due)));
  const lateBefore = valueOf(before.late) ?? 0;
  return measured({
    due: during.due,
    failed: during.failed,
    late: during.late,
    failedBecauseOfIt: beyond(during.failed, before.failed),
    lateBecauseOfIt: mapMeasure(during.late, (late) => beyond(late, lateBefore)),
  });
}

function outcome(seconds: readonly LoadRecord[], slo: Measure<SloSettings>): Outcome {
  let due = 0;
  let answered = 0;
  let failed = 0;
  for (const { load } of seconds) {
    due += load.due;
    answered += total(load.answered);
    failed += total(load.failed) + (load.answered['5xx'] ?? 0);
  }
  const late = mapMeasure(slo, ({ responseTimeMs }) =>
    seconds.reduce(
      (count, each) => count - countAtOrBelowMs(responseCounts(each), responseTimeMs),
      answered,
    ),
  );
  return { due, answered, failed, late };
}

function total(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((sum, count = 0) => sum + count, 0);
}

/** Seconds of the load that have a part of a span. */
function overlapping(seconds: readonly LoadRecord[], { fromT, toT }: Span): readonly LoadRecord[] {
  return seconds.filter(({ t, load }) => t + spanMs(load) > fromT && t < toT);
}
