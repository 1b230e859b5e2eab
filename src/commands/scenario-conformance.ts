/** Replays recorded scenarios against our control plane and tells how many agree, by topic. */
import { ERRORS, LabError } from '../core/errors.js';
import { readVectorLines } from './vector-lines.js';

/** A scenario as far as the tally is concerned. */
interface Named {
  readonly topic: string;
  readonly name: string;
}

/** What is replayed, and how. */
export interface Conformance<T extends Named> {
  readonly files: readonly string[];
  /** Reads one line of a file; throws a `SyntaxError` when it is none. */
  readonly parse: (line: string) => T;
  /** What differs, a line each; empty when the scenario agrees. */
  readonly play: (scenario: T) => readonly string[];
  /** Why scenarios are about something that is not offered, by name. */
  readonly notOffered: Readonly<Record<string, string>>;
  /** Only scenarios whose name holds this text; absent: all. */
  readonly only?: string;
  /** Differing scenarios that are printed; absent: 10. */
  readonly maxShown?: number;
  /** Takes each line, without its end; absent: standard output. */
  readonly print?: (line: string) => void;
}

interface Tally {
  passed: number;
  failed: number;
  notOffered: number;
}

const DEFAULT_MAX_SHOWN = 10;
const LINES_A_SCENARIO = 5;

/**
 * Replays every scenario. Prints the first differences, a line a topic and, last, `N passed, N failed`;
 * what is not offered is counted apart.
 *
 * @returns 0 when every scenario agrees that is about something offered, else 4.
 * @throws {LabError} `USAGE` when there is no file, or one that cannot be read, is cut or malformed.
 */
export async function scenarioConformance<T extends Named>(of: Conformance<T>): Promise<number> {
  if (of.files.length === 0) {
    throw new LabError(
      'USAGE',
      'expected files of recorded scenarios (.jsonl, .jsonl.gz), got none',
    );
  }
  const { print = (line): boolean => process.stdout.write(`${line}\n`) } = of;
  const topics = new Map<string, Tally>();
  const failures: string[] = [];
  for (const file of of.files) {
    for await (const { scenario } of readVectorLines(file, of.parse)) {
      if (!scenario.name.includes(of.only ?? '')) continue;
      const tally = topics.get(scenario.topic) ?? { passed: 0, failed: 0, notOffered: 0 };
      topics.set(scenario.topic, tally);
      if (Object.hasOwn(of.notOffered, scenario.name)) {
        tally.notOffered++;
        continue;
      }
      const found = played(scenario, of.play);
      if (found.length === 0) {
        tally.passed++;
        continue;
      }
      tally.failed++;
      failures.push(scenario.name);
      if (failures.length > (of.maxShown ?? DEFAULT_MAX_SHOWN)) continue;
      print(`${scenario.name}:`);
      for (const line of found.slice(0, LINES_A_SCENARIO)) print(`  ${line}`);
      const more = found.length - LINES_A_SCENARIO;
      if (more > 0) print(`  ... ${more} more differences`);
    }
  }
  return summary({ topics, failures, print, maxShown: of.maxShown ?? DEFAULT_MAX_SHOWN });
}

/** A scenario that cannot be played to its end differs. */
function played<T>(scenario: T, play: (scenario: T) => readonly string[]): readonly string[] {
  try {
    return play(scenario);
  } catch (error) {
    return [`could not be played: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function summary(of: {
  readonly topics: ReadonlyMap<string, Tally>;
  readonly failures: readonly string[];
  readonly print: (line: string) => void;
  readonly maxShown: number;
}): number {
  const { print, failures, maxShown } = of;
  if (failures.length > maxShown) {
    print(`also different: ${failures.slice(maxShown).join(', ')}`);
  }
  const all: Tally = { passed: 0, failed: 0, notOffered: 0 };
  for (const [topic, tally] of of.topics) {
    all.passed += tally.passed;
    all.failed += tally.failed;
    all.notOffered += tally.notOffered;
    print(`${topic}: ${tallyText(tally)}`);
  }
  if (all.notOffered > 0) {
    print(`${all.notOffered} scenarios are about what the embedded cluster does not offer`);
  }
  print(`${all.passed} passed, ${all.failed} failed`);
  return all.failed === 0 ? 0 : ERRORS.THRESHOLD_FAILED.exit;
}

function tallyText({ passed, failed, notOffered }: Tally): string {
  const apart = notOffered === 0 ? '' : `, ${notOffered} not offered`;
  return `${passed} passed, ${failed} failed${apart}`;
}
