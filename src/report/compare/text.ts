/** A comparison for a terminal: verdicts of each variant, one table, the front, how it was judged. */
import { wrapped } from '../format.js';
import { ansiPaint, plainPaint, type Paint, type PaintStyle } from '../text/paint.js';
import type { TextReportOptions } from '../text-report.js';
import { comparisonTable } from './text-table.js';
import { frontLines } from './text-front.js';
import {
  methodTexts,
  pairSummaries,
  subjectText,
  summaryText,
  type ComparisonView,
  type PairSummary,
} from './view.js';

const MIN_COLUMNS = 80;
const MAX_COLUMNS = 160;

/** The comparison as text, every line within the width (colors take no room). Ends with a line end. */
export function comparisonText(view: ComparisonView, options: TextReportOptions): string {
  const columns = Math.min(Math.max(options.columns, MIN_COLUMNS), MAX_COLUMNS);
  const paint = options.isColored === true ? ansiPaint : plainPaint;
  const { comparison, front, notes } = view;
  const sections: readonly (readonly string[])[] = [
    wrapped(`${view.experiment}: ${subjectText(view)}`, columns).map((line) =>
      paint('heading', line),
    ),
    pairSummaries(comparison).flatMap((summary) => summaryLines(view, summary, { columns, paint })),
    comparisonTable(comparison, { columns, paint }),
    front === undefined ? [] : frontLines(front, columns),
    listed('How it was judged', [...methodTexts(view), ...notes], columns),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function summaryLines(
  view: ComparisonView,
  summary: PairSummary,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const style = styleOf(view, summary);
  const lines = wrapped(`${summary.variant}: ${summaryText(summary)}`, columns - 2);
  return lines.map((line, row) => {
    if (row > 0) return `  ${line}`;
    return style === undefined ? line : paint(style, line);
  });
}

/** In a check of a variant with itself, whatever is shown is bad. */
function styleOf({ kind }: ComparisonView, { measuresOf }: PairSummary): PaintStyle | undefined {
  if (measuresOf.worse.length > 0) return measuresOf.better.length > 0 ? 'doubtful' : 'bad';
  if (measuresOf.better.length === 0) return undefined;
  return kind === 'self' ? 'bad' : 'good';
}

function listed(title: string, texts: readonly string[], columns: number): readonly string[] {
  const lines = texts.flatMap((text) =>
    wrapped(text, columns - 2).map((line, row) => `${row === 0 ? '- ' : '  '}${line}`),
  );
  return [title, ...lines];
}
