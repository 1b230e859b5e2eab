/** Verdicts on the thresholds: the first thing a text report says. */
import type { Analysis } from '../../analysis/analyze.js';
import type { ThresholdVerdict } from '../../analysis/threshold-verdicts.js';
import { wrapped } from '../format.js';
import { verdictSummary, verdictTexts, worstFirst, type VerdictText } from '../verdict-text.js';
import type { Paint, PaintStyle } from './paint.js';

const SIGNS: Readonly<
  Record<VerdictText['kind'], { readonly sign: string; readonly style: PaintStyle }>
> = {
  fail: { sign: 'FAIL', style: 'bad' },
  absent: { sign: 'FAIL', style: 'bad' },
  'not-judged': { sign: 'NOT JUDGED', style: 'doubtful' },
  pass: { sign: 'PASS', style: 'good' },
};
const SIGN_COLUMNS = 12;
/** Of the width at most, so that what was found has room. */
const THRESHOLD_SHARE = 0.55;

/** A line for each threshold, those that do not hold first; empty when there are none. */
export function verdictLines(
  verdicts: readonly ThresholdVerdict[],
  analysis: Analysis,
  options: { readonly columns: number; readonly paint: Paint },
): readonly string[] {
  const summary = verdictSummary(verdicts);
  if (summary === undefined) return [];
  const texts = worstFirst(verdictTexts(verdicts, analysis));
  const longest = texts.reduce((max, { threshold }) => Math.max(max, threshold.length), 0);
  const width = Math.min(longest, Math.floor(options.columns * THRESHOLD_SHARE));
  const { columns, paint } = options;
  return [
    `Thresholds: ${summary}`,
    ...texts.flatMap((text) => linesOf(text, { columns, paint, width })),
  ];
}

function linesOf(
  { kind, threshold, found }: VerdictText,
  of: { readonly columns: number; readonly paint: Paint; readonly width: number },
): readonly string[] {
  const { sign, style } = SIGNS[kind];
  const left = wrapped(threshold, of.width);
  const right = wrapped(found, of.columns - SIGN_COLUMNS - of.width - 2);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const begin = row === 0 ? of.paint(style, sign.padEnd(SIGN_COLUMNS)) : ' '.repeat(SIGN_COLUMNS);
    return `${begin}${(left[row] ?? '').padEnd(of.width)}  ${right[row] ?? ''}`.trimEnd();
  });
}
