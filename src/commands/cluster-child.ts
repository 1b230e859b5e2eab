/** Runs the command that stood after `--`, with the cluster in its environment. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { LabError } from '../core/errors.js';
import type { Cancel, Clock } from '../time/clock.js';

/** What is run, and in what. */
export interface ChildCommand {
  readonly command: readonly string[];
  readonly kubeconfigPath: string;
  /** Asks it to end, by SIGTERM; by SIGKILL when it does not. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

const KILL_AFTER_MS = 10_000;
const SIGNAL_EXIT = 128;

/**
 * Runs a command to its end; standard input, output and error are its own. No shell is between.
 *
 * @returns its exit code, as a shell would tell it: 128 + number when a signal ended it.
 * @throws {LabError} `USAGE` when it cannot be started.
 */
export function runChild(options: ChildCommand): Promise<number> {
  const { command, kubeconfigPath, signal, clock } = options;
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: 'inherit',
      env: { ...process.env, KUBECONFIG: kubeconfigPath },
    });
    let cancelKill: Cancel | undefined;
    const onAbort = (): void => {
      child.kill('SIGTERM');
      cancelKill = clock.after(KILL_AFTER_MS, () => child.kill('SIGKILL'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const done = (): void => {
      signal.removeEventListener('abort', onAbort);
      cancelKill?.();
    };
    child.on('error', (error) => {
      done();
      reject(
        new LabError('USAGE', `expected a command that can be started after --: ${error.message}`, {
          hint: 'npm run cluster -- -- kubectl get nodes',
          cause: error,
        }),
      );
    });
    child.on('exit', (code, ended) => {
      done();
      resolve(code ?? SIGNAL_EXIT + (ended === null ? 0 : constants.signals[ended]));
    });
    if (signal.aborted) onAbort();
  });
}
