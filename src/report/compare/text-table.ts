/** The one table of a comparison in plain text: a heading for each measure, a line for each variant. */
import type { Comparison, MeasureComparison } from '../../analysis/compare/compare.js';
import { ABSENT, wrappedLines } from '../format.js';
import type { Paint, PaintStyle } from '../text/paint.js';
import { chanceText, intervalText, type FigureScale } from './figure-scale.js';
import { measureGroups, verdictText, type MeasureGroup } from './view.js';

interface Row {
  readonly cells: readonly string[];
  readonly style?: PaintStyle;
}

interface Block {
  readonly heading: string;
  readonly rows: readonly Row[];
}

const TITLES = [
  'variant',
  'median',
  '95 % of it',
  'change',
  '95 % of it',
  'p',
  'Holm',
  'delta',
  'verdict',
] as const;
const SPACE = '  ';
const INDENT = '  ';
/** Room for `no difference shown`. */
const LEAST_VERDICT = 20;
const LEAST_NAME = 10;
const ELLIPSIS = '…';

/** The table, no line of it longer than the width; names that are too long lose their middle. */
export function comparisonTable(
  comparison: Comparison,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const blocks = measureGroups(comparison).map((group) => blockOf(group, comparison));
  const rows = blocks.flatMap((block) => block.rows);
  const widest = TITLES.map((title, column) =>
    rows.reduce((most, { cells }) => Math.max(most, (cells[column] ?? '').length), title.length),
  );
  const figures = widest.slice(1, -1).reduce((sum, width) => sum + width + SPACE.length, 0);
  const room = columns - INDENT.length - figures - SPACE.length;
  const name = Math.max(Math.min(widest[0] ?? 0, room - LEAST_VERDICT), LEAST_NAME);
  const widths = [name, ...widest.slice(1, -1), Math.max(room - name, 1)];
  const heading = line([...TITLES], widths);
  const lines = [`${INDENT}${heading}`];
  for (const { heading: text, rows: own } of blocks) {
    lines.push(paint('heading', text), ...own.flatMap((row) => rowLines(row, widths, paint)));
  }
  return lines;
}

function blockOf({ heading, scale, results }: MeasureGroup, { pairs }: Comparison): Block {
  const rows: Row[] = [];
  let baseline: string | undefined;
  for (const result of results) {
    const pair = pairs[result.pair];
    if (pair === undefined) continue;
    if (pair.baseline.name !== baseline) {
      baseline = pair.baseline.name;
      const { median, interval } = result.baseline;
      const figures = sampleCells(median, intervalText(interval, scale.show), scale);
      rows.push({ cells: [baseline, ...figures, '', '', '', '', '', 'baseline'] });
    }
    rows.push(variantRow(result, pair.variant.name, scale));
  }
  return { heading, rows };
}

function sampleCells(
  median: number | undefined,
  interval: string,
  scale: FigureScale,
): readonly string[] {
  return [median === undefined ? ABSENT : scale.show(median), interval];
}

const STYLES: Readonly<Partial<Record<MeasureComparison['verdict']['kind'], PaintStyle>>> = {
  better: 'good',
  worse: 'bad',
  differs: 'doubtful',
};

function variantRow(result: MeasureComparison, name: string, scale: FigureScale): Row {
  const { variant, difference, test, verdict } = result;
  const style = STYLES[verdict.kind];
  return {
    cells: [
      name,
      ...sampleCells(variant.median, intervalText(variant.interval, scale.show), scale),
      difference === undefined ? ABSENT : scale.showDifference(difference.value),
      intervalText(difference?.interval, scale.showDifference),
      chanceText(test?.p),
      chanceText(test?.adjustedP),
      test === undefined ? ABSENT : test.delta.toFixed(2),
      verdictText(result, scale),
    ],
    ...(style === undefined ? {} : { style }),
  };
}

function rowLines(
  { cells, style }: Row,
  widths: readonly number[],
  paint: Paint,
): readonly string[] {
  const last = widths.at(-1) ?? 1;
  const [first = '', ...more] = wrappedLines(cells.at(-1) ?? '', last);
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + SPACE.length, 0);
  const verdict = style === undefined ? first : paint(style, first);
  const head = line([...cells.slice(0, -1), ''], widths).padEnd(before);
  return [
    `${INDENT}${head}${verdict}`.trimEnd(),
    ...more.map((text) => `${INDENT}${' '.repeat(before)}${text}`),
  ];
}

function line(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      const isText = column === 0 || column === cells.length - 1;
      return isText ? shortened(cell, width).padEnd(width) : cell.padStart(width);
    })
    .join(SPACE)
    .trimEnd();
}

/** A text without its middle: names differ at their beginnings and at their ends. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = width - ELLIPSIS.length;
  const tail = Math.floor(kept / 2);
  return `${text.slice(0, kept - tail)}${ELLIPSIS}${tail === 0 ? '' : text.slice(-tail)}`;
}
