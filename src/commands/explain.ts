/** `npm run explain -- <folder> [--at 01:15]`: each decision of a run in words and numbers. */
import { Command } from 'commander';
import { explainedDecision } from '../analysis/hpa-decisions.js';
import { originMs } from '../analysis/hpa-syncs.js';
import { LabError } from '../core/errors.js';
import { readTimeline } from '../run/read-timeline.js';
import { syncsOf } from './recorded-syncs.js';

const CLOCK = /^(-?)(\d+):([0-5]\d)$/;

/** Prints every decision, or the one that held at an instant. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('explain the decisions of the HPA in a run')
    .argument('<folder>', 'a result folder: results/<experiment>/<run>')
    .option('--at <mm:ss>', 'only the last decision up to that time since the first request')
    .action((folder: string, { at }: { readonly at?: string }) => explainRun(folder, at));
}

/**
 * Prints the decisions of a run.
 *
 * @param at - `mm:ss` since the first request: only the last decision up to then; absent: all.
 * @param print - takes each line, without its end; absent: standard output.
 * @throws {LabError} `RESULT_INVALID` without decisions that can be read, `USAGE` for another `at`.
 */
export function explainRun(
  folder: string,
  at: string | undefined,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): void {
  const limitMs = at === undefined ? undefined : clockMs(at);
  const { timeline } = readTimeline(folder);
  const startMs = originMs(timeline);
  const { syncs, notes } = syncsOf(timeline, folder);
  const chosen =
    limitMs === undefined
      ? syncs
      : [lastUpTo(syncs, ({ decision }) => decision.atMs <= startMs + limitMs)];
  for (const [index, sync] of chosen.entries()) {
    if (index > 0) print('');
    for (const line of explainedDecision(sync, startMs).words) print(line);
  }
  if (notes.length > 0) print('');
  for (const note of notes) print(`Note: ${note}.`);
}

function clockMs(text: string): number {
  const match = CLOCK.exec(text);
  if (match === null) {
    throw new LabError('USAGE', `--at: expected minutes and seconds such as 01:15, got "${text}"`);
  }
  const [, sign, minutes, seconds] = match;
  // times are printed to the nearest second
  return 1_000 * (60 * Number(minutes) + Number(seconds)) * (sign === '-' ? -1 : 1) + 499;
}

function lastUpTo<T>(all: readonly T[], isUpTo: (each: T) => boolean): T {
  const last = all.findLast(isUpTo);
  if (last !== undefined) return last;
  throw new LabError('USAGE', '--at: there was no decision up to that time yet', {
    hint: 'without --at all decisions are explained',
  });
}
