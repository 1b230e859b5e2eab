/** Thresholds that did not hold, as the error that ends a command. */
import type { AnalyzedRun } from './report-formats.js';
import { LabError } from '../core/errors.js';
import { verdictSummary, verdictTexts } from '../report/verdict-text.js';

/**
 * Ends a command when not all thresholds hold: one that could not be judged is no success either.
 *
 * @throws {LabError} `THRESHOLD_FAILED` naming each threshold that does not hold and what was found.
 */
export function requireThresholds({ verdicts, analysis }: AnalyzedRun): void {
  const texts = verdictTexts(verdicts, analysis).filter(({ kind }) => kind !== 'pass');
  if (texts.length === 0) return;
  const lines = texts.map(({ threshold, found }) => `  ${threshold}: ${found}`);
  throw new LabError('THRESHOLD_FAILED', [verdictSummary(verdicts), ...lines].join('\n'));
}
