/** Runs a command in a running container: with its environment, in its groups, until it ends at the latest. */
import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Cancel } from '../../../time/clock.js';
import { sendSignal } from '../run-guard/process-files.js';
import type { CommandRequest, RunningCommand, TerminalSize } from '../streams/container-access.js';
import { commandEnd } from './command-output.js';
import { findProgram, spawnGroup } from './spawned-process.js';
import type { SpawnOptions } from './spawned-process.js';
import { findTerminalHelper, inTerminal, terminalIn } from './terminal.js';
import type { Terminal } from './terminal.js';

/** What runs, and the container's place it runs in. */
export interface ContainerCommandOptions extends Omit<SpawnOptions, 'argv'> {
  readonly request: CommandRequest;
}

/** A command, and what ends it with everything it started. */
export interface KillableCommand {
  readonly command: RunningCommand;
  readonly kill: Cancel;
}

/** Starts it. What stands in its way is how it ended. */
export function runCommand({ request, ...place }: ContainerCommandOptions): KillableCommand {
  const [program = ''] = request.argv;
  if (findProgram(program, place.env, place.workingDirectory) === undefined) {
    return failed(
      `unable to start container process: exec: ${JSON.stringify(program)}: executable file not found in $PATH`,
    );
  }
  const input = request.stdin ? ({ stdin: 'pipe' } as const) : {};
  const plain: SpawnOptions = { ...place, argv: request.argv, ...input };
  try {
    if (!request.tty) return withoutTerminal(spawnGroup(plain));
    const helper = findTerminalHelper(place.env);
    if (helper === undefined) {
      return failed(
        'this machine has neither script(1) of util-linux nor Python 3 to make a terminal with; try without --tty',
      );
    }
    return withTerminal(spawnGroup(inTerminal(helper, plain)));
  } catch (error) {
    // Node itself refuses, for example an argument with a zero byte
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function withoutTerminal(child: ChildProcess): KillableCommand {
  // the command may close its input, or end, while something is written to it
  child.stdin?.on('error', () => undefined);
  return {
    command: {
      stdin: child.stdin ?? undefined,
      stdout: child.stdout ?? undefined,
      stderr: child.stderr ?? undefined,
      end: commandEnd(child),
      resize: () => undefined,
      leave: () => leave(child),
    },
    kill: () => killGroup(child.pid),
  };
}

function withTerminal(child: ChildProcess): KillableCommand {
  child.stdin?.on('error', () => undefined);
  // what the helper itself has to say is part of nothing
  child.stderr?.resume();
  let size: TerminalSize | undefined;
  let terminal: Terminal | undefined;
  terminalIn(child.stdio[3], (found) => {
    terminal = found;
    if (size !== undefined) resizeTerminal(found, size);
  });
  return {
    command: {
      stdin: child.stdin ?? undefined,
      stdout: child.stdout ?? undefined,
      stderr: undefined,
      end: commandEnd(child),
      resize: (wanted) => {
        size = wanted;
        if (terminal !== undefined) resizeTerminal(terminal, wanted);
      },
      leave: () => leave(child),
    },
    kill: () => {
      killGroup(terminal?.pid);
      killGroup(child.pid);
    },
  };
}

/** What nobody hears is read and dropped, so that the command does not wait for a reader. */
function leave(child: ChildProcess): void {
  child.stdin?.end();
  child.stdout?.unpipe();
  child.stderr?.unpipe();
  child.stdout?.resume();
  child.stderr?.resume();
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  sendSignal(-pid, 'SIGCONT');
  sendSignal(-pid, 'SIGKILL');
}

/** `stty` changes the size from outside; the kernel tells the foreground processes (SIGWINCH). */
function resizeTerminal({ path }: Terminal, { width, height }: TerminalSize): void {
  const flag = process.platform === 'linux' ? '-F' : '-f';
  const args = [flag, path, 'rows', String(height), 'cols', String(width)];
  // a terminal that is gone has no size
  execFile('stty', args, () => undefined);
}

/** @see Source: the words of containerd and runc around the reason. */
function failed(because: string): KillableCommand {
  const message = `error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: ${because}: unknown`;
  return {
    command: {
      stdin: undefined,
      stdout: undefined,
      stderr: undefined,
      end: Promise.resolve({ kind: 'failed', message }),
      resize: () => undefined,
      leave: () => undefined,
    },
    kill: () => undefined,
  };
}
