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
    .action(async (folder: string, { at }: { readonly at?: string }) => {
      const limitMs = at === undefined ? undefined : clockMs(at);
      const { timeline } = await readTimeline(folder);
      const startMs = originMs(timeline);
      const { syncs, notes } = syncsOf(timeline, folder);
      const chosen =
        limitMs === undefined
          ? syncs
          : [lastUpTo(syncs, ({ decision }) => decision.atMs <= startMs + limitMs)];
      const texts = chosen.map((sync) => explainedDecision(sync, startMs).words.join('\n'));
      process.stdout.write([...texts, ...notes.map((note) => `Note: ${note}.`)].join('\n\n'));
      process.stdout.write('\n');
    });
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
