/** Elasticity in the words of the SPEC Research Group: how closely supply followed demand. */
import { seriesValueAt, type StepSeries } from '../timeline/series.js';
import { demandAt, type DemandCurve } from './demand-curve.js';
import { measured, noData, type Measure } from './measure.js';
import type { Span } from './run-facts.js';

/** What demand is read from: the rate of each second of the load. */
export interface SecondRate {
  /** Begin of the second, ms since the run began. */
  readonly t: number;
  /** How long it is where several are told together; absent: a second. */
  readonly lengthMs?: number;
  readonly perSecond: number;
}

/** Demand over the load. */
export interface Demand {
  /** Replicas; the value of a second holds from its begin. */
  readonly series: StepSeries;
  readonly span: Span;
  /** False when a point was modelled, or the load generator gave out before the replicas did. */
  readonly isMeasured: boolean;
}

const SECOND_MS = 1_000;

/**
 * The fewest replicas that hold the rate of each second, by a demand curve. Not reached when the curve
 * ends below a rate: nothing is extrapolated.
 */
export function demandOver(curve: DemandCurve, rates: readonly SecondRate[]): Measure<Demand> {
  const first = rates[0];
  const last = rates.at(-1);
  if (first === undefined || last === undefined) return noData('no second of the load was told');
  const points: { t: number; value: number }[] = [];
  let isMeasured = true;
  for (const { t, perSecond } of rates) {
    const point = demandAt(curve, perSecond);
    if (point.kind !== 'measured') return point;
    const { replicas, kind, isAtLeast } = point.value;
    isMeasured = isMeasured && kind === 'measured' && !isAtLeast;
    if (points.at(-1)?.value !== replicas) points.push({ t, value: replicas });
  }
  const span = { fromT: first.t, toT: last.t + (last.lengthMs ?? SECOND_MS) };
  return measured({ series: points, span, isMeasured });
}

/** One side of provisioning: too little, or too much. */
export interface Provisioning {
  /** Mean of what was missing (or too much), as a share of the demand. */
  readonly accuracy: number;
  /** Mean number of pods missing (or too many). */
  readonly pods: number;
  /** Share of the time in which any was. */
  readonly timeshare: number;
}

/** Elasticity over the load. */
export interface Elasticity {
  readonly under: Provisioning;
  readonly over: Provisioning;
  /** Share of the seconds in which supply and demand did not move in the same direction. */
  readonly instability: number;
  /** Pods started and stopped more than the demand asked for, an hour; negative: fewer. */
  readonly jitterPerHour: number;
  /** The same demand against a size that never changes: that of the beginning. */
  readonly baseline: {
    readonly replicas: number;
    readonly under: Provisioning;
    readonly over: Provisioning;
  };
  /** Above 1 the autoscaler did better than the baseline. */
  readonly speedup: Measure;
  /** False when part of the demand curve was modelled or is a lower bound. */
  readonly isDemandMeasured: boolean;
}

/**
 * With demand d(t), supply s(t) (ready pods) and the length T of the load:
 *
 * - accuracy: under (1/T) integral of max(d - s, 0) / d; over (1/T) integral of max(s - d, 0) / d. `pods` are
 *   the same without the division by d.
 * - timeshare: under (1/T) integral of [d > s]; over (1/T) integral of [s > d].
 * - instability (not verified at its source): the share of seconds, from the second one on, in which sgn(change of s) is not sgn(change
 *   of d), both sampled at the begin of each second of the load. It depends on that second.
 * - jitter: (sum of |changes of s| - sum of |changes of d|) / T.
 * - elastic speedup: the fourth root of the product of baseline / autoscaled of both accuracies and both
 *   timeshares. The baseline is computed, not run: the supply of a fixed size is known. Absent when one of
 *   the eight is 0: then there is no ratio.
 *
 * @see Source: N. Herbst et al., "Ready for Rain? A View from SPEC Research on the Future of Cloud Metrics",
 *   SPEC-RG-2016-01, and "Quantifying Cloud Performance and Dependability", ACM ToMPECS 3(4), 2018:
 *   accuracy, timeshare, instability, elastic speedup. Accuracy in pods, timeshare and jitter (a minute)
 *   are as in NikolasHerbst/BUNGEE, `tools.descartes.bungee/.../metric/AbstractAreaDuration.java`,
 *   `UnderprovisionAccuracy.java`, `UnderprovisionTimeshare.java`, `Jitter.java`. Elastic speedup with
 *   these four ratios also in Imdoukh et al., Neural Computing and Applications 2019, equation 16.
 */
export function elasticity(
  demand: Demand,
  ready: StepSeries,
  baselineReplicas: Measure,
): Measure<Elasticity> {
  if (baselineReplicas.kind !== 'measured') return baselineReplicas;
  const { span, series } = demand;
  if (seriesValueAt(ready, span.fromT) === undefined) {
    return noData('ready pods were not observed when the load began');
  }
  const supply = within(ready, span);
  const { under, over } = provisioning(series, supply, span);
  const replicas = baselineReplicas.value;
  const fixed = provisioning(series, [{ t: span.fromT, value: replicas }], span);
  const hours = (span.toT - span.fromT) / 3_600_000;
  return measured({
    under,
    over,
    instability: instability(series, supply, span),
    jitterPerHour: (movement(supply) - movement(series)) / hours,
    baseline: { replicas, ...fixed },
    speedup: speedup(fixed, { under, over }),
    isDemandMeasured: demand.isMeasured,
  });
}

/** The series within a span, beginning with the value at its begin. */
function within(series: StepSeries, { fromT, toT }: Span): StepSeries {
  return [
    { t: fromT, value: seriesValueAt(series, fromT) },
    ...series.filter(({ t }) => t > fromT && t < toT),
  ];
}

interface BothSides {
  readonly under: Provisioning;
  readonly over: Provisioning;
}

function provisioning(demand: StepSeries, supply: StepSeries, span: Span): BothSides {
  const borders = [...new Set([...demand, ...supply].map(({ t }) => t))].sort((a, b) => a - b);
  const sums = {
    under: { accuracy: 0, pods: 0, timeshare: 0 },
    over: { accuracy: 0, pods: 0, timeshare: 0 },
  };
  borders.forEach((t, index) => {
    const share = ((borders[index + 1] ?? span.toT) - t) / (span.toT - span.fromT);
    const d = seriesValueAt(demand, t) ?? 0;
    const s = seriesValueAt(supply, t) ?? 0;
    if (s === d) return;
    const side = s < d ? sums.under : sums.over;
    const pods = Math.abs(s - d);
    side.pods += pods * share;
    side.accuracy += (pods / d) * share;
    side.timeshare += share;
  });
  return sums;
}

function instability(demand: StepSeries, supply: StepSeries, { fromT, toT }: Span): number {
  let apart = 0;
  let steps = 0;
  for (let t = fromT + SECOND_MS; t < toT; t += SECOND_MS) {
    const [d, s] = [direction(demand, t), direction(supply, t)];
    steps++;
    if (d !== s) apart++;
  }
  return steps === 0 ? 0 : apart / steps;
}

function direction(series: StepSeries, t: number): number {
  const before = seriesValueAt(series, t - SECOND_MS) ?? 0;
  return Math.sign((seriesValueAt(series, t) ?? 0) - before);
}

function movement(series: StepSeries): number {
  return series.reduce((sum, { value }, index) => {
    const before = series[index - 1]?.value;
    return before === undefined || value === undefined ? sum : sum + Math.abs(value - before);
  }, 0);
}

function speedup(fixed: BothSides, scaled: BothSides): Measure {
  const ratios = [
    [fixed.under.accuracy, scaled.under.accuracy],
    [fixed.over.accuracy, scaled.over.accuracy],
    [fixed.under.timeshare, scaled.under.timeshare],
    [fixed.over.timeshare, scaled.over.timeshare],
  ] as const;
  if (ratios.some(([, own]) => own === 0)) {
    return noData('the autoscaler was never under- or never over-provisioned: there is no ratio');
  }
  if (ratios.some(([base]) => base === 0)) {
    return noData('the fixed size was never under- or never over-provisioned: there is no ratio');
  }
  return measured(ratios.reduce((product, [base, own]) => product * (base / own), 1) ** 0.25);
}
