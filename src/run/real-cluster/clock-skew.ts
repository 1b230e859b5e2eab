/** How far a server's clock is from ours, by the Date headers of its answers. */
import type { ApiAnswer } from '../../cluster/api-port.js';
import type { ApiPort } from '../../cluster/api-port.js';
import type { Clock } from '../../time/clock.js';

/** The server's clock minus ours: surely between these two. */
export interface ClockSkew {
  readonly minMs: number;
  readonly maxMs: number;
}

type Dated = Pick<ApiAnswer, 'dateMs' | 'sentAtMs' | 'answeredAtMs'>;

/**
 * What all answers together leave possible; undefined when none has a Date, or when the clock was set meanwhile.
 *
 * A Date is the server's time in whole seconds, cut off, at some instant between sending and answer: the skew is
 * from `date - answered` to `date + 1 s - sent`. Answers at other parts of a second narrow it.
 */
export function clockSkew(answers: readonly Dated[]): ClockSkew | undefined {
  const bounds = answers.flatMap(({ dateMs, sentAtMs, answeredAtMs }) =>
    dateMs === undefined
      ? []
      : [{ minMs: dateMs - answeredAtMs, maxMs: dateMs + 1_000 - sentAtMs }],
  );
  if (bounds.length === 0) return undefined;
  const minMs = Math.max(...bounds.map((each) => each.minMs));
  const maxMs = Math.min(...bounds.map((each) => each.maxMs));
  return minMs > maxMs ? undefined : { minMs, maxMs };
}

/**
 * By how much times of the server are put right, ms to be taken from them: the middle of what is possible; 0 when it may
 * well be none, so that a clock that is right is left alone.
 */
export function skewCorrectionMs(skew: ClockSkew | undefined): number {
  if (skew === undefined || (skew.minMs <= 0 && skew.maxMs >= 0)) return 0;
  return Math.round((skew.minMs + skew.maxMs) / 2);
}

const SAMPLES = 9;
/** No divisor of a second: the samples fall on different parts of it. */
const SPACING_MS = 127;

/**
 * Asks the server for its version a few times, over about a second.
 *
 * @throws {ApiRefusal} and {ApiUnreachable}.
 */
export async function measureClockSkew(
  api: ApiPort,
  clock: Clock,
  signal?: AbortSignal,
): Promise<ClockSkew | undefined> {
  const answers: ApiAnswer[] = [];
  // the first pays for the connection, and would leave much possible
  await api.call({ path: '/version' });
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    if (sample > 0) await clock.sleep(SPACING_MS, signal);
    answers.push(await api.call({ path: '/version' }));
  }
  return clockSkew(answers);
}
