/** The folder of one run: the only writer of `results/`. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../core/errors.js';
import { makeFolders } from '../process/make-folders.js';

/** File names within a result folder. */
export const RESULT_FILES = {
  timeline: 'timeline.ndjson',
  text: 'report.txt',
  json: 'report.json',
  markdown: 'report.md',
  junit: 'junit.xml',
  html: 'report.html',
  csv: 'measures.csv',
  capacityJson: 'capacity.json',
  capacityText: 'capacity.txt',
} as const;

/** A result folder into which reports are written. */
export interface ResultFolder {
  readonly path: string;
  /** Writes a report file whole. */
  write(name: string, text: string): void;
}

/** The folder of a run that is going on. */
export interface OpenRun extends ResultFolder {
  /**
   * Appends encoded records to the timeline. They are with the operating system when this returns, so
   * a run that is killed has lost nothing that had happened.
   */
  append(lines: string): void;
  /** Closes the timeline; reports may still be written. Calling it again does nothing. */
  close(): void;
}

/** A result folder that exists; whether it holds a run shows when its timeline is read. */
export function openResultFolder(path: string): ResultFolder {
  return { path, write: (name, text) => writeFileSync(join(path, name), text) };
}

/**
 * Makes `results/<experiment>/<runId>/` with an empty timeline.
 *
 * @throws {LabError} `RESULT_INVALID` when it exists or cannot be made.
 */
export function createRunFolder(results: string, experiment: string, runId: string): OpenRun {
  const path = join(results, experiment, runId);
  let timeline: number | undefined = createTimeline(path);
  return {
    ...openResultFolder(path),
    append: (lines) => {
      if (timeline !== undefined) writeSync(timeline, lines);
    },
    close: () => {
      if (timeline !== undefined) closeSync(timeline);
      timeline = undefined;
    },
  };
}

/**
 * Makes `results/<experiment>/<runId>/` for what is no run and has no timeline, such as a capacity search.
 *
 * @throws {LabError} `RESULT_INVALID` when it cannot be made.
 */
export function createPlainFolder(
  results: string,
  experiment: string,
  runId: string,
): ResultFolder {
  const path = join(results, experiment, runId);
  orRefuse(path, () => makeFolders(path));
  return openResultFolder(path);
}

function createTimeline(folder: string): number {
  return orRefuse(folder, () => {
    makeFolders(folder);
    return openSync(join(folder, RESULT_FILES.timeline), 'ax');
  });
}

function orRefuse<T>(folder: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('RESULT_INVALID', `cannot make the result folder ${folder}: ${reason}`, {
      hint: '--results names another place',
      cause: error,
    });
  }
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
