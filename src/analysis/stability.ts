/** How steadily the HPA steered: rescales, thrash, overshoot, settling, and what limited it. */
import type { HpaDecisionRecord, HpaRecord } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import { distribution, type Distribution } from './distribution.js';
import { conditionHolds, decisionHolds, type Held, type Hold } from './hpa-holds.js';
import type { LoadChange } from './load-changes.js';
import { mapMeasure, measured, noData, notReached, valueOf, type Measure } from './measure.js';
import type { Rescale } from './replicas.js';
import type { RescaleAuthor } from './rescale-author.js';
import type { Span } from './run-facts.js';
import { toldReasons } from './told-reasons.js';

/** A rescale with who made it and which load change it answered to. */
export interface AttributedRescale extends Rescale {
  readonly author: RescaleAuthor;
  readonly change: Measure<LoadChange>;
}

/** How far a scale-up went beyond what was needed. */
export interface Overshoot {
  readonly replicas: number;
  /** The highest size that the HPA asked for at this load. */
  readonly peak: number;
  /** What was needed: the demand curve's size for the load, else the size it settled at. */
  readonly needed: number;
  readonly against: 'demand' | 'settled';
  /** The load change, by which the stage is known. */
  readonly change: LoadChange;
}

/** One load change and how long the HPA was busy with it. */
export interface Settling {
  readonly change: LoadChange;
  /** From the change to the last rescale of its level. */
  readonly settlingMs: Measure;
}

/** How long the HPA was held to another size than its metrics asked for. */
export interface LimitedTimes {
  /** Where it is from: every decision, or the conditions of the HPA's status. */
  readonly from: Measure<'decisions' | 'conditions'>;
  readonly policyMs: Measure;
  readonly stabilizationMs: Measure;
  readonly toleranceMs: Measure;
  /** At maxReplicas while the metrics asked for more. */
  readonly maxMs: Measure;
}

/** How steady the HPA was. */
export interface Stability {
  /** Of the HPA; those that someone else made are in `byOthers`. */
  readonly rescales: number;
  readonly scaleUps: number;
  readonly scaleDowns: number;
  /** A rescale against the direction of the one before it. */
  readonly directionChanges: number;
  readonly byOthers: number;
  /** Direction changes an hour, since the load began. */
  readonly thrashPerHour: Measure;
  /** The largest of `overshoots`. */
  readonly overshoot: Measure<Overshoot>;
  /** Of each rise of the load for which it can be told. */
  readonly overshoots: readonly Overshoot[];
  readonly settlings: readonly Settling[];
  readonly settlingTime: Distribution;
  readonly limited: LimitedTimes;
}

/** What stability is computed from. */
export interface StabilitySources {
  readonly rescales: readonly AttributedRescale[];
  readonly changes: Measure<readonly LoadChange[]>;
  /** Replicas that the load demands over time; absent without a demand curve. */
  readonly demand: Measure<StepSeries>;
  readonly decisions: readonly HpaDecisionRecord[];
  readonly hpas: readonly HpaRecord[];
  /** Without a rescale for so long a size is settled. */
  readonly syncPeriodMs: number;
  /** From the load's beginning, where it began, to the end of the observation. */
  readonly span: Span;
}

/**
 * Steadiness of the HPA.
 *
 * - *direction changes*: one up and one down again is one. *thrash*: per hour since the load began.
 * - A *level* is the time from a load change to the next, or to the end of the observation. It *settled*
 *   when its last rescale came a sync period or more before its end. *Settling time*: from the change to
 *   that rescale; not reached when the level did not settle, or the answer came after the next change.
 *   Levels to which no rescale answered have none.
 * - *overshoot* of a rise: the highest size asked for in its level, less the highest demand in it; without
 *   a demand curve less the size at which it settled. 0 when a rise was answered by no scale-up.
 */
export function stability(sources: StabilitySources): Stability {
  const all = sources.rescales.filter(({ author }) => author !== 'other');
  const directions = all.map(({ from, to }) => Math.sign(to - from));
  const directionChanges = directions.filter(
    (direction, index) => index > 0 && direction !== directions[index - 1],
  ).length;
  const levels = levelsOf(sources, all);
  const settlings = levels.flatMap((level) => settlingOf(level, sources.syncPeriodMs));
  return {
    rescales: all.length,
    scaleUps: directions.filter((direction) => direction > 0).length,
    scaleDowns: directions.filter((direction) => direction < 0).length,
    directionChanges,
    byOthers: sources.rescales.length - all.length,
    thrashPerHour: perHour(directionChanges, sources.span),
    ...overshootsOf(levels, settlings, sources),
    settlings,
    settlingTime: distribution(
      settlings.map(({ settlingMs }) => settlingMs),
      sources.changes.kind === 'measured'
        ? 'no load change was answered by a rescale'
        : sources.changes.because,
    ),
    limited: limitedTimes(sources),
  };
}

const HOUR_MS = 3_600_000;

function perHour(count: number, { fromT, toT }: Span): Measure {
  return toT <= fromT
    ? noData('nothing was observed after the load began')
    : measured((count * HOUR_MS) / (toT - fromT));
}

/** From a load change to the next. */
interface Level extends Span {
  readonly change: LoadChange;
  readonly endedBy: string;
  readonly rescales: readonly AttributedRescale[];
  /** A rescale that answers to this change came only after the next. */
  readonly isAnsweredLate: boolean;
}

function levelsOf(
  { changes, span }: StabilitySources,
  all: readonly AttributedRescale[],
): readonly Level[] {
  const known = (valueOf(changes) ?? []).filter(({ t }) => t < span.toT);
  return known.map((change, index) => {
    const next = known[index + 1];
    const toT = next?.t ?? span.toT;
    const endedBy = next === undefined ? 'the observation ended' : 'the load changed again';
    return {
      change,
      endedBy,
      fromT: change.t,
      toT,
      rescales: all.filter(({ t }) => t >= change.t && t < toT),
      isAnsweredLate: all.some((each) => each.t >= toT && valueOf(each.change)?.t === change.t),
    };
  });
}

function settlingOf(level: Level, syncPeriodMs: number): readonly Settling[] {
  const { change, endedBy, toT, isAnsweredLate } = level;
  const last = level.rescales.at(-1);
  if (isAnsweredLate) {
    const because = `${endedBy} before the HPA had answered it`;
    return [{ change, settlingMs: notReached(because) }];
  }
  if (last === undefined) return [];
  const settlingMs =
    toT - last.t < syncPeriodMs
      ? notReached(`it was still rescaling when ${endedBy}`)
      : measured(last.t - change.t);
  return [{ change, settlingMs }];
}

function overshootsOf(
  levels: readonly Level[],
  settlings: readonly Settling[],
  { changes, demand }: StabilitySources,
): Pick<Stability, 'overshoot' | 'overshoots'> {
  const each = levels
    .filter(({ change }) => change.direction === 'up')
    .map((level) => {
      const settling = settlings.find(({ change }) => change === level.change);
      return overshootOf(level, settling?.settlingMs, demand);
    });
  const overshoots = each.flatMap((one) => (one.kind === 'measured' ? [one.value] : []));
  const largest = overshoots.reduce<Overshoot | undefined>(
    (most, one) => (most === undefined || one.replicas > most.replicas ? one : most),
    undefined,
  );
  if (largest !== undefined) return { overshoot: measured(largest), overshoots };
  const none = changes.kind === 'measured' ? noData('the load never rose') : changes;
  return { overshoot: absentOvershoot(each) ?? none, overshoots };
}

/** Of a rise that was answered there is more to tell than of one that was not. */
function absentOvershoot(each: readonly Measure<Overshoot>[]): Measure<never> | undefined {
  const reasons = (kind: 'not-reached' | 'no-data'): readonly string[] =>
    each.flatMap((one) => (one.kind === kind ? [one.because] : []));
  const unsettled = reasons('not-reached');
  if (unsettled.length > 0) return notReached(toldReasons(unsettled));
  const untold = reasons('no-data');
  return untold.length > 0 ? noData(toldReasons(untold)) : undefined;
}

/** The overshoot of one level. */
function overshootOf(
  { change, fromT, toT, rescales }: Level,
  settlingMs: Measure | undefined,
  demand: Measure<StepSeries>,
): Measure<Overshoot> {
  const peaks = rescales.filter(({ from, to }) => to > from).map(({ to }) => to);
  const needed: Measure<Pick<Overshoot, 'needed' | 'against'>> =
    demand.kind === 'measured'
      ? mapMeasure(highestWithin(demand.value, { fromT, toT }), (value) => {
          return { needed: value, against: 'demand' };
        })
      : settledSize(rescales, settlingMs);
  if (needed.kind !== 'measured') return needed;
  const peak = peaks.length === 0 ? needed.value.needed : Math.max(...peaks);
  return measured({
    ...needed.value,
    peak,
    replicas: Math.max(0, peak - needed.value.needed),
    change,
  });
}

function settledSize(
  rescales: readonly AttributedRescale[],
  settlingMs: Measure | undefined,
): Measure<Pick<Overshoot, 'needed' | 'against'>> {
  const last = rescales.at(-1);
  if (settlingMs === undefined || last === undefined) {
    return settlingMs !== undefined && settlingMs.kind !== 'measured'
      ? settlingMs
      : noData('no rescale answered it');
  }
  return mapMeasure(settlingMs, () => ({ needed: last.to, against: 'settled' }));
}

function highestWithin(series: StepSeries, { fromT, toT }: Span): Measure {
  const values = series.flatMap(({ t, value }, index) => {
    const nextT = series[index + 1]?.t ?? Infinity;
    return value === undefined || t >= toT || nextT <= fromT ? [] : [value];
  });
  return values.length === 0
    ? noData('its demand is not known')
    : measured(values.reduce((a, b) => Math.max(a, b)));
}

function limitedTimes({ decisions, hpas, span }: StabilitySources): LimitedTimes {
  const decided = decisionHolds(decisions);
  const from = decided.length > 0 ? 'decisions' : 'conditions';
  const held = decided.length > 0 ? decided : conditionHolds(hpas);
  if (held.length === 0) {
    const absent = noData('neither decisions nor conditions of the HPA were recorded');
    return {
      from: absent,
      policyMs: absent,
      stabilizationMs: absent,
      toleranceMs: absent,
      maxMs: absent,
    };
  }
  const time = (hold: Hold): Measure => measured(heldMs(held, hold, span.toT));
  return {
    from: measured(from),
    policyMs: time('policy'),
    stabilizationMs: time('stabilization'),
    toleranceMs:
      from === 'decisions'
        ? time('tolerance')
        : noData('the conditions of an HPA do not tell of tolerance'),
    maxMs: time('max'),
  };
}

/** What a sync or a condition says holds until the next one. */
function heldMs(held: readonly Held[], hold: Hold, toT: number): number {
  return held.reduce((sum, { t, holds }, index) => {
    if (!holds.includes(hold)) return sum;
    const untilT = Math.min(held[index + 1]?.t ?? toT, toT);
    return sum + Math.max(0, untilT - t);
  }, 0);
}
