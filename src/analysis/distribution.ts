/** A handful of durations as a distribution that does not hide the ones that never ended. */
import { measured, noData, notReached, type Measure } from './measure.js';
import { toldReasons } from './told-reasons.js';

/** Durations of several steps, ms. */
export interface Distribution {
  /** Steps that count: those that ended and those that were looked for in vain. */
  readonly n: number;
  /** Of them, those that ended. */
  readonly seen: number;
  readonly p50Ms: Measure;
  readonly p95Ms: Measure;
  readonly maxMs: Measure;
}

/**
 * The distribution of durations.
 *
 * A percentile p is the value of rank ceil(p x n) (nearest rank): with fewer than 20 values p95 is the
 * largest. A duration that was `not-reached` is longer than every other: where a percentile falls on one
 * it is not reached either. Those with `no-data` do not count.
 *
 * @param none - why there is none, when nothing counts.
 */
export function distribution(durations: readonly Measure[], none: string): Distribution {
  const ended = durations.flatMap((each) => (each.kind === 'measured' ? [each.value] : []));
  const endless = durations.filter((each) => each.kind === 'not-reached');
  const sorted = ended.sort((a, b) => a - b);
  const n = sorted.length + endless.length;
  const percentile = (share: number): Measure => {
    if (n === 0) return noData(whyNone(durations, none));
    const value = sorted[Math.ceil(share * n) - 1];
    if (value !== undefined) return measured(value);
    const because = toldReasons(endless.map((each) => each.because));
    return notReached(`${endless.length} of ${n} did not come to it: ${because}`);
  };
  return {
    n,
    seen: sorted.length,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    maxMs: percentile(1),
  };
}

function whyNone(durations: readonly Measure[], none: string): string {
  const first = durations.find((each) => each.kind === 'no-data');
  return first?.kind === 'no-data' ? first.because : none;
}
