/** Which requests kept what users are promised, second by second of the load. */
import type { SloSettings } from '../experiment/experiment.js';
import { countAtOrBelowMs } from '../load/time-counts.js';
import type { LoadSecond } from '../load/sender.js';
import type { LoadRecord, Timeline } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import { responseCounts } from './response-times.js';
import { experimentOf, noLoadTold, recordsOf } from './run-facts.js';

/** One second of the load, held against the SLO. */
export interface SloSecond {
  /** Begin of the second, ms since the run began. */
  readonly t: number;
  /** How many seconds are told together; absent: one. */
  readonly seconds?: number;
  /** Requests due in it that were good, at least: every 5xx is taken to have been in time. */
  readonly good: number;
  /** The same, at most: every 5xx is taken to have been late. Equal to `good` without 5xx answers. */
  readonly goodAtMost: number;
  /** Requests due in it whose fate is known: all but those under way when the run ended. */
  readonly total: number;
  /** good / total is at least the objective; a second without requests broke no promise. */
  readonly isHeld: boolean;
}

/** The experiment's SLO; absent when it has none or the header holds no experiment. */
export function sloOf(timeline: Timeline): Measure<SloSettings> {
  const experiment = experimentOf(timeline);
  if (experiment.kind !== 'measured') return experiment;
  const { slo } = experiment.value;
  return slo === undefined ? noData('the experiment names no slo') : measured(slo);
}

/**
 * Every second of the load that was told, in order, held against the experiment's SLO.
 *
 * A request is good when it was answered 1xx-4xx and its response time, from when it was due, is at most
 * `responseTimeMs`. Failed, dropped and unsent requests are bad. Absent without an SLO or a load.
 *
 * @remarks The histogram of a second holds the answers of every status, so which of the 5xx answers were
 *   in time is not known: `good` supposes all of them were (no figure is better than the truth), and
 *   `goodAtMost` that none was. Times are told apart to 0.1 %.
 */
export function sloSeconds(timeline: Timeline): Measure<readonly SloSecond[]> {
  const slo = sloOf(timeline);
  if (slo.kind !== 'measured') return slo;
  const seconds = recordsOf(timeline, 'load');
  if (seconds.length === 0) return noLoadTold(timeline);
  return measured(seconds.map((second) => sloSecond(second, slo.value)));
}

function sloSecond(second: LoadRecord, slo: SloSettings): SloSecond {
  const { t, load } = second;
  const inTime = countAtOrBelowMs(responseCounts(second), slo.responseTimeMs);
  const serverErrors = load.answered['5xx'] ?? 0;
  const good = Math.max(0, inTime - serverErrors);
  const total = load.due - load.unanswered;
  return {
    t,
    ...(load.seconds === undefined ? {} : { seconds: load.seconds }),
    good,
    goodAtMost: Math.min(inTime, answeredOf(load) - serverErrors),
    total,
    isHeld: total === 0 || good / total >= slo.objective,
  };
}

function answeredOf({ answered }: LoadSecond): number {
  return Object.values(answered).reduce((sum, count) => sum + count, 0);
}
