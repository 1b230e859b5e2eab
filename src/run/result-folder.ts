/** The folder of one run: the only writer of `results/`. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../core/errors.js';

/** File names within a result folder. */
export const RESULT_FILES = {
  timeline: 'timeline.ndjson',
  text: 'report.txt',
  json: 'report.json',
} as const;

/** An open result folder. */
export interface ResultFolder {
  readonly path: string;
  /**
   * Appends one line to the timeline. It is with the operating system when this returns, so a run
   * that is killed has lost nothing but what had not happened.
   */
  appendLine(line: string): void;
  /** Writes a report file whole. */
  write(name: string, text: string): void;
  /** Closes the timeline; reports may still be written. Calling it again does nothing. */
  close(): void;
}

/**
 * Makes `results/<experiment>/<runId>/`.
 *
 * @throws {LabError} `RESULT_INVALID` when it exists or cannot be made.
 */
export function createResultFolder(
  results: string,
  experiment: string,
  runId: string,
): ResultFolder {
  const path = join(results, experiment, runId);
  let timeline: number | undefined;
  try {
    mkdirSync(join(results, experiment), { recursive: true });
    mkdirSync(path);
    timeline = openSync(join(path, RESULT_FILES.timeline), 'ax');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('RESULT_INVALID', `cannot make the result folder ${path}: ${reason}`, {
      hint: '--results names another place',
      cause: error,
    });
  }
  return {
    path,
    appendLine: (line) => {
      if (timeline !== undefined) writeSync(timeline, `${line}\n`);
    },
    write: (name, text) => writeFileSync(join(path, name), text),
    close: () => {
      if (timeline !== undefined) closeSync(timeline);
      timeline = undefined;
    },
  };
}

/** A run's name: when it began (UTC) and a few characters that set runs of one second apart. */
export function newRunId(nowMs: number, suffix: string): string {
  const stamp = new Date(nowMs)
    .toISOString()
    .slice(0, 19)
    .replaceAll(/[-:]/g, '')
    .replace('T', '-');
  return `${stamp}-${suffix}`;
}
