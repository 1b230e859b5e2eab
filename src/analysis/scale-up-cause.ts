/** Why a scale-up came: when usage went over target, which load change it was, when the metric showed it. */
import { formatDurationMs } from '../core/duration.js';
import type { PodMetricsRecord } from '../timeline/record.js';
import type { CpuUsage } from './cpu-usage.js';
import type { LoadChange } from './load-changes.js';
import { measured, noData, notReached, valueOf, type Measure } from './measure.js';
import type { Rescale } from './replicas.js';
import { isOverTarget, type CpuTarget } from './run-facts.js';

/** When something was seen, ms since the run began, and how we know. */
export interface Instant {
  readonly t: number;
  readonly evidence: string;
}

/** Usage may fall under the target for this long and still count as one stretch over it (noise). */
const DIP_MS = 5_000;
/**
 * A metric is at most this old when it is used: a window of 15 s read up to 28 s later, and a sync of
 * 15 s after that.
 */
const METRIC_AGE_MS = 60_000;
/** The metrics API is polled: what an HPA used may show this long after its decision. */
const POLL_SKEW_MS = 2_000;

/** What causes are looked for in. */
export interface CauseSources {
  readonly target: Measure<CpuTarget>;
  readonly usage: readonly CpuUsage[];
  readonly metrics: readonly PodMetricsRecord[];
}

/**
 * The earliest reading of the stretch, up to the decision, in which the true usage of all pods, spread
 * over as many as there were, was above target and tolerance. The resolution is that of the readings.
 */
export function overTarget(rescale: Rescale, sources: CauseSources): Measure<Instant> {
  const { target, usage } = sources;
  if (target.kind !== 'measured') return target;
  if (usage.length === 0) return noData('true CPU usage was not read');
  const over = usage.filter(
    ({ t, totalMillicores }) =>
      t <= rescale.t && isOverTarget(totalMillicores, rescale.from, target.value),
  );
  const first = beginningOfLastStretch(over);
  if (first === undefined || (over.at(-1)?.t ?? 0) < rescale.t - METRIC_AGE_MS) {
    return notReached('no reading of the true CPU usage before the decision was over target');
  }
  const requestedMillicores = rescale.from * target.value.requestMillicores;
  const percent = Math.trunc((first.totalMillicores * 100) / requestedMillicores);
  return measured({
    t: first.t,
    evidence:
      `the pods used ${Math.round(first.totalMillicores)}m, ${percent} % of what ${rescale.from} request ` +
      `(target ${target.value.utilizationPercent} %), read over ${formatDurationMs(first.t - first.fromT)}`,
  });
}

/** Readings that follow each other within {@link DIP_MS} are one stretch. */
function beginningOfLastStretch(over: readonly CpuUsage[]): CpuUsage | undefined {
  const start = over.findLastIndex(({ fromT }, index) => {
    const before = over[index - 1];
    return before === undefined || fromT - before.t > DIP_MS;
  });
  return over[start];
}

/** The last planned rise of the load at or before usage went over target (else before the decision). */
export function loadChangeOf(
  rescale: Rescale,
  overT: number | undefined,
  changes: readonly LoadChange[],
): Measure<LoadChange> {
  if (changes.length === 0) return noData('the planned load is not known');
  const byT = overT ?? rescale.t;
  const rise = changes.findLast(({ t, direction }) => direction === 'up' && t <= byT);
  return rise === undefined ? noData('no planned rise of the load came before it') : measured(rise);
}

/**
 * The first content of the metrics API, from over target (else the load change) on and up to the
 * decision, by which the usage of all pods together was over target.
 */
export function metricVisible(
  rescale: Rescale,
  overT: Measure<Instant>,
  sources: CauseSources & { readonly cause: Measure<LoadChange> },
): Measure<Instant> {
  const { target, metrics, cause } = sources;
  if (target.kind !== 'measured') return target;
  if (metrics.length === 0) return noData('the metrics API was not read');
  const fromT = valueOf(overT)?.t ?? valueOf(cause)?.t;
  if (fromT === undefined) return noData('it is not known from when on to look');
  const record = metrics.find(
    ({ t, pods }) =>
      t >= fromT &&
      t <= rescale.t + POLL_SKEW_MS &&
      isOverTarget(usageShown(pods), rescale.from, target.value),
  );
  if (record === undefined) {
    return notReached('no content of the metrics API before the decision was over target');
  }
  const late = record.t > rescale.t ? `, seen ${Math.round(record.t - rescale.t)} ms after it` : '';
  return measured({
    t: Math.min(record.t, rescale.t),
    evidence: `the metrics API showed ${Math.round(usageShown(record.pods))}m over ${record.pods.length} pods${late}`,
  });
}

function usageShown(pods: PodMetricsRecord['pods']): number {
  return pods.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0);
}
