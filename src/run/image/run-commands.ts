/** Runs the commands of other tools, one after the other, their output shown as it comes. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LabError } from '../../core/errors.js';
import type { CommandLine } from './plan-image.js';

/** Whether a program is on the search path. */
export function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/**
 * Runs them in a folder until one fails or the signal aborts, which ends the one that runs.
 *
 * @throws {LabError} `CLUSTER_FAILED` with the command that failed and its exit code; `INTERRUPTED`.
 */
export async function runCommands(
  commands: readonly CommandLine[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  for (const command of commands) {
    process.stdout.write(`$ ${command.join(' ')}\n`);
    const how = await ended(command, folder, signal);
    if (signal.aborted) throw new LabError('INTERRUPTED', `stopped during: ${command.join(' ')}`);
    if (how === undefined) continue;
    throw new LabError('CLUSTER_FAILED', `${command.join(' ')}: ${how}`, {
      hint: 'what it said is above; the command can be run by itself',
    });
  }
}

/** How it failed; undefined when it did not. */
function ended(
  [program, ...args]: CommandLine,
  cwd: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, signal, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve(undefined);
      else resolve(code === null ? `ended by ${killedBy ?? 'a signal'}` : `exit code ${code}`);
    });
  });
}
