/** What the tries of a capacity search tell: each held against the SLO, and the demand curve of all. */
import { formatDurationMs } from '../core/duration.js';
import { totalOf } from '../load/accounting.js';
import type { CapacityFound, StepReason, TrialOutcome } from '../load/capacity-search.js';
import type { DemandCurve, DemandPoint } from '../load/demand-curve.js';
import { countAtOrBelowMs, timeCounts } from '../load/time-counts.js';
import type { LoadSecond, AuditedLoadSummary } from '../load/sender.js';
import type { SloSettings } from '../experiment/experiment.js';
import { latencyFigures, sumOf } from './load-figures.js';
import { measured, noData, type Measure } from './measure.js';

/** Requests of a try, without its warm-up, held against the SLO. */
export interface TrialFigures {
  readonly due: number;
  /** Answered 1xx-4xx within the SLO's response time; at least so many, see `sloSeconds`. */
  readonly good: number;
  /** good / due. */
  readonly goodShare: Measure;
  readonly answeredPerSecond: Measure;
  readonly p50Ms: Measure;
  readonly p99Ms: Measure;
}

/** A try at a rate. */
export interface CapacityTrial extends TrialFigures {
  readonly ratePerSecond: number;
  readonly why: StepReason;
  readonly outcome: TrialOutcome;
  /** Why the sender was the bottleneck; absent unless it was. */
  readonly because?: string;
}

/** So many users at once: what they got through, for a first guess. */
export interface ClosedEstimate extends TrialFigures {
  readonly concurrency: number;
}

/** All that was tried with one number of replicas, and what came of it. */
export interface ReplicaCapacity {
  readonly replicas: number;
  readonly estimates: readonly ClosedEstimate[];
  readonly trials: readonly CapacityTrial[];
  readonly found: CapacityFound;
}

/** Figures of the seconds that count: the warm-up is not among them. */
export function trialFigures(seconds: readonly LoadSecond[], slo: SloSettings): TrialFigures {
  const totals = totalOf(seconds);
  const inTime = countAtOrBelowMs(timeCounts(totals.responseTime), slo.responseTimeMs);
  const good = Math.max(0, inTime - (totals.answered['5xx'] ?? 0));
  const { p50Ms, p99Ms } = latencyFigures([totals.responseTime]);
  return {
    due: totals.due,
    good,
    goodShare: totals.due === 0 ? noData('no request was due') : measured(good / totals.due),
    answeredPerSecond:
      seconds.length === 0
        ? noData('no second was told')
        : measured(sumOf(totals.answered) / seconds.length),
    p50Ms,
    p99Ms,
  };
}

/**
 * How a try ended.
 *
 * A sender that was late by its own fault makes answers later, never sooner: what held in spite of it
 * held. What missed is the sender's fault only if it may explain the miss: counted from the send, and
 * with as much more time as the sender was late at worst (a burst of late requests makes a queue of about
 * that length), enough requests would have been in time.
 */
export function trialOutcome(
  { seconds, figures, summary }: TrialEvidence,
  slo: SloSettings,
): TrialOutcome {
  const { goodShare, due } = figures;
  if (goodShare.kind === 'measured' && goodShare.value >= slo.objective) return 'held';
  const { isSaturated, sendLagMaxMs = 0, eventLoopLagP99Ms = 0 } = summary.audit;
  if (!isSaturated) return 'missed';
  const limitMs = slo.responseTimeMs + sendLagMaxMs + eventLoopLagP99Ms;
  const totals = totalOf(seconds);
  const inTime = countAtOrBelowMs(timeCounts(totals.serviceTime), limitMs);
  const good = inTime - (totals.answered['5xx'] ?? 0);
  return good >= due * slo.objective ? 'saturated' : 'missed';
}

/** What a try is judged by. */
export interface TrialEvidence {
  /** Those that count, without the warm-up. */
  readonly seconds: readonly LoadSecond[];
  readonly figures: TrialFigures;
  readonly summary: AuditedLoadSummary;
}

/** Where the users were not too many for the SLO, capacity is near what they got through. */
const NEARLY = 0.85;
/** Where every number of users was too many, the guess is this part of what the fewest got through. */
const WELL_BELOW = 0.5;

/**
 * The rate to begin a search with; absent when nothing was answered.
 *
 * Users wait for their answers, so they never ask for more than there is: what they got through while
 * the SLO held is a rate that is likely to hold when it is not they who set the pace.
 */
export function firstGuess(
  estimates: readonly ClosedEstimate[],
  slo: SloSettings,
): number | undefined {
  const through = ({ answeredPerSecond }: ClosedEstimate): number =>
    answeredPerSecond.kind === 'measured' ? answeredPerSecond.value : 0;
  const within = estimates.filter(
    ({ goodShare }) => goodShare.kind === 'measured' && goodShare.value >= slo.objective,
  );
  const guess =
    within.length > 0
      ? NEARLY * Math.max(...within.map(through))
      : WELL_BELOW * Math.max(0, ...estimates.map(through));
  return guess > 0 ? guess : undefined;
}

/** `99.9 % of requests answered within 300ms`. */
export function sloText({ responseTimeMs, objective }: SloSettings): string {
  const percent = Number((objective * 100).toPrecision(6));
  return `${percent} % of requests answered within ${formatDurationMs(responseTimeMs)}`;
}

/**
 * The demand curve of what was found, from 1 replica to `upTo`: measured where it was measured, else in
 * proportion to the nearest measured number of replicas (the lower where two are as near), and labelled
 * modelled. Absent when nothing held.
 */
export function demandCurveOf(
  capacities: readonly ReplicaCapacity[],
  options: { readonly upTo: number; readonly slo: SloSettings; readonly source: string },
): DemandCurve | undefined {
  const known = capacities.flatMap(knownPoint).toSorted((a, b) => a.replicas - b.replicas);
  if (known.length === 0) return undefined;
  const most = Math.max(options.upTo, known.at(-1)?.replicas ?? 1);
  const points: DemandPoint[] = [];
  for (let replicas = 1; replicas <= most; replicas++) {
    const nearest = nearestTo(replicas, known);
    const maxRatePerSecond = (nearest.maxRatePerSecond * replicas) / nearest.replicas;
    const before = points.at(-1);
    points.push({
      replicas,
      // more replicas never hold less: where the measurement says so, it is noise
      maxRatePerSecond: Math.max(maxRatePerSecond, before?.maxRatePerSecond ?? 0),
      kind: nearest.replicas === replicas ? 'measured' : 'modelled',
      isAtLeast: nearest.isAtLeast,
    });
  }
  return { points, sloText: sloText(options.slo), source: options.source };
}

function knownPoint({ replicas, found }: ReplicaCapacity): readonly DemandPoint[] {
  if (found.held === undefined) return [];
  const maxRatePerSecond = found.held.ratePerSecond;
  return [{ replicas, maxRatePerSecond, kind: 'measured', isAtLeast: found.kind !== 'found' }];
}

function nearestTo(replicas: number, known: readonly DemandPoint[]): DemandPoint {
  const [first, ...rest] = known;
  if (first === undefined) throw new RangeError('expected at least one measured point');
  return rest.reduce((best, each) => {
    const isNearer = Math.abs(each.replicas - replicas) < Math.abs(best.replicas - replicas);
    return isNearer ? each : best;
  }, first);
}
