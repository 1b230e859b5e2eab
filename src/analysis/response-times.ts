/** Response and service times over any stretch of a run. */
import { LatencyHistogram, timeCounts, type TimeCounts } from '../load/histogram.js';
import type { LoadRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';

/**
 * Times of answered requests, ms.
 *
 * A percentile p is absent below 1 / (1 - p) answers: it would be the maximum under another name.
 */
export interface ResponseTimes {
  /** Answers of any status. */
  readonly count: number;
  readonly p50Ms: Measure;
  readonly p90Ms: Measure;
  readonly p95Ms: Measure;
  readonly p99Ms: Measure;
  readonly p999Ms: Measure;
  readonly maxMs: Measure;
}

/**
 * Response times (from when a request was due to the end of its answer) of some seconds together;
 * histograms are merged, percentiles are never averaged.
 */
export function responseTimes(seconds: readonly LoadRecord[]): ResponseTimes {
  return timesOf(seconds.map(responseCounts));
}

/** Service times (from the send to the end of the answer), the same way. */
export function serviceTimes(seconds: readonly LoadRecord[]): ResponseTimes {
  return timesOf(seconds.map((second) => countsOf(SERVICE, second, second.load.serviceTime)));
}

/** The response times of one second as counts. */
export function responseCounts(second: LoadRecord): TimeCounts {
  return countsOf(RESPONSE, second, second.load.responseTime);
}

// Many stretches overlap, and decoding takes most of the time of an analysis. A record never changes, so
// what was decoded of it is kept as long as the record is.
const RESPONSE = new WeakMap<LoadRecord, TimeCounts>();
const SERVICE = new WeakMap<LoadRecord, TimeCounts>();

function countsOf(
  kept: WeakMap<LoadRecord, TimeCounts>,
  second: LoadRecord,
  encoded: string,
): TimeCounts {
  const known = kept.get(second);
  if (known !== undefined) return known;
  const counts = timeCounts(encoded);
  kept.set(second, counts);
  return counts;
}

function timesOf(all: readonly TimeCounts[]): ResponseTimes {
  const merged = new LatencyHistogram();
  for (const counts of all) merged.addCounts(counts);
  const { count } = merged;
  const percentile = (percent: number, needed: number): Measure => {
    const ms = merged.percentileMs(percent);
    if (ms === undefined) return noData('no request was answered');
    return count < needed
      ? noData(`needs at least ${needed} answers, there were ${count}`)
      : measured(ms);
  };
  const maxMs = merged.maxMs();
  return {
    count,
    p50Ms: percentile(50, 2),
    p90Ms: percentile(90, 10),
    p95Ms: percentile(95, 20),
    p99Ms: percentile(99, 100),
    p999Ms: percentile(99.9, 1_000),
    maxMs: maxMs === undefined ? noData('no request was answered') : measured(maxMs),
  };
}
