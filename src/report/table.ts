/** Tables in plain text: columns aligned, numbers to the right. */

/** A column's heading and side. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/**
 * A heading, a rule and one line for each row, columns two spaces apart.
 *
 * @param rows - as many texts in each as there are columns.
 */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = columns.map(({ title }, index) =>
    rows.reduce((width, row) => Math.max(width, (row[index] ?? '').length), title.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map(line),
  ];
}
