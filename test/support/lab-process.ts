/** The lab as its users run it: the compiled command line as a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const POLL_MS = 25;

/** A running command. */
export interface LabProcess {
  readonly pid: number;
  /** Everything it wrote so far, standard output and error together. */
  output(): string;
  /** Resolves with the first match in the output; rejects when it ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** How a command is started. */
export interface LabOptions {
  readonly cwd?: string;
  /** Over the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input; absent: empty. */
  readonly input?: string;
}

/** Plain lines, wherever the tests themselves run. */
const IN_NO_KNOWN_CI = {
  CI: 'true',
  GITHUB_ACTIONS: undefined,
  GITHUB_STEP_SUMMARY: undefined,
  GITLAB_CI: undefined,
};

/** Starts `hpa-lab <args>`; it is killed when the test ends, should it still run. */
export function startLab(args: readonly string[], options: LabOptions = {}): LabProcess {
  const { env, input = '', ...rest } = options;
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...IN_NO_KNOWN_CI, ...env },
    ...rest,
  });
  child.stdin.on('error', () => undefined); // it may end before it has read all
  child.stdin.end(input);
  let text = '';
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = endOf(child);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    pid: child.pid ?? -1,
    output: () => text,
    signal: (signal) => child.kill(signal),
    ended,
    waitFor: async (pattern) => {
      for (;;) {
        const match = pattern.exec(text);
        if (match !== null) return match;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`expected ${pattern} in the output before the end, got:\n${text}`);
        }
        await sleep(POLL_MS);
      }
    },
  };
}

function endOf(child: ChildProcess): LabProcess['ended'] {
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Runs `hpa-lab <args>` to its end. */
export async function runLab(args: readonly string[], options: LabOptions = {}) {
  const lab = startLab(args, options);
  const { code } = await lab.ended;
  return { code, output: lab.output() };
}

/**
 * Runs `hpa-lab <args>` without a reader: both of its pipes are closed at once.
 *
 * @param output - a file instead of the pipe of its standard output.
 */
export function endUnread(
  args: readonly string[],
  output: 'pipe' | number = 'pipe',
): LabProcess['ended'] {
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', output, 'pipe'],
    env: { ...process.env, ...IN_NO_KNOWN_CI },
  });
  child.stdout?.destroy();
  child.stderr?.destroy();
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return endOf(child);
}

/** A folder of the test's own, removed when it ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** All descendants of a process, as far as their parents still live. Linux only. */
export function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readIfThere(`/proc/${entry}/stat`);
    const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const isBelow = (candidate: number): boolean => {
    const parent = parents.get(candidate);
    return parent !== undefined && (parent === pid || (parent > 1 && isBelow(parent)));
  };
  return [...parents.keys()].filter(isBelow);
}

/** Processes that carry the mark of a run, whatever became of their parents. Linux only. */
export function markedProcesses(runId: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => readIfThere(`/proc/${entry}/environ`)?.includes(`HPA_LAB_RUN=${runId}`))
    .map(Number);
}

/** Whether a process is there and no zombie. Linux only. */
export function isRunning(pid: number): boolean {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}

/** Waits until nothing is left that `left` finds; resolves with what is still there at the limit. */
export async function leftAfter<T>(
  left: () => readonly T[],
  limitMs: number,
): Promise<readonly T[]> {
  const endMs = performance.now() + limitMs;
  while (left().length > 0 && performance.now() < endMs) await sleep(POLL_MS);
  return left();
}

function readIfThere(path: string): string | undefined {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined; // it ended while we looked
  }
}
