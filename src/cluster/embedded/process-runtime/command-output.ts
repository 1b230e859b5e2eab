/** Follows a process to its end and to the end of what it writes. */
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { CommandEnd } from '../streams/container-access.js';

const SIGNAL_EXIT_BASE = 128;

/** How a process ended, once its output was read too; 128 + signal when a signal ended it. Never rejects. */
export function commandEnd(child: ChildProcess): Promise<CommandEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'failed', message: error.message }));
    child.once('close', (code, signal) =>
      resolve({
        kind: 'exited',
        code: signal === null ? (code ?? 0) : SIGNAL_EXIT_BASE + constants.signals[signal],
      }),
    );
  });
}
