/** `gc`: lists what runs left on a real cluster, removes what has expired and puts back what they changed. */
import { Command } from 'commander';
import type { ApiPort } from '../cluster/api-port.js';
import { ApiRefusal, ApiUnreachable } from '../cluster/api-port.js';
import { LabError } from '../core/errors.js';
import { isExpired, leftoversText, removalText } from '../run/gc/gc-view.js';
import { findLeftovers, type Leftovers, type LeftRun } from '../run/gc/leftovers.js';
import { removeRun } from '../run/gc/remove-run.js';
import { WallClock } from '../time/wall-clock.js';
import { type ContextFlags, contextOf, contextText, requireAllowed } from './choose-context.js';
import { apiOf } from './kubernetes-run.js';

interface GcFlags extends ContextFlags {
  readonly dryRun?: boolean;
  readonly run?: readonly string[];
  readonly all?: boolean;
}

/** How long namespaces may take to go before it is told what keeps them. */
const PATIENCE_MS = 60_000;

/** Lists always; removes what has expired, or what is named. */
export function gcCommand(): Command {
  return new Command('gc')
    .description('list what runs left on a cluster, and remove what has expired')
    .option('--context <name>', 'context of the kubeconfig; never the current one by itself')
    .option('--kubeconfig <path>', 'another than $KUBECONFIG or ~/.kube/config')
    .option('--yes', 'do not ask whether this cluster may be touched')
    .option('--dry-run', 'only list')
    .option('--run <ids...>', 'remove these runs, expired or not')
    .option('--all', 'remove every run, also those that may still be at work')
    .action(async (flags: GcFlags) => {
      const known = await contextOf(flags);
      process.stdout.write(`${contextText(known)}\n\n`);
      await requireAllowed(known, flags);
      const clock = new WallClock();
      const api = await apiOf(known, clock);
      try {
        await collect(api, flags, clock);
      } catch (error) {
        if (!(error instanceof ApiRefusal || error instanceof ApiUnreachable)) throw error;
        throw new LabError('CLUSTER_FAILED', error.message, { cause: error });
      }
    });
}

async function collect(api: ApiPort, flags: GcFlags, clock: WallClock): Promise<void> {
  const found = await findLeftovers(api);
  print(leftoversText(found, clock.now()));
  const chosen = chosenRuns(found, flags, clock.now());
  if (flags.dryRun === true || found.runs.length === 0) return;
  if (chosen.length === 0) {
    print(['', 'Nothing has expired; --run ID removes a run before its time, --all every run.']);
    return;
  }
  print(['']);
  let left = 0;
  for (const run of chosen) {
    const removal = await removeRun(api, run, { clock, patienceMs: PATIENCE_MS });
    print(removalText(run.runId, removal));
    left += removal.left.length;
  }
  if (left > 0) {
    throw new LabError('CLUSTER_FAILED', `${left} of the objects are still there, see above`, {
      hint: 'what a finalizer keeps waits for whoever set it; gc can be run again at any time',
    });
  }
}

function chosenRuns(
  { runs }: Leftovers,
  { run: named, all }: GcFlags,
  nowMs: number,
): readonly LeftRun[] {
  const unknown = (named ?? []).filter((id) => !runs.some(({ runId }) => runId === id));
  if (unknown.length > 0) {
    throw new LabError('USAGE', `no such run on this cluster: ${unknown.join(', ')}`, {
      hint: `runs that left something: ${runs.map(({ runId }) => runId).join(', ') || 'none'}`,
    });
  }
  if (named !== undefined) return runs.filter(({ runId }) => named.includes(runId));
  return all === true ? runs : runs.filter((run) => isExpired(run, nowMs));
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
