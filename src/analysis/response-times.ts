/** Response times over any stretch of a run. */
import { mergeHistograms } from '../load/histogram.js';
import type { LoadRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';

/**
 * Response times (from when a request was due to the end of its answer) of answered requests, ms.
 *
 * A percentile p is absent below 1 / (1 - p) answers: it would be the maximum under another name.
 */
export interface ResponseTimes {
  /** Answers of any status. */
  readonly count: number;
  readonly p50Ms: Measure;
  readonly p90Ms: Measure;
  readonly p99Ms: Measure;
  readonly p999Ms: Measure;
  readonly maxMs: Measure;
}

/** Response times of some seconds together; histograms are merged, percentiles are never averaged. */
export function responseTimes(seconds: readonly LoadRecord[]): ResponseTimes {
  const merged = mergeHistograms(seconds.map(({ load }) => load.responseTime));
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
    p99Ms: percentile(99, 100),
    p999Ms: percentile(99.9, 1_000),
    maxMs: maxMs === undefined ? noData('no request was answered') : measured(maxMs),
  };
}
