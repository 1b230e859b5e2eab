/** The one time axis that all plots of a report share. */
import { clockText } from './format.js';

/** Which time is drawn, over how many columns. */
export interface TimeAxis {
  /** ms since the run began. */
  readonly fromT: number;
  readonly toT: number;
  /** What the axis counts from (the load's beginning), ms since the run began. */
  readonly originT: number;
  readonly columns: number;
}

/** The column that an instant lies in; undefined outside of the axis. */
export function columnOf(axis: TimeAxis, t: number): number | undefined {
  if (t < axis.fromT || t > axis.toT) return undefined;
  const column = Math.floor(((t - axis.fromT) / (axis.toT - axis.fromT)) * axis.columns);
  return Math.min(column, axis.columns - 1);
}

const STEPS_MS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200].map((s) => s * 1_000);
const COLUMNS_A_LABEL = 10;

/** The axis in two lines: ticks, and minutes and seconds under those that have room for them. */
export function axisLines(axis: TimeAxis, indent: number): readonly string[] {
  const spanMs = axis.toT - axis.fromT;
  const minimumMs = (spanMs / axis.columns) * COLUMNS_A_LABEL;
  const stepMs =
    STEPS_MS.find((step) => step >= minimumMs) ?? Math.ceil(minimumMs / 3_600_000) * 3_600_000;
  const ticks = Array.from({ length: axis.columns }, () => '─');
  const labels = Array.from({ length: axis.columns }, () => ' ');
  const firstMs = Math.ceil((axis.fromT - axis.originT) / stepMs) * stepMs;
  for (let ms = firstMs; axis.originT + ms <= axis.toT; ms += stepMs) {
    const column = columnOf(axis, axis.originT + ms);
    if (column === undefined) continue;
    ticks[column] = '┴';
    const label = clockText(ms);
    if (column + label.length > axis.columns) continue;
    for (const [index, sign] of label.split('').entries()) labels[column + index] = sign;
  }
  const margin = ' '.repeat(indent);
  return [`${margin}└${ticks.join('')}`, `${margin} ${labels.join('').trimEnd()}`];
}

/** Lines at most for names of stretches. */
const MAX_LANES = 3;

/**
 * Names of stretches over where they begin, `|baseline  |spike   |baseline-again`: a name that would run into
 * the one before it goes to the next line, and only where all lines are taken one is cut.
 */
export function stretchLines(
  axis: TimeAxis,
  stretches: readonly { readonly name: string; readonly fromT: number }[],
  indent: number,
): readonly string[] {
  const lanes: { readonly start: number; readonly text: string }[][] = [];
  for (const { name, fromT } of stretches) {
    const start = columnOf(axis, fromT);
    if (start === undefined) continue;
    const free = Array.from({ length: MAX_LANES }, (_, lane) => lane).find(
      (lane) => endOf(lanes[lane]) < start,
    );
    const lane = free ?? emptiestLane(lanes);
    lanes[lane] = [...(lanes[lane] ?? []), { start, text: `|${name}` }];
  }
  const margin = ' '.repeat(indent + 1);
  return lanes.map((lane) => `${margin}${laneText(lane, axis.columns)}`.trimEnd());
}

type Lane = readonly { readonly start: number; readonly text: string }[];

/** The column after the last sign, which stays free. */
function endOf(lane: Lane | undefined): number {
  const last = lane?.at(-1);
  return last === undefined ? -1 : last.start + last.text.length;
}

function emptiestLane(lanes: readonly Lane[]): number {
  const ends = lanes.map((lane) => endOf(lane));
  return ends.indexOf(Math.min(...ends));
}

function laneText(lane: Lane, columns: number): string {
  const signs = Array.from({ length: columns }, () => ' ');
  for (const [index, { start, text }] of lane.entries()) {
    const end = Math.min(lane[index + 1]?.start ?? columns, columns);
    for (const [offset, sign] of text.split('').entries()) {
      if (start + offset < end) signs[start + offset] = sign;
    }
  }
  return signs.join('');
}
