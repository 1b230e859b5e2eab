/** Whether users got what they were promised, and what was being waited for when they did not. */
import { spanMs } from '../load/load-span.js';
import type { SloSettings } from '../experiment/experiment.js';
import type { Measure } from './measure.js';
import type { Span } from './run-facts.js';
import { SLO_CAUSES, type CausedBy, type SloCause } from './slo-causes.js';
import { sloFigures, type SloFigures } from './slo-figures.js';
import type { SloSecond } from './slo.js';

/** Successive violated seconds with one cause. */
export interface SloWait extends Span {
  readonly cause: SloCause;
  readonly violationSeconds: number;
  /** Requests due in them that were not good. */
  readonly bad: number;
  /** How we know, of the first of them. */
  readonly evidence: string;
}

/** A stretch of violated seconds, with at most two held ones in a row between them. */
export interface SloViolation extends Span {
  readonly violationSeconds: number;
  readonly total: number;
  readonly bad: number;
  /** Burn rate over the stretch. */
  readonly budgetBurn: Measure;
  /** In order of time; their violated seconds add up to the stretch's. */
  readonly waits: readonly SloWait[];
}

/** Violated seconds with one cause, over the whole load. */
export interface SloCauseSum {
  readonly cause: SloCause;
  readonly violationSeconds: number;
  readonly bad: number;
}

/** The SLO over the whole load. */
export interface SloReport extends SloFigures {
  readonly settings: SloSettings;
  readonly bySecond: readonly SloSecond[];
  readonly violations: readonly SloViolation[];
  /** Only causes that occurred, in the order of {@link SLO_CAUSES}; they add up to the violated seconds. */
  readonly byCause: readonly SloCauseSum[];
}

/** So many held seconds within a violation do not end it: the stretch is one thing to look at. */
const HELD_WITHIN = 2;

/** The report of seconds held against an SLO. `causeOf` is asked of each violated second once. */
export function sloReport(
  bySecond: readonly SloSecond[],
  settings: SloSettings,
  causeOf: (second: Span) => CausedBy,
): SloReport {
  const violations = stretchesOf(bySecond).map((seconds) => violation(seconds, settings, causeOf));
  const waits = violations.flatMap((each) => each.waits);
  return {
    settings,
    ...sloFigures(bySecond, settings),
    bySecond,
    violations,
    byCause: SLO_CAUSES.flatMap((cause) => {
      const own = waits.filter((wait) => wait.cause === cause);
      if (own.length === 0) return [];
      const violationSeconds = own.reduce((sum, wait) => sum + wait.violationSeconds, 0);
      return [{ cause, violationSeconds, bad: own.reduce((sum, { bad }) => sum + bad, 0) }];
    }),
  };
}

/** Each from its first to its last violated second. */
function stretchesOf(bySecond: readonly SloSecond[]): readonly (readonly SloSecond[])[] {
  const stretches: SloSecond[][] = [];
  let current: SloSecond[] = [];
  let held: SloSecond[] = [];
  for (const second of bySecond) {
    const last = held.at(-1) ?? current.at(-1);
    const isGap = last !== undefined && second.t - last.t > 1.5 * spanMs(last);
    if (isGap || held.length > HELD_WITHIN) {
      if (current.length > 0) stretches.push(current);
      current = [];
      held = [];
    }
    if (!second.isHeld) {
      current.push(...held, second);
      held = [];
    } else if (current.length > 0) held.push(second);
  }
  if (current.length > 0) stretches.push(current);
  return stretches;
}

function violation(
  seconds: readonly SloSecond[],
  settings: SloSettings,
  causeOf: (second: Span) => CausedBy,
): SloViolation {
  const fromT = seconds[0]?.t ?? 0;
  const last = seconds.at(-1);
  const toT = last === undefined ? fromT : last.t + spanMs(last);
  const { violationSeconds, total, good, budgetBurn } = sloFigures(seconds, settings);
  const waits: SloWait[] = [];
  for (const { t, seconds: length = 1, total: due, good: wellDone, isHeld } of seconds) {
    if (isHeld) continue;
    const span = { fromT: t, toT: t + spanMs({ seconds: length }) };
    const { cause, evidence } = causeOf(span);
    const lastWait = waits.at(-1);
    const bad = due - wellDone;
    if (lastWait?.cause === cause) {
      const counted = lastWait.violationSeconds + length;
      waits[waits.length - 1] = {
        ...lastWait,
        toT: span.toT,
        violationSeconds: counted,
        bad: lastWait.bad + bad,
      };
    } else waits.push({ ...span, cause, violationSeconds: length, bad, evidence });
  }
  return { fromT, toT, violationSeconds, total, bad: total - good, budgetBurn, waits };
}
