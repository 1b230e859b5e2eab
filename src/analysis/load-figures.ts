/** The figures of a load that was sent on its own, without a cluster: accounts, times, and who was to blame. */
import { accountingFaults, totalOf, type LoadTotals } from '../load/accounting.js';
import { mergeHistograms } from '../load/histogram.js';
import { profileOf } from '../load/profile.js';
import type { EncodedHistogram, LoadPlan, LoadSecond, LoadSummary } from '../load/sender.js';
import { measured, noData, type Measure } from './measure.js';
import { type GeneratorVerdict, verdictOf } from './verdicts.js';

const SECOND_MS = 1_000;

/** How sending ended. */
export type LoadEnd =
  | { readonly kind: 'completed' }
  /** `afterMs`: when, from the begin of second 0. */
  | { readonly kind: 'interrupted'; readonly because: string; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly because: string };

/** A load and what its sender told of it. */
export interface SentLoad {
  readonly plan: LoadPlan;
  readonly seconds: readonly LoadSecond[];
  /** Absent when the sender did not come to its end. */
  readonly summary: LoadSummary | undefined;
  readonly end: LoadEnd;
}

/**
 * Times of answered requests, ms. A percentile p is absent below 1 / (1 - p) answers: it would be the
 * maximum under another name.
 */
export interface LatencyFigures {
  readonly count: number;
  readonly meanMs: Measure;
  readonly p50Ms: Measure;
  readonly p90Ms: Measure;
  readonly p95Ms: Measure;
  readonly p99Ms: Measure;
  readonly p999Ms: Measure;
  readonly maxMs: Measure;
}

/** One second of the load with its times. */
export interface SecondFigures {
  readonly second: LoadSecond;
  readonly responseTime: LatencyFigures;
  readonly serviceTime: LatencyFigures;
}

/** Everything that can be said of a load that was sent. */
export interface LoadFigures {
  readonly end: LoadEnd;
  readonly totals: LoadTotals;
  /** Identities that do not hold; none, unless the lab is wrong. */
  readonly accountingFaults: readonly string[];
  /** Failed, answered 5xx, dropped, unsent: what users did not get. 4xx is an answer. */
  readonly errors: number;
  readonly errorShare: Measure;
  /** How long was sent of the seconds that were told: the last may have been cut. */
  readonly sentMs: number;
  /** Answers of any status a second, over {@link LoadFigures.sentMs}. */
  readonly answeredPerSecond: Measure;
  /** From when a request was due to the end of its answer. */
  readonly responseTime: LatencyFigures;
  /** From the actual send to the end of the answer. */
  readonly serviceTime: LatencyFigures;
  /** Unless it kept up, times are not the service's. */
  readonly generator: GeneratorVerdict;
  readonly perSecond: readonly SecondFigures[];
}

/** The figures of a load; pure. */
export function loadFigures(sent: SentLoad): LoadFigures {
  const { seconds, summary, end } = sent;
  const sentMs = sentMsOf(sent);
  const totals = totalOf(seconds);
  const answered = sumOf(totals.answered);
  const errors =
    sumOf(totals.failed) + (totals.answered['5xx'] ?? 0) + totals.dropped + totals.unsent;
  return {
    end,
    totals,
    accountingFaults: accountingFaults(totals),
    errors,
    errorShare: totals.due === 0 ? noData('no request was due') : measured(errors / totals.due),
    sentMs,
    answeredPerSecond:
      sentMs === 0
        ? noData('no second of the load was told')
        : measured((answered * SECOND_MS) / sentMs),
    responseTime: latencyFigures([totals.responseTime]),
    serviceTime: latencyFigures([totals.serviceTime]),
    generator: verdictOf(summary),
    perSecond: seconds.map((second) => ({
      second,
      responseTime: latencyFigures([second.responseTime]),
      serviceTime: latencyFigures([second.serviceTime]),
    })),
  };
}

/** The last second is not whole where the load, or what was sent of it, ended within it. */
function sentMsOf({ plan: { load }, seconds, end }: SentLoad): number {
  const plannedMs = load.model === 'closed' ? load.durationMs : profileOf(load.profile).durationMs;
  const endMs = end.kind === 'interrupted' ? Math.min(end.afterMs, plannedMs) : plannedMs;
  return Math.min(seconds.length * SECOND_MS, endMs);
}

/** The figures of several histograms together; percentiles are never averaged. */
export function latencyFigures(encoded: readonly EncodedHistogram[]): LatencyFigures {
  const merged = mergeHistograms(encoded);
  const { count } = merged;
  const percentile = (percent: number, needed: number): Measure =>
    count > 0 && count < needed
      ? noData(`needs at least ${needed} answers, there were ${count}`)
      : told(merged.percentileMs(percent));
  return {
    count,
    meanMs: told(merged.meanMs()),
    p50Ms: percentile(50, 2),
    p90Ms: percentile(90, 10),
    p95Ms: percentile(95, 20),
    p99Ms: percentile(99, 100),
    p999Ms: percentile(99.9, 1_000),
    maxMs: told(merged.maxMs()),
  };
}

function told(ms: number | undefined): Measure {
  return ms === undefined ? noData('no request was answered') : measured(ms);
}

/** The sum of counts by name. */
export function sumOf(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
