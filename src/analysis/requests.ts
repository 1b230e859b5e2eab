/** What became of the requests: in all, by stretch of the load, and before, in and after its peak. */
import { spanMs } from '../load/load-span.js';
import type { FailureKind, StatusClass } from '../load/sender.js';
import type { LoadRecord } from '../timeline/record.js';
import type { LoadPiece } from './load-changes.js';
import { measured, noData, type Measure } from './measure.js';
import { responseTimes, serviceTimes, type ResponseTimes } from './response-times.js';
import type { Span } from './run-facts.js';

/** What became of the arrivals due in some seconds. It adds up as a load second does. */
export interface RequestCounts {
  readonly seconds: number;
  readonly due: number;
  readonly sent: number;
  readonly dropped: number;
  readonly unsent: number;
  readonly late: number;
  readonly unanswered: number;
  readonly answered: Readonly<Partial<Record<StatusClass, number>>>;
  readonly failed: Readonly<Partial<Record<FailureKind, number>>>;
  /** Failures of all kinds. */
  readonly failedTotal: number;
  /** Failed, answered 5xx, dropped, unsent: what users did not get. 4xx is an answer. */
  readonly errors: number;
  /** errors / due. */
  readonly errorShare: Measure;
}

/** A stretch of the load. */
export interface LoadStretch extends RequestCounts, Span {
  readonly name: string;
  /** Planned; the mean of a ramp. Absent where it is not one stretch of the plan. */
  readonly plannedPerSecond: Measure;
  readonly responseTimes: ResponseTimes;
  /** From the send to the end of the answer: without the wait for a connection. */
  readonly serviceTimes: ResponseTimes;
}

/** Sums over seconds. */
export function requestCounts(seconds: readonly LoadRecord[]): RequestCounts {
  const answered: Partial<Record<StatusClass, number>> = {};
  const failed: Partial<Record<FailureKind, number>> = {};
  const sums = { due: 0, sent: 0, dropped: 0, unsent: 0, late: 0, unanswered: 0 };
  for (const { load } of seconds) {
    sums.due += load.due;
    sums.sent += load.sent;
    sums.dropped += load.dropped;
    sums.unsent += load.unsent;
    sums.late += load.late;
    sums.unanswered += load.unanswered;
    addTo(answered, load.answered);
    addTo(failed, load.failed);
  }
  const failedTotal = Object.values(failed).reduce((sum, count) => sum + count, 0);
  const errors = failedTotal + (answered['5xx'] ?? 0) + sums.dropped + sums.unsent;
  const errorShare = sums.due === 0 ? noData('no request was due') : measured(errors / sums.due);
  return { seconds: lengthOf(seconds), ...sums, answered, failed, failedTotal, errors, errorShare };
}

function addTo<K extends string>(
  sums: Partial<Record<K, number>>,
  counts: Readonly<Partial<Record<K, number>>>,
): void {
  for (const key in counts) sums[key] = (sums[key] ?? 0) + (counts[key] ?? 0);
}

/** The stretch of some seconds. `span` in ms since the run began. */
export function loadStretch(
  seconds: readonly LoadRecord[],
  of: { readonly name: string; readonly span: Span; readonly plannedPerSecond: Measure },
): LoadStretch {
  return {
    name: of.name,
    ...of.span,
    plannedPerSecond: of.plannedPerSecond,
    ...requestCounts(seconds),
    responseTimes: responseTimes(seconds),
    serviceTimes: serviceTimes(seconds),
  };
}

/** Instants are recorded to the microsecond; sums of them are a little off. */
const ROUNDING_MS = 0.002;

/**
 * Seconds that begin within a span; a second on a border belongs to what begins there. O(log n).
 *
 * @param seconds - in order of time.
 */
export function secondsWithin<T extends { readonly t: number }>(
  seconds: readonly T[],
  { fromT, toT }: Span,
): readonly T[] {
  const first = placeOf(seconds, fromT - ROUNDING_MS);
  return seconds.slice(first, Math.max(first, placeOf(seconds, toT - ROUNDING_MS)));
}

/** How many come before an instant. */
function placeOf(seconds: readonly { readonly t: number }[], instant: number): number {
  let low = 0;
  let high = seconds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seconds[middle]?.t ?? Infinity) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

function roundedT(t: number): number {
  return Math.round(t * 1_000) / 1_000;
}

/** One stretch for each piece of the plan that the run came to. */
export function stretchesByPiece(
  seconds: readonly LoadRecord[],
  plan: { readonly pieces: readonly LoadPiece[]; readonly loadStartT: number },
): readonly LoadStretch[] {
  return plan.pieces
    .map(({ name, fromMs, toMs, fromPerSecond, toPerSecond }) => {
      const span = {
        fromT: roundedT(plan.loadStartT + fromMs),
        toT: roundedT(plan.loadStartT + toMs),
      };
      const plannedPerSecond = measured((fromPerSecond + toPerSecond) / 2);
      return loadStretch(secondsWithin(seconds, span), { name, span, plannedPerSecond });
    })
    .filter((stretch) => stretch.seconds > 0);
}

/** The load before its peak, in it and after it. */
export interface AroundPeak {
  /** The rate from which on a second is in the peak. */
  readonly thresholdPerSecond: number;
  readonly before: Measure<LoadStretch>;
  readonly in: Measure<LoadStretch>;
  readonly after: Measure<LoadStretch>;
}

/**
 * Splits the load at its peak: "in" is from the first to the last second whose planned rate is above the
 * middle between the plan's lowest and highest rate.
 *
 * Absent when the planned rate never changes.
 */
export function aroundPeak(
  seconds: readonly LoadRecord[],
  plan: { readonly pieces: readonly LoadPiece[]; readonly loadStartT: number },
): Measure<AroundPeak> {
  const rates = plan.pieces.flatMap(({ fromPerSecond, toPerSecond }) => [
    fromPerSecond,
    toPerSecond,
  ]);
  const lowest = Math.min(...rates);
  const highest = Math.max(...rates);
  if (rates.length === 0 || lowest === highest) return noData('the planned rate never changes');
  const thresholdPerSecond = (lowest + highest) / 2;
  const crossings = plan.pieces.flatMap((piece) => spansAbove(piece, thresholdPerSecond));
  const fromT = plan.loadStartT + Math.min(...crossings.map((span) => span.fromT));
  const toT = plan.loadStartT + Math.max(...crossings.map((span) => span.toT));
  const endT = plan.loadStartT + (plan.pieces.at(-1)?.toMs ?? 0);
  const part = (name: string, span: Span): Measure<LoadStretch> => {
    if (span.toT <= span.fromT) return noData(`the load has no part ${name} its peak`);
    const within = secondsWithin(seconds, span);
    if (within.length === 0) return noData(`the run did not come to the part ${name} the peak`);
    const plannedPerSecond = noData('it is not one stretch of the plan');
    return measured(loadStretch(within, { name: `${name} the peak`, span, plannedPerSecond }));
  };
  return measured({
    thresholdPerSecond,
    before: part('before', { fromT: plan.loadStartT, toT: fromT }),
    in: part('in', { fromT, toT }),
    after: part('after', { fromT: toT, toT: endT }),
  });
}

/** Where a piece is above a rate; at most one span, in ms since the load began. */
function spansAbove(piece: LoadPiece, threshold: number): readonly Span[] {
  const { fromMs, toMs, fromPerSecond, toPerSecond } = piece;
  if (fromPerSecond > threshold && toPerSecond > threshold) return [{ fromT: fromMs, toT: toMs }];
  if (fromPerSecond <= threshold && toPerSecond <= threshold) return [];
  const share = (threshold - fromPerSecond) / (toPerSecond - fromPerSecond);
  const crossingMs = fromMs + share * (toMs - fromMs);
  return fromPerSecond > threshold
    ? [{ fromT: fromMs, toT: crossingMs }]
    : [{ fromT: crossingMs, toT: toMs }];
}

/** In seconds. */
function lengthOf(seconds: readonly LoadRecord[]): number {
  return seconds.reduce((sum, { load }) => sum + spanMs(load), 0) / 1_000;
}
