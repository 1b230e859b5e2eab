/** Rates from the invocation counts of the Azure Functions traces. */
import { type Recording, recordingOf } from './recording.js';

const MINUTE_MS = 60_000;

/**
 * The rate of one function, or of all together, from a file of invocations per minute.
 *
 * @param wanted - the function's hash (column `HashFunction`); absent: the sum of all.
 * @see Source: Azure/AzurePublicDataset, `AzureFunctionsDataset2019.md`,
 *   `invocations_per_function_md.anon.d[01-14].csv`: `HashOwner,HashApp,HashFunction,Trigger,1..1440`.
 */
export function recordedAzureFunctions(text: string, wanted?: string): Recording {
  const [heading = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const columns = heading.split(',').map((cell) => cell.trim());
  const nameAt = columns.indexOf('HashFunction');
  const firstAt = columns.indexOf('1');
  if (nameAt === -1 || firstAt === -1) {
    return recordingOf(
      [],
      ['line 1: expected a heading with HashFunction and the minutes 1, 2, 3 and on'],
    );
  }
  const minutes: number[] = columns.slice(firstAt).map(() => 0);
  const faults: string[] = [];
  let rows = 0;
  for (const [index, line] of lines.entries()) {
    const cells = line.split(',').map((cell) => cell.trim());
    if (wanted !== undefined && cells[nameAt] !== wanted) continue;
    rows++;
    for (const minute of minutes.keys()) {
      const count = Number(cells[firstAt + minute] ?? '');
      const place = `line ${index + 2}, minute ${minute + 1}`;
      if (Number.isInteger(count) && count >= 0) minutes[minute] = (minutes[minute] ?? 0) + count;
      else faults.push(`${place}: expected a count, got "${cells[firstAt + minute] ?? ''}"`);
    }
  }
  if (rows === 0 && wanted !== undefined)
    faults.push(`expected a function "${wanted}", found none`);
  const samples = minutes.map((count, minute) => ({
    atMs: minute * MINUTE_MS,
    ratePerSecond: count / 60,
    place: `minute ${minute + 1}`,
  }));
  return recordingOf(rows === 0 ? [] : samples, faults);
}
