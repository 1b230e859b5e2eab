/** Rates counted from a web server's access log. */
import { type Recording, type RecordingFault, recordingOf } from './recording.js';

const SECOND_MS = 1_000;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const STAMP = /\[(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})\]/;

/**
 * Requests a second of a log in the common or combined format, from its first second to its last;
 * seconds without a line are 0. Lines need not be in order: servers write them when they answer.
 *
 * @see Source: Apache httpd `mod_log_config`, `%h %l %u %t "%r" %>s %b`: the instant is that of the request.
 */
export function recordedAccessLog(text: string): Recording {
  const counts = new Map<number, number>();
  const faults: RecordingFault[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const second = secondOf(line);
    if (second === undefined) {
      const expected = 'a line of a common or combined log, with [10/Oct/2025:13:55:36 +0000]';
      faults.push({ line: index + 1, column: 1, expected, found: `"${line.slice(0, 60)}"` });
    } else {
      counts.set(second, (counts.get(second) ?? 0) + 1);
    }
  }
  if (faults.length > 0 || counts.size === 0) return recordingOf([], faults);
  const seconds = [...counts.keys()].sort((a, b) => a - b);
  const first = seconds[0] ?? 0;
  const last = seconds.at(-1) ?? first;
  const samples = Array.from({ length: last - first + 1 }, (_, index) => ({
    atMs: (first + index) * SECOND_MS,
    ratePerSecond: counts.get(first + index) ?? 0,
    line: 1, // counted seconds are always in order and never below 0
    column: 1,
  }));
  return recordingOf(samples, []);
}

/** Seconds since the epoch of a line's stamp: `[10/Oct/2000:13:55:36 -0700]`. */
function secondOf(line: string): number | undefined {
  const match = STAMP.exec(line);
  if (match === null) return undefined;
  const [, day, month = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const monthIndex = MONTHS.indexOf(month) / 3;
  if (!Number.isInteger(monthIndex) || monthIndex < 0) return undefined;
  const localMs = Date.UTC(
    Number(year),
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return (localMs - (sign === '-' ? -zoneMs : zoneMs)) / SECOND_MS;
}
