/** Response and service times over any stretch of a run. */
import { MergedTimes, timeCounts, type TimeCounts } from '../load/time-counts.js';
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

/** The times of some counts together. */
export function timesOf(all: readonly TimeCounts[]): ResponseTimes {
  const merged = new MergedTimes();
  for (const counts of all) merged.add(counts);
  const { count } = merged;
  const [p50, p90, p95, p99, p999, max] = merged.percentilesMs([50, 90, 95, 99, 99.9, 100]);
  const percentile = (ms: number | undefined, needed: number): Measure => {
    if (ms === undefined) return noData('no request was answered');
    return count < needed
      ? noData(`needs at least ${needed} answers, there were ${count}`)
      : measured(ms);
  };
  return {
    count,
    p50Ms: percentile(p50, 2),
    p90Ms: percentile(p90, 10),
    p95Ms: percentile(p95, 20),
    p99Ms: percentile(p99, 100),
    p999Ms: percentile(p999, 1_000),
    maxMs: percentile(max, 1),
  };
}
