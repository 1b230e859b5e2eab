/** Response times before, during and after each load change. */
import { spanMs } from '../load/load-span.js';
import { formatDurationMs } from '../core/duration.js';
import type { LoadRecord } from '../timeline/record.js';
import type { LoadChange } from './load-changes.js';
import { measured, noData, valueOf, type Measure } from './measure.js';
import { loadStretch, secondsWithin, type LoadStretch } from './requests.js';
import type { Span } from './run-facts.js';
import type { ScaleUp } from './scale-up.js';

/** What a load change did to users. */
export interface LoadEffect {
  readonly change: LoadChange;
  /** Up to 30 s before it, not beyond the change before it. */
  readonly before: Measure<LoadStretch>;
  /**
   * From it until the cluster had answered: until the pods of the last scale-up for it were ready, else
   * over its ramp, at least 10 s; at most until the next change.
   */
  readonly during: Measure<LoadStretch>;
  /** From then to the next change or the end of the load. */
  readonly after: Measure<LoadStretch>;
  /** What ended `during`, in words. */
  readonly until: string;
}

const BEFORE_MS = 30_000;
const LEAST_DURING_MS = 10_000;

/** What each load change did; changes at the end of the load, to nothing, have no `after`. */
export function loadEffects(
  changes: readonly LoadChange[],
  seconds: readonly LoadRecord[],
  scaleUps: readonly ScaleUp[],
): readonly LoadEffect[] {
  const last = seconds.at(-1);
  const endT = last === undefined ? 0 : last.t + spanMs(last.load);
  return changes.map((change, index) => {
    const { t } = change;
    const lastT = changes[index - 1]?.t ?? -Infinity;
    const nextT = Math.max(t, Math.min(changes[index + 1]?.t ?? endT, endT));
    const { settledT, until } = settled(change, scaleUps);
    const toT = Math.min(settledT, nextT);
    return {
      change,
      before: stretch(seconds, 'before', { fromT: Math.max(lastT, t - BEFORE_MS), toT: t }),
      during: stretch(seconds, 'during', { fromT: t, toT }),
      after: stretch(seconds, 'after', { fromT: toT, toT: nextT }),
      until: toT < settledT ? (nextT < endT ? 'the next change' : 'the end of the load') : until,
    };
  });
}

function settled(
  change: LoadChange,
  scaleUps: readonly ScaleUp[],
): { readonly settledT: number; readonly until: string } {
  const answers = scaleUps.filter((each) => valueOf(each.change)?.t === change.t);
  const last = answers.at(-1);
  if (last === undefined) {
    const lengthMs = Math.max(change.overMs, LEAST_DURING_MS);
    const why = change.direction === 'up' ? ': no scale-up answered it' : '';
    const until = `${formatDurationMs(lengthMs)} after it began${why}`;
    return { settledT: change.t + lengthMs, until };
  }
  const ready = last.stages.find(({ name }) => name === 'ready')?.seen;
  const size = `${last.to} pods`;
  return ready?.kind === 'measured'
    ? { settledT: ready.value.t, until: `${size} ready` }
    : { settledT: Infinity, until: `${size} ready` };
}

function stretch(seconds: readonly LoadRecord[], name: string, span: Span): Measure<LoadStretch> {
  const within = secondsWithin(seconds, span);
  const first = within[0];
  const last = within.at(-1);
  if (first === undefined || last === undefined) {
    return noData(`no second of the load was told ${name} the change`);
  }
  const plannedPerSecond = noData('it is not one stretch of the plan');
  const told = { fromT: first.t, toT: last.t + spanMs(last.load) };
  return measured(
    loadStretch(within, { name: `${name} the change`, span: told, plannedPerSecond }),
  );
}
