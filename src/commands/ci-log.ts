/** The log of a CI job: groups, annotations and the job's summary. Says nothing where no CI asked for it. */
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { LabError } from '../core/errors.js';
import { annotationsOf } from '../report/annotations.js';
import {
  annotationLine,
  ciSystemOf,
  groupBegin,
  groupEnd,
  type Annotation,
  type CiSystem,
} from '../report/ci-lines.js';
import { renderReport, type AnalyzedRun } from './report-formats.js';
import type { Clock } from '../time/clock.js';

/** How a log is written. */
export interface CiLogOptions {
  /** Whether a CI log is wanted at all (`--ci`). */
  readonly isOn: boolean;
  readonly clock: Clock;
  /** The environment of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
}

const TOKEN_BYTES = 16;

/** Writes the parts of a log that are for the CI system. */
export class CiLog {
  readonly #options: CiLogOptions;
  readonly #system: CiSystem;

  constructor(options: CiLogOptions) {
    this.#options = options;
    this.#system = ciSystemOf(options.environment);
  }

  /** Begins a group of lines that are not commands; returns what ends it. */
  group(id: string, title: string): () => void {
    const { isOn, write, clock } = this.#options;
    if (!isOn) return () => undefined;
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    const group = { id: `hpa_lab_${id}`, title, token };
    write(groupBegin(group, this.#system, clock.now()));
    return () => write(groupEnd(group, this.#system, clock.now()));
  }

  /** Annotates what is wrong with a run, and adds its summary to the job's where there is one. */
  run(run: AnalyzedRun): void {
    if (!this.#options.isOn) return;
    for (const each of annotationsOf(run.verdicts, run.analysis)) this.#annotate(each);
    const path = this.#options.environment['GITHUB_STEP_SUMMARY'];
    if (path !== undefined && path !== '') this.#summarize(run, path);
  }

  /** Annotates why there is no result, where that is more than the error itself, which is told anyway. */
  failed(error: unknown): void {
    if (!this.#options.isOn || this.#system !== 'github' || !isOfRun(error)) return;
    const { code, message, hint } = error;
    const lines = [`${code}: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])];
    this.#annotate({ level: 'error', title: 'No result', message: lines.join('\n') });
  }

  #annotate(annotation: Annotation): void {
    this.#options.write(annotationLine(annotation, this.#system));
  }

  #summarize(run: AnalyzedRun, path: string): void {
    try {
      appendFileSync(path, renderReport(run, 'markdown'));
    } catch (error) {
      // The run is no worse for it.
      const reason = error instanceof Error ? error.message : String(error);
      const message = `cannot append to GITHUB_STEP_SUMMARY: ${reason}`;
      this.#annotate({ level: 'warning', title: 'No job summary', message });
    }
  }
}

/** Thresholds have annotations of their own, and who stops a run knows it. */
function isOfRun(error: unknown): error is LabError {
  return (
    error instanceof LabError && error.code !== 'THRESHOLD_FAILED' && error.code !== 'INTERRUPTED'
  );
}
