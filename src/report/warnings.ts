/** What a reader must know of a run before any figure of it. */
import type { Analysis } from '../analysis/analyze.js';

/** Sentences; empty for a whole run whose load generator kept up. */
export function warningTexts({ completeness, generator }: Analysis): readonly string[] {
  return [
    ...(completeness.kind === 'completed'
      ? []
      : [
          `${completeness.kind.toUpperCase().replace('-', ' ')}: ${firstLine(completeness.because)}. Figures cover only what happened before.`,
        ]),
    ...(generator.kind === 'saturated'
      ? [
          `NOT A RESULT: the load generator was the bottleneck (${generator.because}). Response times and errors below are not the service's.`,
        ]
      : []),
  ];
}

/** Further lines of a reason (states of pods, their logs) are told elsewhere. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
