/** What a reader of a CI run must see of it. */
import type { Analysis } from '../analysis/analyze.js';
import type { ThresholdVerdict } from '../analysis/threshold-verdicts.js';
import type { Annotation } from './ci-lines.js';
import { verdictTexts } from './verdict-text.js';

/**
 * An error for each threshold that failed or could not be judged, and a warning for a run whose load
 * generator fell behind: its response times and errors are not the service's. None for a run that is not
 * whole: the error that ended it says more.
 */
export function annotationsOf(
  verdicts: readonly ThresholdVerdict[],
  analysis: Analysis,
): readonly Annotation[] {
  const { generator, completeness } = analysis;
  if (completeness.kind !== 'completed') return [];
  const saturated: readonly Annotation[] =
    generator.kind === 'saturated'
      ? [
          {
            level: 'warning',
            title: 'Not a result: the load generator fell behind',
            message: `${generator.because}. Response times and errors are not the service's.`,
          },
        ]
      : [];
  const failed = verdictTexts(verdicts, analysis).filter(({ kind }) => kind !== 'pass');
  return [
    ...saturated,
    ...failed.map(({ kind, threshold, found }): Annotation => {
      const title = kind === 'not-judged' ? 'Threshold not judged' : 'Threshold failed';
      return { level: 'error', title, message: `${threshold}: ${found}` };
    }),
  ];
}
