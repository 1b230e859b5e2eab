/** What the terminal that a report is printed to can show. */
import type { TextReportOptions } from '../report/text-report.js';

const DEFAULT_COLUMNS = 100;

/** The terminal's width and whether it has colors (`NO_COLOR` and `FORCE_COLOR` count); neither elsewhere. */
export function terminalOptions(): TextReportOptions {
  const { stdout } = process;
  if (!stdout.isTTY) return { columns: DEFAULT_COLUMNS };
  return { columns: stdout.columns, isColored: stdout.hasColors() };
}
