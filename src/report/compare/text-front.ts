/** The front of cost against SLO in plain text: a picture, and each variant by name. */
import type { Front, FrontPoint } from '../../analysis/compare/front.js';
import { wrapped } from '../format.js';
import { figureScale, type FigureScale } from './figure-scale.js';

const ROWS = 12;
const MOST_COLUMNS = 70;
const LETTERS = 26;
const CODE_OF_A = 65;

/** A point with the sign it has in the picture. */
interface Signed extends FrontPoint {
  readonly sign: string;
}

/** The picture, then which variants are on the front, and which are dominated by which. */
export function frontLines(front: Front, columns: number): readonly string[] {
  const xScale = figureScale(
    front.x,
    front.points.map(({ x }) => x),
  );
  const yScale = figureScale(
    front.y,
    front.points.map(({ y }) => y),
  );
  const points = front.points.map((point, index) => ({ ...point, sign: signOf(point, index) }));
  return [
    `Cost against SLO, by medians: ${axisText(front.y.name, yScale)} over ${axisText(front.x.name, xScale)}; down and left is better`,
    ...picture(points, { xScale, yScale, columns }),
    ...frontTexts(front, points).flatMap((text) =>
      wrapped(text, columns - 2).map((line, row) => (row === 0 ? line : `  ${line}`)),
    ),
  ];
}

function axisText(name: string, { unit }: FigureScale): string {
  return unit === '' ? name : `${name} (${unit})`;
}

/** A capital on the front, else a small letter; with too many variants for letters a mark of each kind. */
export function signOf({ dominatedBy }: FrontPoint, index: number): string {
  const isOnFront = dominatedBy.length === 0;
  if (index >= LETTERS) return isOnFront ? '#' : '.';
  const letter = String.fromCodePoint(CODE_OF_A + index);
  return isOnFront ? letter : letter.toLowerCase();
}

function picture(
  points: readonly Signed[],
  of: { readonly xScale: FigureScale; readonly yScale: FigureScale; readonly columns: number },
): readonly string[] {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const labels = [of.yScale.show(top), of.yScale.show(bottom)];
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const width = Math.min(of.columns - labelWidth - 4, MOST_COLUMNS);
  const rows = top === bottom ? 1 : ROWS;
  const grid = Array.from({ length: rows }, () => Array.from({ length: width }, () => ' '));
  // those on the front are drawn last and so on top
  const ordered = points.toSorted((a, b) => b.dominatedBy.length - a.dominatedBy.length);
  for (const { x, y, sign } of ordered) {
    const row = grid[rows - 1 - cellOf(y, { from: bottom, to: top, cells: rows })];
    const column = cellOf(x, { from: left, to: right, cells: width });
    if (row !== undefined) row[column] = sign;
  }
  const lines = grid.map((row, index) => {
    const label = index === 0 ? labels[0] : index === rows - 1 ? labels[1] : '';
    return `${(label ?? '').padStart(labelWidth)} ┤${row.join('')}`.trimEnd();
  });
  const [least, most] = [of.xScale.show(left), of.xScale.show(right)];
  const pad = ' '.repeat(labelWidth + 2);
  return [
    ...lines,
    `${' '.repeat(labelWidth + 1)}└${'─'.repeat(width)}`,
    `${pad}${least}${most.padStart(Math.max(width - least.length, most.length + 1))}`,
  ];
}

function cellOf(
  value: number,
  { from, to, cells }: { readonly from: number; readonly to: number; readonly cells: number },
): number {
  return to === from ? 0 : Math.round(((value - from) / (to - from)) * (cells - 1));
}

/** Sentences that name the front: the first is for every format. */
function frontTexts(front: Front, points: readonly Signed[]): readonly string[] {
  const { xScale, yScale } = scalesOf(front);
  return [
    ...points.map(({ sign, name, x, y, dominatedBy }) => {
      const at = `${withUnit(xScale, x)}, ${withUnit(yScale, y)}`;
      return `${sign}  ${name}: ${at}; ${standingText(dominatedBy)}`;
    }),
    ...withoutText(front),
  ];
}

const MOST_NAMED = 3;

/** `on the front`, or by which it is dominated. */
export function standingText(dominatedBy: readonly string[]): string {
  if (dominatedBy.length === 0) return 'on the front';
  const rest = dominatedBy.length - MOST_NAMED;
  const named = dominatedBy.slice(0, MOST_NAMED).join(', ');
  return `dominated by ${named}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What is in no picture, and why; nothing when all are. */
export function withoutText({ without, x, y }: Front): readonly string[] {
  return without.length === 0
    ? []
    : [`No ${x.name} or no ${y.name}, so not in the picture: ${without.join(', ')}`];
}

/** The scales of a front's two axes. */
export function scalesOf({ x, y, points }: Front): {
  readonly xScale: FigureScale;
  readonly yScale: FigureScale;
} {
  return {
    xScale: figureScale(
      x,
      points.map((point) => point.x),
    ),
    yScale: figureScale(
      y,
      points.map((point) => point.y),
    ),
  };
}

/** `0.40 USD`. */
export function withUnit(scale: FigureScale, value: number): string {
  return scale.unit === '' ? scale.show(value) : `${scale.show(value)} ${scale.unit}`;
}
