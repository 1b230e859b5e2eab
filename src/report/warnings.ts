/** What a reader must know of a run before any figure of it. */
import type { Analysis } from '../analysis/analyze.js';
import { generatorTrouble } from '../analysis/verdicts.js';
import { firstLine } from './format.js';

/** Sentences; empty for a whole run whose load generator kept up. */
export function warningTexts({ completeness, generator, loadStartT }: Analysis): readonly string[] {
  const coverage =
    loadStartT.kind === 'measured'
      ? 'Figures cover only what happened before.'
      : 'The load had not begun: there are no figures of it.';
  return [
    ...(completeness.kind === 'completed'
      ? []
      : [
          `${completeness.kind.toUpperCase().replace('-', ' ')}: ${firstLine(completeness.because)}. ${coverage}`,
        ]),
    ...(generator.kind === 'saturated'
      ? [
          `NOT A RESULT: ${generatorTrouble(generator, 'the load generator was the bottleneck')} (${generator.because}). Response times and errors below are not the service's.`,
        ]
      : []),
  ];
}

/** All of why a run is not whole, where that has more lines than the warning; undefined otherwise. */
export function endReason({ completeness }: Analysis): string | undefined {
  if (completeness.kind === 'completed') return undefined;
  const { because } = completeness;
  return because.includes('\n') ? because : undefined;
}
