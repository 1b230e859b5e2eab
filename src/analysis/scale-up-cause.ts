/** Why a scale-up came: when usage went over target, which load change it was, when the metric showed it. */
import { formatDurationMs } from '../core/duration.js';
import type { PodMetricsRecord } from '../timeline/record.js';
import { seriesValueAt, type StepSeries } from '../timeline/series.js';
import { METRIC_AGE_MS, NOISE_MS, stretchStart } from './cpu-stretch.js';
import type { CpuUsage } from './cpu-usage.js';
import type { LoadChange } from './load-changes.js';
import { measured, noData, notReached, valueOf, type Measure } from './measure.js';
import type { Rescale } from './replicas.js';
import { isOverTarget, type CpuTarget } from './run-facts.js';
import type { Instant } from './stages.js';

/** The metrics API is polled: what an HPA used may show this long after its decision. */
const POLL_SKEW_MS = 2_000;

/** What causes are looked for in. */
export interface CauseSources {
  readonly target: Measure<CpuTarget>;
  readonly usage: readonly CpuUsage[];
  readonly metrics: readonly PodMetricsRecord[];
  /** Desired size over time. */
  readonly desired: StepSeries;
  /** All rescales of the run, in order of time. */
  readonly rescales: readonly Rescale[];
}

/** A load change and when usage answered to it. */
export interface Cause {
  readonly change: Measure<LoadChange>;
  readonly overTarget: Measure<Instant>;
  /** How long the reading was that was the first over target; undefined when there is none. */
  readonly readingMs: number | undefined;
}

/**
 * Which load change a scale-up answers to, and when usage went over target by it.
 *
 * Usage is *over target* when that of all pods, spread over as many as the decision found (or as there
 * were at that time, if more), is above target and tolerance. Smoothed over some seconds, it is so in a
 * stretch up to the decision. The load change is the last rise before that stretch; without readings,
 * before the decision. There is none when a scale-down came between them: then usage was over target
 * because there were fewer pods. Over target is the first single reading, from the load change on, that
 * is over; its resolution is that of the readings.
 *
 * @param changes - empty when the load is not known.
 */
export function causeOf(
  rescale: Rescale,
  sources: CauseSources,
  changes: readonly LoadChange[],
): Cause {
  const stretchT = startOfStretchOver(rescale, sources);
  const change = riseBefore(changes, { stretchT: valueOf(stretchT), rescale }, sources.rescales);
  if (stretchT.kind !== 'measured') return { change, overTarget: stretchT, readingMs: undefined };
  const fromT = valueOf(change)?.t ?? stretchT.value - NOISE_MS;
  return { change, ...firstOver(rescale, sources, fromT) };
}

/**
 * The same for a rescale that goes on where another left off for the same load change: usage is over what
 * the size of the step before can bear, looked for from that step's decision on.
 */
export function causeOfFurtherStep(
  rescale: Rescale,
  sources: CauseSources,
  earlier: { readonly change: Measure<LoadChange>; readonly decisionT: number },
): Cause {
  return { change: earlier.change, ...firstOver(rescale, sources, earlier.decisionT) };
}

function absent(overTarget: Measure<never>): Omit<Cause, 'change'> {
  return { overTarget, readingMs: undefined };
}

function firstOver(
  rescale: Rescale,
  { target, usage }: CauseSources,
  fromT: number,
): Omit<Cause, 'change'> {
  if (target.kind !== 'measured') return absent(target);
  if (usage.length === 0) return absent(noData(NO_READINGS));
  const first = usage.find(
    ({ t, totalMillicores }) =>
      t >= fromT && isOverTarget(totalMillicores, rescale.from, target.value),
  );
  if (first === undefined || first.t > rescale.t) {
    return absent(
      notReached(
        `of the readings of true CPU usage between the load change and the decision none was over target for ${rescale.from} pods`,
      ),
    );
  }
  const evidence = usageText(first, rescale, target.value);
  return { overTarget: measured({ t: first.t, evidence }), readingMs: first.t - first.fromT };
}

const NO_READINGS = 'true CPU usage was not read';

function startOfStretchOver(rescale: Rescale, { target, usage, desired }: CauseSources): Measure {
  if (target.kind !== 'measured') return target;
  if (usage.length === 0) return noData(NO_READINGS);
  const startT = stretchStart(usage, rescale.t, (totalMillicores, t) =>
    isOverTarget(
      totalMillicores,
      // up to the decision: at its instant the series has the new size already
      t < rescale.t ? Math.max(rescale.from, seriesValueAt(desired, t) ?? 0) : rescale.from,
      target.value,
    ),
  );
  return startT === undefined
    ? notReached(
        `true CPU usage, smoothed over ${formatDurationMs(NOISE_MS)}, was not over target in the ${formatDurationMs(METRIC_AGE_MS)} before the decision`,
      )
    : measured(startT);
}

function usageText(reading: CpuUsage, { from }: Rescale, target: CpuTarget): string {
  const percent = Math.trunc((reading.totalMillicores * 100) / (from * target.requestMillicores));
  return (
    `the pods used ${Math.round(reading.totalMillicores)}m, ${percent} % of what ${from} request ` +
    `(target ${target.utilizationPercent} %), read over ${formatDurationMs(reading.t - reading.fromT)}`
  );
}

/** The last rise before the stretch over target, else before the decision. */
function riseBefore(
  changes: readonly LoadChange[],
  { stretchT, rescale }: { readonly stretchT: number | undefined; readonly rescale: Rescale },
  rescales: readonly Rescale[],
): Measure<LoadChange> {
  if (changes.length === 0) return noData('the load is not known');
  const byT = stretchT ?? rescale.t;
  const rise = changes.findLast(({ t, direction }) => direction === 'up' && t <= byT);
  if (rise === undefined) return noData('no rise of the load came before it');
  const fewer = rescales.findLast(
    ({ t, from, to }) => to < from && t > rise.t && t <= byT && t < rescale.t,
  );
  return fewer === undefined || stretchT === undefined
    ? measured(rise)
    : noData(
        `usage was over target because it had been scaled down to ${fewer.to}, not because the load rose`,
      );
}

/**
 * The first content of the metrics API, from over target (else the load change) on and up to the
 * decision, by which the usage of all pods together was over target.
 */
export function metricVisible(
  rescale: Rescale,
  { overTarget, change }: Pick<Cause, 'overTarget' | 'change'>,
  { target, metrics }: CauseSources,
): Measure<Instant & { readonly windowMs: number | undefined }> {
  if (target.kind !== 'measured') return target;
  if (metrics.length === 0) return noData('the metrics API was not read');
  const fromT = valueOf(overTarget)?.t ?? valueOf(change)?.t;
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
    windowMs: record.pods[0]?.windowMs,
  });
}

function usageShown(pods: PodMetricsRecord['pods']): number {
  return pods.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0);
}
