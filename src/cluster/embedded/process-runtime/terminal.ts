/**
 * Terminals for commands. Node cannot make one, so a program of this machine does: `script` of
 * util-linux, or Python 3.
 */
import { execFileSync } from 'node:child_process';
import { findProgram } from './spawned-process.js';
import type { SpawnOptions } from './spawned-process.js';

/** A program that makes terminals. */
export interface TerminalHelper {
  readonly kind: 'script' | 'python';
  readonly path: string;
}

/** A terminal that stands, and the process that leads its session. */
export interface Terminal {
  readonly pid: number;
  /** `/dev/pts/3`. */
  readonly path: string;
}

const PREFIX = 'HPA_LAB_TTY_';
const VERSION_TIMEOUT_MS = 2_000;
/** Until the client says how large its window is. */
const FIRST_ROWS = 24;
const FIRST_COLUMNS = 80;

/**
 * What runs inside of the terminal, always the same text: tells its process id and its terminal (once
 * the first size is set, so that it undoes nothing the client says), takes the groups to join and the
 * command from variables, which no shell ever reads as text of its own, and becomes the command.
 */
const INNER = `stty sane echo rows ${FIRST_ROWS} cols ${FIRST_COLUMNS} 2>/dev/null
printf '%s %s\\n' "$$" "$(tty)" >&3; exec 3>&-
${PREFIX}I=0; set --
while [ "$${PREFIX}I" -lt "$${PREFIX}COUNT" ]; do
  eval "set -- \\"\\$@\\" \\"\\$${PREFIX}$${PREFIX}I\\"; unset ${PREFIX}$${PREFIX}I"
  ${PREFIX}I=$((${PREFIX}I + 1))
done
while [ "$${PREFIX}JOIN" -gt 0 ]; do
  echo $$ > "$1" || exit 125
  shift; ${PREFIX}JOIN=$((${PREFIX}JOIN - 1))
done
if [ -n "\${${PREFIX}SHELL+x}" ]; then SHELL=$${PREFIX}SHELL; else unset SHELL; fi
unset ${PREFIX}I ${PREFIX}COUNT ${PREFIX}JOIN ${PREFIX}SHELL
exec "$@"`;

/** Gives the terminal back what the helper's input says, and gives the command's exit code. */
const PYTHON = `import os, pty, sys
status = pty.spawn(['/bin/sh', '-c', sys.argv[1]])
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))`;

/**
 * The helper that this machine has; undefined when it has none.
 *
 * @param env - its PATH is searched.
 * @param wanted - absent: whichever there is.
 */
export function findTerminalHelper(
  env: ReadonlyMap<string, string>,
  wanted?: TerminalHelper['kind'],
): TerminalHelper | undefined {
  const script = wanted === 'python' ? undefined : findProgram('script', env, '/');
  // other systems have a `script` that cannot do without a terminal of its own
  if (script !== undefined && version(script).includes('util-linux')) {
    return { kind: 'script', path: script };
  }
  const python = wanted === 'script' ? undefined : findProgram('python3', env, '/');
  return python === undefined ? undefined : { kind: 'python', path: python };
}

function version(path: string): string {
  try {
    return execFileSync(path, ['--version'], {
      encoding: 'utf8',
      timeout: VERSION_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // a `script` without that option is another one
    return '';
  }
}

/** The same command in a terminal, which reports itself on descriptor 3 (`terminalIn`). */
export function inTerminal(helper: TerminalHelper, options: SpawnOptions): SpawnOptions {
  const env = new Map(options.env);
  const inside = [...options.joinFiles, ...options.argv];
  for (const [index, text] of inside.entries()) env.set(`${PREFIX}${index}`, text);
  env.set(`${PREFIX}COUNT`, String(inside.length));
  env.set(`${PREFIX}JOIN`, String(options.joinFiles.length));
  const shell = env.get('SHELL');
  if (shell !== undefined) env.set(`${PREFIX}SHELL`, shell);
  if (!env.has('TERM')) env.set('TERM', 'xterm');
  // `script` runs what it is given with this
  env.set('SHELL', '/bin/sh');
  const argv =
    helper.kind === 'script'
      ? [helper.path, '-qefc', INNER, '/dev/null']
      : [helper.path, '-c', PYTHON, INNER];
  return { ...options, argv, env, joinFiles: [], stdin: 'pipe', hasReport: true };
}

/** Calls `found` when the terminal has reported itself. */
export function terminalIn(report: unknown, found: (terminal: Terminal) => void): void {
  if (!isReadable(report)) return;
  let text = '';
  report.on('error', () => undefined);
  report.on('data', (chunk) => {
    if (text.length < 256) text += String(chunk);
    const match = /^(\d+) (\/dev\/(?:pts\/\d+|ttys\d+))\n/.exec(text);
    if (match !== null) found({ pid: Number(match[1]), path: match[2] ?? '' });
  });
}

function isReadable(value: unknown): value is NodeJS.ReadableStream {
  return typeof value === 'object' && value !== null && 'on' in value && 'read' in value;
}
