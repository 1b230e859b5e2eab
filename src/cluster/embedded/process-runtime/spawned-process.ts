/** Starts a command as a process group of its own, in its control groups from the first instruction. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** What to start. */
export interface SpawnOptions {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  /** Files that the process writes its id to before the command runs. */
  readonly joinFiles: readonly string[];
  /** `pipe`: the process gets an input; absent: none. */
  readonly stdin?: 'pipe';
  /** One more pipe, from the process as its descriptor 3; absent: none. */
  readonly hasReport?: boolean;
}

/**
 * Joins every group named before its own arguments, then becomes the command. The process id stays
 * the same, so nothing the command does is outside of its groups.
 */
const JOIN_SCRIPT =
  'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 125; shift; n=$((n - 1)); done; exec "$@"';

/** Starts it. Output comes on pipes; the process's group has its own id. */
export function spawnGroup(options: SpawnOptions): ChildProcess {
  const { argv, joinFiles, stdin = 'ignore', hasReport = false } = options;
  const [program = '', ...rest] =
    joinFiles.length === 0
      ? argv
      : ['/bin/sh', '-c', JOIN_SCRIPT, 'sh', String(joinFiles.length), ...joinFiles, ...argv];
  return spawn(program, rest, {
    detached: true,
    stdio: [stdin, 'pipe', 'pipe', ...(hasReport ? (['pipe'] as const) : [])],
    env: Object.fromEntries(options.env),
    cwd: options.workingDirectory,
  });
}

/** The program's file, as the container's `PATH` finds it; absent when there is none. */
export function findProgram(
  program: string,
  env: ReadonlyMap<string, string>,
  workingDirectory: string,
): string | undefined {
  if (program.includes('/') || isAbsolute(program)) {
    const path = resolve(workingDirectory, program);
    return isExecutable(path) ? path : undefined;
  }
  const folders = (env.get('PATH') ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // not there, or not ours to run
    return false;
  }
}
