/** What an examination of a cluster found. */

/** How bad it is: nothing, worth knowing, or that a run would fail or mislead. */
export type FindingLevel = 'ok' | 'warning' | 'blocker';

/** One finding. */
export interface Finding {
  readonly level: FindingLevel;
  /** What was looked at: `metrics API`. */
  readonly check: string;
  /** What was found, one sentence or more lines. */
  readonly text: string;
  /** The command that mends it, or what to do; absent when nothing has to be. */
  readonly mend?: string;
}

/** Nothing to mend. */
export function fine(check: string, text: string): Finding {
  return { level: 'ok', check, text };
}

/** Worth knowing. */
export function warning(check: string, text: string, mend: string): Finding {
  return { level: 'warning', check, text, mend };
}

/** A run would fail or mislead. */
export function blocker(check: string, text: string, mend: string): Finding {
  return { level: 'blocker', check, text, mend };
}

/** A table of findings for a terminal: level, check and text, with what mends it below. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  return findings
    .flatMap(({ level, check, text, mend }) => {
      const [first = '', ...more] = text.split('\n');
      const indent = ' '.repeat(WORD_WIDTH + width + 2);
      return [
        `${level.padEnd(WORD_WIDTH)}${check.padEnd(width)}  ${first}`,
        ...more.map((line) => `${indent}${line}`),
        ...(mend === undefined ? [] : mend.split('\n').map((line) => `${indent}> ${line}`)),
      ];
    })
    .join('\n');
}

const WORD_WIDTH = 'blocker  '.length;
