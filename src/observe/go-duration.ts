/** Durations as Go prints them. */
import { parseDurationMs } from '../core/duration.js';

/**
 * Milliseconds of a Go duration such as `15.2s` or `1m0s`.
 *
 * @throws {RangeError} when the text is none; the metrics API writes nothing else.
 */
export function goDurationMs(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) throw new RangeError(`expected a Go duration such as 15.2s, got "${text}"`);
  return ms;
}
