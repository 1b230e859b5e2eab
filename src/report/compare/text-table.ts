/** The one table of a comparison in plain text: a heading for each measure, a line for each variant. */
import type { Comparison, MeasureComparison } from '../../analysis/compare/compare.js';
import { ABSENT, wrapped } from '../format.js';
import type { Paint, PaintStyle } from '../text/paint.js';
import { chanceText, intervalText, type FigureScale } from './figure-scale.js';
import { measureGroups, VERDICT_WORDS, verdictText, type MeasureGroup } from './view.js';

interface Row {
  readonly cells: readonly string[];
  /** What does not fit a cell: stands below the line. */
  readonly detail?: string;
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
const DETAIL_INDENT = '    ';
const LEAST_NAME = 8;
const ENOUGH_NAME = 12;
const ELLIPSIS = '…';

/**
 * The table, no line of it longer than the width. Where there is no room, columns that are in other formats too
 * are left out, and names lose their middle.
 */
export function comparisonTable(
  comparison: Comparison,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const blocks = measureGroups(comparison).map((group) => blockOf(group, comparison));
  const widths = fittingWidths(blocks, columns);
  const lines = [`${INDENT}${line([...TITLES], widths)}`];
  for (const { heading: text, rows: own } of blocks) {
    const rows = own.flatMap((row) => rowLines(row, widths, { columns, paint }));
    lines.push(...wrapped(text, columns).map((each) => paint('heading', each)), ...rows);
  }
  return lines;
}

/** Of each column; undefined for one that is left out. */
type Widths = readonly (number | undefined)[];

/** What goes first when there is no room: `p`, which `Holm` tells as well, then the interval of the median. */
const DISPENSABLE = [5, 2, 7, 4];

function fittingWidths(blocks: readonly Block[], columns: number): Widths {
  const rows = blocks.flatMap((block) => block.rows);
  const widths: (number | undefined)[] = TITLES.map((title, column) =>
    rows.reduce((most, { cells }) => Math.max(most, (cells[column] ?? '').length), title.length),
  );
  const widest = widths[0] ?? 0;
  const roomForName = (): number =>
    columns - INDENT.length - widthOf(widths.slice(1)) - SPACE.length;
  for (const column of DISPENSABLE) {
    if (roomForName() >= Math.min(widest, ENOUGH_NAME)) break;
    widths[column] = undefined;
  }
  widths[0] = Math.min(widest, Math.max(roomForName(), LEAST_NAME));
  return widths;
}

function widthOf(widths: Widths): number {
  const shown = widths.flatMap((width) => width ?? []);
  return shown.reduce((sum, width) => sum + width + SPACE.length, -SPACE.length);
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

/** As they fit a cell. */
const SHORT_WORDS: Readonly<Record<MeasureComparison['verdict']['kind'], string>> = {
  ...VERDICT_WORDS,
  'not-shown': 'not shown',
};

function variantRow(result: MeasureComparison, name: string, scale: FigureScale): Row {
  const { variant, difference, test, verdict } = result;
  const style = STYLES[verdict.kind];
  const detail = verdictText(result, scale);
  return {
    cells: [
      name,
      ...sampleCells(variant.median, intervalText(variant.interval, scale.show), scale),
      difference === undefined ? ABSENT : scale.showDifference(difference.value),
      intervalText(difference?.interval, scale.showDifference),
      chanceText(test?.p),
      chanceText(test?.adjustedP),
      test === undefined ? ABSENT : test.delta.toFixed(2),
      SHORT_WORDS[verdict.kind],
    ],
    ...(detail === SHORT_WORDS[verdict.kind] ? {} : { detail }),
    ...(style === undefined ? {} : { style }),
  };
}

function rowLines(
  { cells, detail, style }: Row,
  widths: Widths,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const verdict = cells.at(-1) ?? '';
  const head = line([...cells.slice(0, -1), ''], widths);
  const before = head.padEnd(widthOf(widths.slice(0, -1)) + SPACE.length);
  const details = detail === undefined ? [] : wrapped(detail, columns - DETAIL_INDENT.length);
  return [
    `${INDENT}${before}${style === undefined ? verdict : paint(style, verdict)}`.trimEnd(),
    ...details.map((text) => `${DETAIL_INDENT}${text}`),
  ];
}

function line(cells: readonly string[], widths: Widths): string {
  const texts = cells.flatMap((cell, column) => {
    const width = widths[column];
    if (width === undefined) return [];
    const isText = column === 0 || column === cells.length - 1;
    return isText ? shortened(cell, width).padEnd(width) : cell.padStart(width);
  });
  return texts.join(SPACE).trimEnd();
}

/** A text without its middle: names differ at their beginnings and at their ends. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = width - ELLIPSIS.length;
  const tail = Math.floor(kept / 2);
  return `${text.slice(0, kept - tail)}${ELLIPSIS}${tail === 0 ? '' : text.slice(-tail)}`;
}
