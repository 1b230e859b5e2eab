/** When the SLO held again after it was broken. */
import { spanMs } from '../load/load-span.js';
import { measured, notReached, type Measure } from './measure.js';
import type { Span } from './run-facts.js';
import type { SloSecond } from './slo.js';

/** What became of the SLO from an instant on. */
export type SloRecovery =
  | { readonly kind: 'held' }
  | {
      readonly kind: 'violated';
      /** Begin of the first second that did not hold, ms since the run began. */
      readonly violatedT: number;
      /** Begin of the first run of seconds that held after it. */
      readonly recoveredT: Measure;
    };

/** So many seconds must hold in a row; one may hold by luck. */
export const RECOVERED_SECONDS = 5;

/** Seconds further apart than so many of their lengths are not in a row: some between them were not told. */
const IN_A_ROW = 1.5;

/**
 * The first violation within a span and the recovery from it.
 *
 * Recovered is the begin of the first {@link RECOVERED_SECONDS} seconds in a row that hold, after the first
 * second within the span that does not; the recovery may come after the span.
 *
 * @param within - where a violation is looked for, ms since the run began.
 */
export function sloRecovery(seconds: readonly SloSecond[], within: Span): SloRecovery {
  const violated = seconds.findIndex(
    ({ t, isHeld }) => !isHeld && t >= within.fromT - 1 && t <= within.toT,
  );
  const first = seconds[violated];
  if (first === undefined) return { kind: 'held' };
  let inARow = 0;
  for (let index = violated + 1; index < seconds.length; index++) {
    const second = seconds[index];
    const before = seconds[index - 1];
    if (second === undefined || before === undefined) break;
    if (second.t - before.t > IN_A_ROW * spanMs(before)) inARow = 0;
    inARow = second.isHeld ? inARow + 1 : 0;
    const begin = seconds[index - RECOVERED_SECONDS + 1];
    if (inARow === RECOVERED_SECONDS && begin !== undefined) {
      return { kind: 'violated', violatedT: first.t, recoveredT: measured(begin.t) };
    }
  }
  const because = `the SLO did not hold for ${RECOVERED_SECONDS} seconds in a row before the load ended`;
  return { kind: 'violated', violatedT: first.t, recoveredT: notReached(because) };
}
