/** `npm run hpa:conformance -- FILE...`: our HPA against recorded decisions of Kubernetes' own. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Difference } from '../autoscaling/hpa-vectors/compare.js';
import { type CarriedState, replayScenario } from '../autoscaling/hpa-vectors/replay.js';
import { parseScenario, type Scenario } from '../autoscaling/hpa-vectors/scenario.js';
import { ERRORS, LabError } from '../core/errors.js';

/** How files are replayed, and where the lines go. */
export interface HpaConformanceOptions {
  /** Which outputs carry over from step to step; absent: ours, as in a running controller. */
  readonly state?: CarriedState;
  /** Differing steps that are printed in full; absent: 10. */
  readonly maxShown?: number;
  /** Takes each line, without its end; absent: standard output. */
  readonly print?: (line: string) => void;
}

interface Tally {
  passed: number;
  failed: number;
}

const DEFAULT_MAX_SHOWN = 10;

/**
 * Replays files of recorded decisions (`.jsonl`, `.jsonl.gz`) and compares every step. Prints the first
 * differences and, last, `N passed, N failed` (steps).
 *
 * @returns 0 when every step agrees, else 4.
 * @throws {LabError} `USAGE` when there is no file, or one that cannot be read, is empty, cut or
 *   malformed: with its line.
 */
export async function hpaConformance(
  files: readonly string[],
  options: HpaConformanceOptions = {},
): Promise<number> {
  if (files.length === 0) {
    throw new LabError('USAGE', 'expected files of recorded decisions, got none', {
      hint: 'npm run hpa:conformance -- test/vectors/hpa-v1.36.jsonl.gz',
    });
  }
  const {
    state = 'ours',
    maxShown = DEFAULT_MAX_SHOWN,
    print = (line): boolean => process.stdout.write(`${line}\n`),
  } = options;
  const all: Tally = { passed: 0, failed: 0 };
  for (const file of files) {
    const tally: Tally = { passed: 0, failed: 0 };
    for await (const scenario of readScenarios(file)) {
      for (const { index, differences } of replay(file, scenario, state)) {
        if (differences.length === 0) {
          tally.passed++;
          continue;
        }
        if (all.failed + tally.failed < maxShown) {
          for (const difference of differences) {
            print(`${scenario.name} step ${index}: ${describe(difference)}`);
          }
        }
        tally.failed++;
      }
    }
    if (tally.passed + tally.failed === 0) {
      throw new LabError('USAGE', `${file}: expected at least one step, found none`, {
        hint: 'the file may be cut, or not the one that was meant',
      });
    }
    print(`${file}: ${tally.passed} passed, ${tally.failed} failed (state: ${state})`);
    all.passed += tally.passed;
    all.failed += tally.failed;
  }
  if (all.failed > maxShown) print(`${all.failed - maxShown} more steps differ`);
  print(`${all.passed} passed, ${all.failed} failed`);
  return all.failed === 0 ? 0 : ERRORS.THRESHOLD_FAILED.exit;
}

interface PlacedScenario extends Scenario {
  /** Counted from 1. */
  readonly line: number;
}

function replay(
  file: string,
  scenario: PlacedScenario,
  state: CarriedState,
): ReturnType<typeof replayScenario> {
  try {
    return replayScenario(scenario, state);
  } catch (error) {
    // a quantity that is none
    if (error instanceof RangeError) throw malformed(file, scenario.line, error);
    throw error;
  }
}

/** The scenarios of a file, one at a time: files may be larger than memory. */
async function* readScenarios(file: string): AsyncGenerator<PlacedScenario> {
  let line = 0;
  try {
    for await (const content of readLines(file)) {
      line++;
      if (content.trim() !== '') yield { ...parseLine(file, line, content), line };
    }
  } catch (error) {
    if (error instanceof LabError || !(error instanceof Error)) throw error;
    if (isOfSystem(error)) throw unreadable(file, error);
    throw malformed(file, line + 1, error);
  }
}

/** The file could not be read at all, or no further: not a fault of what it holds. */
function isOfSystem(error: Error): boolean {
  return 'syscall' in error;
}

function unreadable(file: string, cause: Error): LabError {
  return new LabError('USAGE', `cannot read ${file}: ${cause.message}`, {
    hint: 'name files of recorded decisions: .jsonl or .jsonl.gz',
    cause,
  });
}

async function* readLines(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  // a fault of the file reaches the reader through the decompressor
  const text = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  text.setEncoding('utf8');
  // a line may be long: only what is new is searched for its end
  let parts: string[] = [];
  for await (const chunk of text) {
    const [first = '', ...others] = String(chunk).split('\n');
    parts.push(first);
    for (const start of others) {
      yield parts.join('');
      parts = [start];
    }
  }
  const last = parts.join('');
  if (last !== '') yield last;
}

function parseLine(file: string, line: number, content: string): Scenario {
  try {
    return parseScenario(content);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed(file, line, error);
    throw error;
  }
}

function malformed(file: string, line: number, cause: Error): LabError {
  return new LabError('USAGE', `${file}, line ${line}: ${cause.message}`, {
    hint: 'expected one scenario of recorded decisions a line, as JSON; the file may be cut',
    cause,
  });
}

function describe({ what, expected, got }: Difference): string {
  return `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
}
