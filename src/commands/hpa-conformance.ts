/** `npm run hpa:conformance -- FILE...`: our HPA against recorded decisions of Kubernetes' own. */
import type { Difference } from '../autoscaling/hpa-vectors/compare.js';
import { type CarriedState, replayScenario } from '../autoscaling/hpa-vectors/replay.js';
import { parseScenario, type Scenario } from '../autoscaling/hpa-vectors/scenario.js';
import { ERRORS, LabError } from '../core/errors.js';
import { malformed, readVectorLines, type Placed } from './vector-lines.js';

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
    for await (const placed of readVectorLines(file, parseScenario)) {
      const { name } = placed.scenario;
      for (const { index, differences } of replay(file, placed, state)) {
        if (differences.length === 0) {
          tally.passed++;
          continue;
        }
        if (all.failed + tally.failed < maxShown) {
          for (const difference of differences) {
            print(`${name} step ${index}: ${describe(difference)}`);
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

function replay(
  file: string,
  { scenario, line }: Placed<Scenario>,
  state: CarriedState,
): ReturnType<typeof replayScenario> {
  try {
    return replayScenario(scenario, state);
  } catch (error) {
    // a quantity that is none
    if (error instanceof RangeError) throw malformed(file, line, error);
    throw error;
  }
}

function describe({ what, expected, got }: Difference): string {
  return `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
}
