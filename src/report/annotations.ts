/** What a reader of a CI run must see of it. */
import type { Analysis } from '../analysis/analyze.js';
import type { ThresholdVerdict } from '../analysis/threshold-verdicts.js';
import { generatorTrouble } from '../analysis/verdicts.js';
import type { Annotation } from './ci-lines.js';
import { plural } from './format.js';
import { verdictTexts, type VerdictText } from './verdict-text.js';

/**
 * An error for each threshold that failed and one for those that could not be judged, and a warning for a run whose load
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
            title: `Not a result: ${generatorTrouble(generator)}`,
            message: `${generator.because}. Response times and errors are not the service's.`,
          },
        ]
      : [];
  const texts = verdictTexts(verdicts, analysis);
  const failed = texts.filter(({ kind }) => kind === 'fail' || kind === 'absent');
  const unjudged = texts.filter(({ kind }) => kind === 'not-judged');
  return [
    ...saturated,
    ...failed.map(
      ({ threshold, found }): Annotation => ({
        level: 'error',
        title: 'Threshold failed',
        message: `${threshold}: ${found}`,
      }),
    ),
    ...(unjudged.length === 0 ? [] : [unjudgedAnnotation(unjudged)]),
  ];
}

/** All for one reason: a system shows only a few annotations. */
function unjudgedAnnotation(texts: readonly VerdictText[]): Annotation {
  const lines = texts.map(({ threshold, found }) => `${threshold}: ${found}`);
  const title = `${plural(texts.length, 'threshold')} not judged`;
  return { level: 'error', title, message: lines.join('\n') };
}
