/** How close pods came to what they asked for and to what they were allowed. */
import { measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { troublesNamed, type PodTroubles } from './pod-troubles.js';
import { useWithin, type PodUse, type UseInterval } from './pod-use.js';
import type { Span } from './run-facts.js';

/** A share over time: each reading counts as long as it lasted. */
export interface Spread {
  readonly mean: number;
  /** The smallest value that was not exceeded in 95 % of the time. */
  readonly p95: number;
  readonly max: number;
}

/** Use against requests and limits; shares, 1 is all of it. */
export interface SaturationFigures {
  readonly cpuOfRequest: Measure<Spread>;
  readonly cpuOfLimit: Measure<Spread>;
  /** Scheduling periods in which a pod was stopped at its CPU limit, of all periods in which it ran. */
  readonly throttledShare: Measure;
  readonly memoryOfLimit: Measure<Spread>;
  /** Containers killed for want of memory. */
  readonly oomKills: number;
  readonly restarts: number;
}

/** One pod's saturation. */
export interface PodSaturation extends SaturationFigures {
  readonly pod: string;
}

/** Saturation of all pods together, and of each. */
export interface Saturation extends SaturationFigures {
  /** Where use is from: the kernel's counters, else the metrics API (means over its window). */
  readonly source: Measure<'kernel' | 'metrics-api'>;
  readonly pods: readonly PodSaturation[];
}

/** What saturation is told from. */
export interface SaturationSources {
  readonly use: PodUse;
  readonly troubles: ReadonlyMap<string, PodTroubles>;
  readonly span: Span;
}

/** Saturation of the pods within a span. */
export function saturation(
  pods: readonly PodHistory[],
  { use, troubles, span }: SaturationSources,
): Saturation {
  const each = pods.map((pod): PodReadings => {
    const { limits, oomKillTs } = troublesNamed(troubles, pod.name);
    return {
      pod,
      limits,
      intervals: useWithin(use, pod.name, span),
      oomKills: oomKillTs.filter((t) => t <= span.toT).length,
      restarts: pod.restarts.reduce((sum, { t, count }) => sum + (t <= span.toT ? count : 0), 0),
    };
  });
  return {
    source: use.source,
    ...figures(each, use.source),
    pods: each.map((readings) =>
      Object.assign({ pod: readings.pod.name }, figures([readings], use.source)),
    ),
  };
}

interface PodReadings {
  readonly pod: PodHistory;
  readonly limits: PodTroubles['limits'];
  readonly intervals: readonly UseInterval[];
  readonly oomKills: number;
  readonly restarts: number;
}

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

function figures(all: readonly PodReadings[], source: PodUse['source']): SaturationFigures {
  const spread = (
    what: string,
    of: (interval: UseInterval, readings: PodReadings) => number | undefined,
  ): Measure<Spread> => {
    if (source.kind !== 'measured') return source;
    const values = all.flatMap((readings) =>
      readings.intervals.flatMap((interval): readonly Weighted[] => {
        const value = of(interval, readings);
        return value === undefined ? [] : [{ value, weight: interval.toT - interval.fromT }];
      }),
    );
    if (values.length > 0) return measured(spreadOf(values));
    const hasReadings = all.some(({ intervals }) => intervals.length > 0);
    return noData(hasReadings ? `no pod has a ${what}` : 'the use of the pods was not read');
  };
  return {
    cpuOfRequest: spread('CPU request', ({ cpuMillicores }, { pod }) =>
      shareOf(cpuMillicores, pod.requests.cpuMillicores),
    ),
    cpuOfLimit: spread('CPU limit', ({ cpuMillicores }, { limits }) =>
      shareOf(cpuMillicores, limits.cpuMillicores),
    ),
    throttledShare: throttled(all.flatMap(({ intervals }) => intervals)),
    memoryOfLimit: spread('memory limit', ({ memoryBytes }, { limits }) =>
      shareOf(memoryBytes, limits.memoryBytes),
    ),
    oomKills: all.reduce((sum, { oomKills }) => sum + oomKills, 0),
    restarts: all.reduce((sum, { restarts }) => sum + restarts, 0),
  };
}

function shareOf(value: number, whole: number | undefined): number | undefined {
  return whole === undefined || whole <= 0 ? undefined : value / whole;
}

/** Throttled periods / periods over some readings; absent where the machine does not count them. */
export function throttled(intervals: readonly UseInterval[]): Measure {
  let periods = 0;
  let throttledPeriods = 0;
  for (const each of intervals) {
    periods += each.periods ?? 0;
    throttledPeriods += each.throttledPeriods ?? 0;
  }
  return periods === 0
    ? noData('throttled periods were not counted')
    : measured(throttledPeriods / periods);
}

function spreadOf(values: readonly Weighted[]): Spread {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const whole = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const mean = sorted.reduce((sum, { value, weight }) => sum + value * weight, 0) / whole;
  let passed = 0;
  // Sums of weights are a little off; the last value is never passed over for it.
  const p95 = sorted.find(({ weight }) => (passed += weight) >= whole * 0.95 * (1 - 1e-12));
  const max = sorted.at(-1)?.value ?? 0;
  return { mean, p95: p95?.value ?? max, max };
}
