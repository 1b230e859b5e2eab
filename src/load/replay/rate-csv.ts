/** Rates as lines of `time,rate`. */
import { type Recording, recordingOf, type Sample } from './recording.js';

/** Numbers above this are taken for milliseconds since the epoch, not seconds (it is the year 5138). */
const SECONDS_LIMIT = 1e11;

/**
 * The rate of a CSV text: in its first column a time (seconds, milliseconds since the epoch, or a date
 * as ISO 8601), in its second a rate a second. A first line that is not data is its heading; empty
 * lines and those that begin with `#` count for nothing.
 */
export function recordedCsv(text: string): Recording {
  const samples: Sample[] = [];
  const faults: string[] = [];
  let isHeadingAllowed = true;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [time = '', rate = ''] = line.split(/[,;\t]/).map((cell) => cell.trim());
    const atMs = instantMs(time);
    const place = `line ${index + 1}`;
    if (atMs !== undefined && rate !== '' && !Number.isNaN(Number(rate))) {
      samples.push({ atMs, ratePerSecond: Number(rate), place });
    } else if (!isHeadingAllowed) {
      faults.push(`${place}: expected a time and a rate, got "${line.trim()}"`);
    }
    isHeadingAllowed = false;
  }
  return recordingOf(samples, faults);
}

function instantMs(cell: string): number | undefined {
  if (cell === '') return undefined;
  const number = Number(cell);
  if (!Number.isNaN(number)) return number > SECONDS_LIMIT ? number : number * 1_000;
  const date = Date.parse(cell);
  return Number.isNaN(date) ? undefined : date;
}
