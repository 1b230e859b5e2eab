/** CPU use as lines of a table: `time,pod,cpu` (long) or `time,<pod>,<pod>...` (wide). */
import { parseQuantity } from '../../core/quantity.js';
import { instantMs, shownCell } from '../../load/replay/csv-cells.js';
import type { RecordingFault } from '../../load/replay/recording.js';
import { type PlacedSample, recordedSeries, type UsageRecording } from './usage-recording.js';

interface Cell {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

interface Row {
  readonly line: number;
  readonly cells: readonly Cell[];
}

const TIME_NAMES = new Set(['time', 'timestamp', 'ts', 'date', 'instant']);
const POD_NAMES = new Set(['pod', 'pod_name', 'name', 'instance']);
const EXPECTED_HEADING = 'a heading: time,pod,cpu or time and the name of each pod';
const EXPECTED_TIME = 'a time: seconds, milliseconds since the epoch or an ISO 8601 date';
const EXPECTED_VALUE = 'a number such as 0.25 or 250m, at least 0';

/**
 * Series of a CSV text with a heading. Cells are parted by commas, semicolons or tabs and may stand in
 * double quotes; empty lines and those that begin with `#` count for nothing. An empty cell of a wide
 * table is no sample.
 */
export function recordedUsageCsv(text: string): UsageRecording {
  const [heading, ...rows] = rowsOf(text);
  if (heading === undefined) return recordedSeries([], []);
  const faults: RecordingFault[] = [];
  const [time, second] = heading.cells;
  if (time === undefined || !TIME_NAMES.has(time.text.toLowerCase()) || second === undefined) {
    const found = shownCell(heading.cells.map((cell) => cell.text).join(','));
    faults.push({ line: heading.line, column: 1, expected: EXPECTED_HEADING, found });
    return recordedSeries([], faults);
  }
  const isLong = heading.cells.length === 3 && POD_NAMES.has(second.text.toLowerCase());
  if (!isLong) faults.push(...headingFaults(heading));
  const samples = rows.flatMap((row) =>
    isLong ? longSamples(row, faults) : wideSamples(row, heading, faults),
  );
  return recordedSeries(samples, faults);
}

function headingFaults({ line, cells }: Row): readonly RecordingFault[] {
  return cells.slice(1).flatMap(({ text, column }, index): readonly RecordingFault[] => {
    if (text === '') return [{ line, column, expected: 'the name of a pod', found: 'nothing' }];
    const isTwice = cells.slice(1, index + 1).some((before) => before.text === text);
    const expected = 'each pod once';
    return isTwice ? [{ line, column, expected, found: shownCell(text) }] : [];
  });
}

function longSamples({ line, cells }: Row, faults: RecordingFault[]): readonly PlacedSample[] {
  if (cells.length !== 3) {
    const expected = '3 cells: time, pod, cpu';
    faults.push({ line, column: 1, expected, found: String(cells.length) });
    return [];
  }
  const [time, pod, value] = cells;
  const atMs = timeOf(time, line, faults);
  const amount = valueOf(value, line, faults);
  if (pod !== undefined && pod.text === '') {
    const { column } = pod;
    faults.push({ line, column, expected: 'the name of a pod', found: 'nothing' });
  }
  if (atMs === undefined || amount === undefined || pod === undefined) return [];
  return [{ name: pod.text, atMs, value: amount, line, column: time?.column ?? 1 }];
}

function wideSamples(
  { line, cells }: Row,
  heading: Row,
  faults: RecordingFault[],
): readonly PlacedSample[] {
  const [time, ...values] = cells;
  const atMs = timeOf(time, line, faults);
  const surplus = cells[heading.cells.length];
  if (surplus !== undefined) {
    const expected = `${heading.cells.length} cells as in the heading`;
    faults.push({ line, column: surplus.column, expected, found: String(cells.length) });
  }
  return values.slice(0, heading.cells.length - 1).flatMap((cell, index) => {
    if (cell.text === '') return [];
    const value = valueOf(cell, line, faults);
    const name = heading.cells[index + 1]?.text ?? '';
    if (value === undefined || atMs === undefined) return [];
    return [{ name, atMs, value, line, column: cell.column }];
  });
}

function timeOf(
  cell: Cell | undefined,
  line: number,
  faults: RecordingFault[],
): number | undefined {
  const { text = '', column = 1 } = cell ?? {};
  const atMs = instantMs(text);
  if (atMs === undefined) {
    faults.push({ line, column, expected: EXPECTED_TIME, found: shownCell(text) });
  }
  return atMs;
}

function valueOf(
  cell: Cell | undefined,
  line: number,
  faults: RecordingFault[],
): number | undefined {
  const { text = '', column = 1 } = cell ?? {};
  const value = usageOf(text);
  if (value === undefined) {
    faults.push({ line, column, expected: EXPECTED_VALUE, found: shownCell(text) });
  }
  return value;
}

const NANO = 1e9;

/** The number that a text spells, as a plain number or a quantity; undefined for none and below 0. */
export function usageOf(text: string): number | undefined {
  const quantity = parseQuantity(text);
  if (quantity === undefined) return undefined;
  // a plain number keeps its last digits, which a quantity has only to the billionth
  const value = Number(text);
  const number = Number.isNaN(value) ? Number(quantity.nano) / NANO : value;
  return number >= 0 && Number.isFinite(number) ? number : undefined;
}

function rowsOf(text: string): readonly Row[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((content, index) => ({ line: index + 1, content }))
    .filter(({ content }) => content.trim() !== '' && !content.startsWith('#'))
    .map(({ line, content }) => ({ line, cells: cellsOf(content) }));
}

const CELL = /\s*(?:"((?:[^"]|"")*)"|([^,;\t]*))\s*(?:[,;\t]|$)/y;

function cellsOf(content: string): readonly Cell[] {
  const cells: Cell[] = [];
  CELL.lastIndex = 0;
  for (let at = 0; at <= content.length; at = CELL.lastIndex) {
    const match = CELL.exec(content);
    if (match === null) return [...cells, { text: content.slice(at), column: at + 1 }];
    const text = match[1]?.replaceAll('""', '"') ?? match[2] ?? '';
    cells.push({ text: text.trim(), column: at + 1 });
    const isEnd = CELL.lastIndex === content.length && !/[,;\t]$/.test(match[0]);
    if (isEnd) break;
  }
  return cells;
}
