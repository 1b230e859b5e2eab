/** What a run did over time as step series: the lines that every kind of report draws. */
import { perSecond, spanMs } from '../load/load-span.js';
import { cpuSeries, cpuUsage } from '../analysis/cpu-usage.js';
import { recordsOf } from '../analysis/run-facts.js';
import { LatencyHistogram } from '../load/histogram.js';
import type { LoadSecond } from '../load/sender.js';
import type { LoadRecord, Timeline } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';

/** One point a second; a second that was not told, or of which nothing is known, is a gap. */
export function secondSeries(
  seconds: readonly LoadRecord[],
  value: (second: LoadSecond) => number | undefined,
): StepSeries {
  return seconds.flatMap((second, index) => {
    const endT = second.t + spanMs(second.load);
    const isFollowed = Math.abs((seconds[index + 1]?.t ?? Infinity) - endT) < 1;
    const point = { t: second.t, value: value(second.load) };
    return isFollowed ? [point] : [point, { t: endT, value: undefined }];
  });
}

/** Arrivals a second. */
export function dueOf(load: LoadSecond): number {
  return perSecond(load.due, load);
}

/** Requests sent a second. */
export function sentOf(load: LoadSecond): number {
  return perSecond(load.sent, load);
}

/** Answers that are no server error, of the arrivals due in a second. */
export function answeredOf(load: LoadSecond): number {
  const { '1xx': told = 0, '2xx': ok = 0, '3xx': moved = 0, '4xx': refused = 0 } = load.answered;
  return perSecond(told + ok + moved + refused, load);
}

/** What users did not get, of the arrivals due in a second: failed, answered 5xx, dropped, unsent. */
export function errorsOf(load: LoadSecond): number {
  const { answered, failed, dropped, unsent } = load;
  const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
  return perSecond(failures + (answered['5xx'] ?? 0) + dropped + unsent, load);
}

/** Response time percentiles of each second, ms; a second without answers is a gap. */
export function percentileSeries(
  seconds: readonly LoadRecord[],
  percentiles: readonly number[],
): readonly StepSeries[] {
  const histogram = new LatencyHistogram();
  const rows = new Map(
    seconds.map(({ load }) => {
      histogram.reset();
      histogram.add(load.responseTime);
      return [load, percentiles.map((percentile) => histogram.percentileMs(percentile))];
    }),
  );
  return percentiles.map((_, index) => secondSeries(seconds, (load) => rows.get(load)?.[index]));
}

/** CPU of all pods together in percent of what they request. */
export interface CpuPercentSeries {
  /** From the kernel's counters. */
  readonly used: StepSeries;
  /** As the metrics API told it: what an HPA sees. */
  readonly shown: StepSeries;
}

/** See {@link CpuPercentSeries}. @param requestMillicores - of one pod. */
export function cpuPercentSeries(timeline: Timeline, requestMillicores: number): CpuPercentSeries {
  const percent = (millicores: number, pods: number): number | undefined =>
    pods === 0 ? undefined : (millicores * 100) / (pods * requestMillicores);
  return {
    used: cpuSeries(cpuUsage(timeline), ({ totalMillicores, pods }) =>
      percent(totalMillicores, pods),
    ),
    shown: recordsOf(timeline, 'pod-metrics').map(({ t, pods }) => {
      const millicores = pods.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0);
      return { t, value: percent(millicores, pods.length) };
    }),
  };
}
