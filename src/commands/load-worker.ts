/** `hpa-lab load-worker`: one of the pods that send a load from within a cluster. */
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { LabError } from '../core/errors.js';
import { runPlan } from '../load/senders/run-plan.js';
import { SILENCE_MS, WorkerSession } from '../load/senders/worker-session.js';
import { WallClock } from '../time/wall-clock.js';

/** Takes a plan from its input, sends its share and tells what became of it on its output. */
export function loadWorkerCommand(): Command {
  return new Command('load-worker')
    .description(
      'send a share of a load from a pod; started by an experiment with load: from: cluster',
    )
    .action(async () => {
      const because = await work();
      if (because !== 'silence') return;
      throw new LabError(
        'SENDER_FAILED',
        `nothing was heard of the harness for ${SILENCE_MS / 1_000} s`,
        {
          hint: 'a load worker ends itself then, so that no load is left that nobody could stop',
        },
      );
    });
}

/** Resolves when there is nothing more to do. */
async function work(): Promise<'bye' | 'stopped' | 'silence'> {
  const clock = new WallClock();
  preferOverPods();
  // so that a log that is followed has a first line, and whoever looks at it knows what this is
  process.stdout.write(`hpa-lab load worker, process ${process.pid}: waits for its plan\n`);
  const lines = createInterface({ input: process.stdin });
  const because = await new Promise<'bye' | 'stopped' | 'silence'>((resolve) => {
    const session = new WorkerSession({
      clock,
      run: (start, tell) => runPlan(start, clock, tell),
      out: (line) => process.stdout.write(`${line}\n`),
      answer: (line) => process.stderr.write(`${line}\n`),
      onEnd: resolve,
    });
    lines.on('line', (line) => session.receive(line));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => session.terminate());
    }
  });
  lines.close();
  process.stdin.destroy();
  return because;
}

/** As Unix counts: -20 first, 0 usual, 19 last. */
const PRIORITY = -10;

/** A sender that waits for a core would be measured as the service's slowness. */
function preferOverPods(): void {
  try {
    setPriority(PRIORITY);
  } catch {
    // Only root may: the sender's audit tells whether it was late.
  }
}
