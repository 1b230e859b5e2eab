/** Entry of the sender's process: sends the plan it is given and tells what became of it. */
import { endWithParent } from '../../process/ends-with-parent.js';
import { WallClock } from '../../time/wall-clock.js';
import { type Running, runPlan } from './run-plan.js';
import type { FromSender, ToSender } from './sender-messages.js';

const clock = new WallClock();
let running: Running | undefined;
let isToStop = false;

endWithParent();

process.on('message', (message: ToSender) => {
  if (message.kind === 'stop') {
    isToStop = true;
    running?.stop();
    return;
  }
  start(message).catch((error: unknown) => {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});

async function start(message: Extract<ToSender, { kind: 'start' }>): Promise<void> {
  running = await runPlan(message, clock, tell);
  if (isToStop) running.stop();
  tell({ kind: 'done', ...(await running.finished) });
}

function tell(message: FromSender): void {
  process.send?.(message);
}
