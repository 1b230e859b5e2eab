/** The service as a process of its own, ended with the test that started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const NS_PER_MS = 1_000_000;

const started = new Set<ChildProcess>();

/** A running service, or one that has ended already. */
export interface StartedService {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Where it listens; '' when it ended before it listened. */
  readonly url: string;
  /** How it ended; waits for it. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts the service with this environment and nothing else, and waits until it listens or ends. */
export async function startService(
  env: Readonly<Record<string, string>> = {},
): Promise<StartedService> {
  const child = spawn(process.execPath, [ENTRY], {
    env: { HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  const output = { stdout: '', stderr: '' };
  const ended = once(child, 'close').then(() => {
    started.delete(child);
    return { code: child.exitCode, signal: child.signalCode };
  });
  const listening = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
      const url = /listens on (\S+)/.exec(output.stdout)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const url = await Promise.race([listening, ended.then(() => '')]);
  if (child.pid === undefined) throw new Error('the service could not be started');
  return { process: child, pid: child.pid, output, url, ended };
}

/** Ends every service that is still running; for `afterEach`. */
export async function endServices(): Promise<void> {
  await Promise.all(
    [...started].map(async (child) => {
      const ended = once(child, 'close');
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended;
    }),
  );
}

/** CPU time of all threads of a process, from the kernel, in milliseconds. Linux only. */
export function kernelCpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ns = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return ns.reduce((sum, each) => sum + each, 0) / NS_PER_MS;
}
