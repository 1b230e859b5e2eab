/**
 * Plots in plain text, drawn by asciichart. What it lacks is added here: gaps that stay gaps, several
 * lines told apart without color, a legend, marks, and a width that does not depend on the labels.
 */
import asciichart from 'asciichart';

/** How a line is drawn; the sign of the style stands in the legend. */
type LineStyle = 'thin' | 'thick' | 'double' | 'dotted';

/** One line of a plot. */
export interface PlotLine {
  readonly name: string;
  readonly style: LineStyle;
  /** One value a column; undefined is a gap. */
  readonly values: readonly (number | undefined)[];
}

/** A plot; its lines are drawn one over the other, the last on top. */
export interface PlotOptions {
  readonly title: string;
  readonly lines: readonly PlotLine[];
  /** Lines of text for the values, at least 2. */
  readonly rows: number;
  readonly columns: number;
  /** Columns before the axis. */
  readonly labelColumns: number;
  /** As on the axis; given the plotted value. */
  readonly label: (value: number) => string;
  /** Lowest value of the axis; the lowest of the lines when absent. */
  readonly min?: number;
  /** The axis goes at least up to here. */
  readonly atLeastMax?: number;
  /** The axis begins at 0 and has round numbers in all its rows. */
  readonly isRound?: boolean;
  /** Columns that get a faint rule where nothing else is drawn. */
  readonly marks: readonly number[];
}

const SIGNS: Readonly<Record<LineStyle, string>> = {
  thin: '─╰╭╮╯│',
  thick: '━┗┏┓┛┃',
  double: '═╚╔╗╝║',
  dotted: '┄╰╭╮╯┊',
};
const MARK = '·';
/** One column for a label (asciichart lets a longer one stand there) and one for the axis. */
const OFFSET = 2;

/** The plot as lines of text: title with legend, then the rows. Without any value it says so. */
export function plot(options: PlotOptions): readonly string[] {
  const scale = scaleOf(options);
  const title = `${options.title}   ${options.lines.map(legend).join('   ')}`;
  if (scale === undefined) return [title, `${' '.repeat(options.labelColumns)}  (no data)`];
  const rows: string[][] = Array.from({ length: options.rows }, () =>
    Array.from({ length: options.columns }, () => ' '),
  );
  for (const line of options.lines) {
    for (const { start, values } of runs(line.values)) {
      overlay(rows, start, draw(values, { ...scale, line, options }));
    }
  }
  for (const row of rows) {
    for (const mark of options.marks) if (row[mark] === ' ') row[mark] = MARK;
  }
  const labels = axisLabels(scale, options);
  return [title, ...rows.map((row, index) => `${labels[index] ?? ''}${row.join('').trimEnd()}`)];
}

function legend({ name, style }: PlotLine): string {
  return `${(SIGNS[style][0] ?? '').repeat(2)} ${name}`;
}

interface Scale {
  readonly min: number;
  readonly max: number;
}

/** Distances between rows that a reader takes in at a glance, times a power of ten. */
const ROUND_STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

function roundScale(highest: number, rows: number): Scale {
  const step = Math.max(highest, Number.MIN_VALUE) / (rows - 1);
  const power = 10 ** Math.floor(Math.log10(step));
  const round = ROUND_STEPS.find((each) => each * power >= step * 0.999) ?? 10;
  return { min: 0, max: round * power * (rows - 1) };
}

function scaleOf({ lines, min, atLeastMax, isRound, rows }: PlotOptions): Scale | undefined {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const lowest = min ?? values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b), atLeastMax ?? lowest);
  if (isRound === true && highest > 0) return roundScale(highest, rows);
  // asciichart cannot draw a range of nothing.
  return { min: lowest, max: highest > lowest ? highest : lowest + 1 };
}

/** Stretches without a gap, each with the column it begins in. */
function runs(
  values: readonly (number | undefined)[],
): readonly { readonly start: number; readonly values: readonly number[] }[] {
  const found: { start: number; values: number[] }[] = [];
  let open: { start: number; values: number[] } | undefined;
  for (const [column, value] of values.entries()) {
    if (value === undefined) {
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = { start: column, values: [] };
      found.push(open);
    }
    open.values.push(value);
  }
  return found;
}

function draw(
  values: readonly number[],
  of: Scale & { readonly line: PlotLine; readonly options: PlotOptions },
): readonly string[] {
  const { min, max, line, options } = of;
  const top = options.rows - 1;
  // In units of rows asciichart's scale is 1, so that it cannot round two ends of a range apart.
  const inRows = values.map((value) => {
    return (Math.min(Math.max(value, min), max) - min) * (top / (max - min));
  });
  // asciichart draws what is between two points: n points are n - 1 columns.
  const points = [...inRows, inRows.at(-1) ?? 0];
  const text = asciichart.plot(points, {
    min: 0,
    max: top,
    height: top,
    offset: OFFSET,
    format: () => ' ',
    symbols: ['┼', '┤', '╶', '╴'].concat(SIGNS[line.style].split('')),
  });
  return text.split('\n').map((row) => row.slice(OFFSET));
}

function overlay(rows: readonly string[][], start: number, drawn: readonly string[]): void {
  for (const [index, row] of rows.entries()) {
    for (const [offset, sign] of (drawn[index] ?? '').split('').entries()) {
      if (sign !== ' ') row[start + offset] = sign;
    }
  }
}

function axisLabels(scale: Scale, options: PlotOptions): readonly string[] {
  const { rows, labelColumns, label } = options;
  return Array.from({ length: rows }, (_, index) => {
    const value = scale.max - (index * (scale.max - scale.min)) / (rows - 1);
    const text = label(value).slice(0, labelColumns - 1);
    return `${text.padStart(labelColumns - 1)} ┤`;
  });
}
