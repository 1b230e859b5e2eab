/** Tables in plain text: columns aligned, numbers to the right. */
import { wrapped } from './format.js';

/** A column's heading and side. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const SPACE = '  ';

/**
 * A heading, a rule and a line for each row, columns two spaces apart.
 *
 * @param rows - as many texts in each as there are columns.
 * @param width - the texts of the last column are wrapped so that no line is longer; no limit by default.
 */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): readonly string[] {
  const widest = columns.map(({ title }, index) =>
    rows.reduce((most, row) => Math.max(most, (row[index] ?? '').length), title.length),
  );
  const before = widest.slice(0, -1).reduce((sum, each) => sum + each + SPACE.length, 0);
  const last = Math.min(widest.at(-1) ?? 0, Math.max(width - before, 1));
  const widths = [...widest.slice(0, -1), last];
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const cellWidth = widths[index] ?? 0;
        return align === 'left' ? cell.padEnd(cellWidth) : cell.padStart(cellWidth);
      })
      .join(SPACE)
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((each) => '-'.repeat(each)).join(SPACE),
    ...rows.flatMap((row) => {
      const [first = '', ...more] = wrapped(row.at(-1) ?? '', last);
      const rest = more.map((text) => `${' '.repeat(before)}${text}`);
      return [line([...row.slice(0, -1), first]), ...rest];
    }),
  ];
}
