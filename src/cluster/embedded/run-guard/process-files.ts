/** What `/proc` tells about processes that are not our children. */
import { readFileSync, readdirSync } from 'node:fs';
import { RUN_MARK } from './reaper-script.js';

/** When a process was started, in clock ticks since boot; absent when it is gone or there is no `/proc`. */
export function processStartTicks(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces; the 20th word after it is the start time.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Whether a process of that id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ids of all processes that carry the mark of a run. Empty where there is no `/proc`. */
export function markedProcesses(runId: string): readonly number[] {
  const mark = `\0${RUN_MARK}=${runId}\0`;
  return processIds().filter((pid) => {
    const environment = readText(`/proc/${pid}/environ`);
    return environment !== undefined && `\0${environment}\0`.includes(mark);
  });
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // no /proc: not Linux
    return [];
  }
}

/** A small file as text; absent when it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // gone, or another user's: the same to us
    return undefined;
  }
}

/** Sends a signal to a process, or to a group when the id is negative; one that is gone is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it is gone already
  }
}
