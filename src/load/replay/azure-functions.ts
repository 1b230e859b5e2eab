/** Rates from the invocation counts of the Azure Functions traces. */
import { type Recording, type RecordingFault, recordingOf, type Sample } from './recording.js';

const MINUTE_MS = 60_000;

/** Which functions of a trace are replayed; both absent: all, added up. */
export interface TraceSelection {
  /** The function's hash (column `HashFunction`). */
  readonly function?: string;
  /** The row below the heading, 1 first. */
  readonly row?: number;
}

/**
 * The rate of one function, or of all together, from a file of invocations per minute.
 *
 * @see Source: Azure/AzurePublicDataset, `AzureFunctionsDataset2019.md`,
 *   `invocations_per_function_md.anon.d[01-14].csv`: `HashOwner,HashApp,HashFunction,Trigger,1..1440`.
 */
export function recordedAzureFunctions(text: string, selection: TraceSelection = {}): Recording {
  const [heading = '', ...lines] = text.split(/\r?\n/);
  const columns = heading.split(',').map((cell) => cell.trim());
  const nameAt = columns.indexOf('HashFunction');
  const firstAt = columns.indexOf('1');
  if (nameAt === -1 || firstAt === -1) {
    const expected = 'a heading with HashFunction and the minutes 1, 2, 3 and on';
    const found = heading === '' ? 'nothing' : `"${heading.slice(0, 60)}"`;
    return recordingOf([], [{ line: 1, column: 1, expected, found }]);
  }
  const minutes: number[] = columns.slice(firstAt).map(() => 0);
  const faults: RecordingFault[] = [];
  let row = 0;
  let taken = 0;
  for (const [index, content] of lines.entries()) {
    if (content.trim() === '') continue;
    row++;
    const cells = content.split(',');
    if (!isSelected({ name: cells[nameAt]?.trim() ?? '', row }, selection)) continue;
    taken++;
    for (const minute of minutes.keys()) {
      const cell = (cells[firstAt + minute] ?? '').trim();
      const count = cell === '' ? Number.NaN : Number(cell);
      if (Number.isInteger(count) && count >= 0) minutes[minute] = (minutes[minute] ?? 0) + count;
      else faults.push(cellFault({ line: index + 2, cells, at: firstAt + minute, minute }));
    }
  }
  if (taken === 0 && row > 0) faults.push(nothingSelected(selection, row));
  return recordingOf(taken === 0 ? [] : samplesOf(minutes), faults);
}

function isSelected(
  of: { readonly name: string; readonly row: number },
  selection: TraceSelection,
): boolean {
  return (
    (selection.function === undefined || of.name === selection.function) &&
    (selection.row === undefined || of.row === selection.row)
  );
}

function cellFault(of: {
  readonly line: number;
  readonly cells: readonly string[];
  readonly at: number;
  readonly minute: number;
}): RecordingFault {
  const { line, cells, at, minute } = of;
  const before = cells.slice(0, at).reduce((length, cell) => length + cell.length + 1, 0);
  const cell = (cells[at] ?? '').trim();
  return {
    line,
    column: before + 1,
    expected: `a count of invocations in minute ${minute + 1}`,
    found: cell === '' ? 'nothing' : `"${cell.slice(0, 40)}"`,
  };
}

function nothingSelected(selection: TraceSelection, rows: number): RecordingFault {
  const wanted = [
    ...(selection.function === undefined ? [] : [`a function ${selection.function}`]),
    ...(selection.row === undefined ? [] : [`a row ${selection.row}`]),
  ];
  return {
    line: 1,
    column: 1,
    expected: wanted.join(' in '),
    found: `none among ${rows} rows`,
  };
}

function samplesOf(minutes: readonly number[]): readonly Sample[] {
  return minutes.map((count, minute) => ({
    atMs: minute * MINUTE_MS,
    ratePerSecond: count / 60,
    line: 1, // minutes are always in order and counts never below 0
    column: 1,
  }));
}
