/** Durations as Go prints them; the API and upstream's messages carry them. */
import { parseDurationMs } from './duration.js';

/**
 * A duration as Go's `time.Duration` prints it, exact to the microsecond: `15.2s`, `10s`, `1m20s`,
 * `5m0s`, `850ms`, `0s`.
 *
 * @param durationMs - at least 0.
 * @see Source: Go 1.25 `src/time/time.go`, `Duration.String`.
 */
export function goDuration(durationMs: number): string {
  const micros = Math.round(durationMs * 1_000);
  if (micros === 0) return '0s';
  if (micros < 1_000) return `${micros}µs`;
  if (micros < 1_000_000) return `${micros / 1_000}ms`;
  const wholeMinutes = Math.floor(micros / 60_000_000);
  const seconds = `${(micros - wholeMinutes * 60_000_000) / 1_000_000}s`;
  if (wholeMinutes === 0) return seconds;
  const hours = Math.floor(wholeMinutes / 60);
  return `${hours === 0 ? '' : `${hours}h`}${wholeMinutes % 60}m${seconds}`;
}

/**
 * Milliseconds of a duration as Go prints it; `undefined` when the text is none.
 *
 * Go's `µs` appears only below a millisecond, which no API of Kubernetes writes.
 */
export function parseGoDurationMs(text: string): number | undefined {
  return text === '0s' ? 0 : parseDurationMs(text);
}

const PART = /(\d+(?:\.\d+)?)(h|ms|m|s|µs|us|ns)/gy;
const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  µs: 1e-3,
  us: 1e-3,
  ns: 1e-6,
};

/** Milliseconds of a duration that Go printed; `undefined` when the text is none. */
export function goDurationMs(text: string): number | undefined {
  PART.lastIndex = 0;
  let totalMs = 0;
  let end = 0;
  for (let match = PART.exec(text); match !== null; match = PART.exec(text)) {
    totalMs += Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
    end = PART.lastIndex;
  }
  return end === text.length && end > 0 ? totalMs : undefined;
}
