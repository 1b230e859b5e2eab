/** How close pods came to what they asked for and to what they were allowed. */
import { measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { troublesNamed, type PodTroubles } from './pod-troubles.js';
import { useWithin, type PodUse, type UseInterval } from './pod-use.js';
import type { Span } from './run-facts.js';
import { spreadOf, type Spread, type Weighted } from './spread.js';

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
  /** Where use is from: the kernel's counters, else means over a window of the metrics API or of Prometheus. */
  readonly source: PodUse['source'];
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

function figures(all: readonly PodReadings[], source: PodUse['source']): SaturationFigures {
  const spread = (what: string, of: ShareOf): Measure<Spread> => {
    if (source.kind !== 'measured') return source;
    const shares = sharesOf(all, of);
    if (shares.values.length > 0) return measured(spreadOf(shares));
    const hasReadings = all.some(({ intervals }) => intervals.length > 0);
    return noData(hasReadings ? `no pod has a ${what}` : 'the use of the pods was not read');
  };
  return {
    cpuOfRequest: spread('CPU request', {
      whole: ({ pod }) => pod.requests.cpuMillicores,
      used: ({ cpuMillicores }) => cpuMillicores,
    }),
    cpuOfLimit: spread('CPU limit', {
      whole: ({ limits }) => limits.cpuMillicores,
      used: ({ cpuMillicores }) => cpuMillicores,
    }),
    throttledShare: throttled(all.map(({ intervals }) => intervals)),
    memoryOfLimit: spread('memory limit', {
      whole: ({ limits }) => limits.memoryBytes,
      used: ({ memoryBytes }) => memoryBytes,
    }),
    oomKills: all.reduce((sum, { oomKills }) => sum + oomKills, 0),
    restarts: all.reduce((sum, { restarts }) => sum + restarts, 0),
  };
}

interface ShareOf {
  readonly whole: (readings: PodReadings) => number | undefined;
  readonly used: (interval: UseInterval) => number;
}

/** An hour of 50 pods has 180,000 readings: they are gone through as numbers, not as objects. */
function sharesOf(all: readonly PodReadings[], { whole, used }: ShareOf): Weighted {
  const known = all.filter((readings) => (whole(readings) ?? 0) > 0);
  const count = known.reduce((sum, { intervals }) => sum + intervals.length, 0);
  const values = new Float64Array(count);
  const weights = new Float64Array(count);
  let index = 0;
  for (const readings of known) {
    const of = whole(readings) ?? 0;
    for (const interval of readings.intervals) {
      values[index] = used(interval) / of;
      weights[index] = interval.toT - interval.fromT;
      index++;
    }
  }
  return { values, weights };
}

/** Throttled periods / periods over some readings; absent where the machine does not count them. */
export function throttled(all: readonly (readonly UseInterval[])[]): Measure {
  let periods = 0;
  let throttledPeriods = 0;
  for (const intervals of all) {
    for (const each of intervals) {
      periods += each.periods ?? 0;
      throttledPeriods += each.throttledPeriods ?? 0;
    }
  }
  return periods === 0
    ? noData('throttled periods were not counted')
    : measured(throttledPeriods / periods);
}
