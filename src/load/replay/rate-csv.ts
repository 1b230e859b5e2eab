/** Rates as lines of `time,rate`. */
import { instantMs, shownCell } from './csv-cells.js';
import { type Recording, type RecordingFault, recordingOf, type Sample } from './recording.js';

/**
 * The rate of a CSV text: in its first column a time (seconds, milliseconds since the epoch, or a date
 * as ISO 8601), in its second a rate a second. A first line that is not data is its heading; empty
 * lines and those that begin with `#` count for nothing.
 */
export function recordedCsv(text: string): Recording {
  const samples: Sample[] = [];
  const faults: RecordingFault[] = [];
  let isHeadingAllowed = true;
  let hasTime = false;
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '' || content.startsWith('#')) continue;
    const line = index + 1;
    const [time = '', rate = ''] = content.split(/[,;\t]/).map((cell) => cell.trim());
    const atMs = instantMs(time);
    hasTime ||= atMs !== undefined;
    const isRate = rate !== '' && !Number.isNaN(Number(rate));
    const rateColumn = content.search(/[,;\t]/) + 2;
    if (atMs !== undefined && isRate) {
      samples.push({ atMs, ratePerSecond: Number(rate), line, column: 1, rateColumn });
    } else if (atMs !== undefined || !isHeadingAllowed) {
      if (atMs === undefined) {
        const expected = 'a time: seconds, milliseconds since the epoch or an ISO 8601 date';
        faults.push({ line, column: 1, expected, found: shownCell(time) });
      }
      if (!isRate) {
        const column = rateColumn === 1 ? content.length + 1 : rateColumn;
        faults.push({
          line,
          column,
          expected: 'a rate (requests a second)',
          found: shownCell(rate),
        });
      }
    }
    isHeadingAllowed = false;
  }
  const [first] = faults;
  if (!hasTime && first !== undefined) return { kind: 'faults', faults: [otherFormat(first)] };
  return recordingOf(samples, faults);
}

/** Where no line at all begins with a time, one fault says so: it is hardly a CSV of rates. */
function otherFormat({ line, column, found }: RecordingFault): RecordingFault {
  return {
    line,
    column,
    expected: 'lines of time,rate, as the format csv has them (others: `format: access-log`, ...)',
    found: `no line that begins with a time; here ${found}`,
  };
}
