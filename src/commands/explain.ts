/** `npm run explain -- <folder> [--at 01:15]`: each decision of a run in words and numbers. */
import { Command } from 'commander';
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import { explainDecision } from '../autoscaling/hpa/explain.js';
import { LabError } from '../core/errors.js';
import { readTimeline } from '../run/read-timeline.js';
import { originMs, recordedDecisions } from './recorded-syncs.js';

const CLOCK = /^(\d+):([0-5]\d)$/;

/** Prints every decision, or the one that held at an instant. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('explain the decisions of the HPA in a run')
    .argument('<folder>', 'a result folder: results/<experiment>/<run>')
    .option('--at <mm:ss>', 'only the last decision up to that time since the first request')
    .action(async (folder: string, { at }: { readonly at?: string }) => {
      const { timeline } = await readTimeline(folder);
      const startMs = originMs(timeline);
      const decisions = recordedDecisions(timeline).map(({ decision }) => decision);
      if (decisions.length === 0) {
        throw new LabError('RESULT_INVALID', `${folder} holds no decision of an HPA`, {
          hint: 'an HPA first decides one sync period after its creation (15 s by default)',
        });
      }
      const chosen = at === undefined ? decisions : lastUpTo(decisions, startMs + clockMs(at));
      const texts = chosen.map((decision) => explainDecision(decision, { startMs }).join('\n'));
      process.stdout.write(`${texts.join('\n\n')}\n`);
    });
}

function clockMs(text: string): number {
  const match = CLOCK.exec(text);
  if (match === null) {
    throw new LabError('USAGE', `--at: expected minutes and seconds such as 01:15, got "${text}"`);
  }
  return 1_000 * (60 * Number(match[1]) + Number(match[2]));
}

function lastUpTo(decisions: readonly HpaDecision[], limitMs: number): readonly HpaDecision[] {
  const last = decisions.findLast(({ atMs }) => atMs <= limitMs);
  if (last !== undefined) return [last];
  throw new LabError('USAGE', 'there was no decision up to that time yet', {
    hint: 'without --at all decisions are explained',
  });
}
