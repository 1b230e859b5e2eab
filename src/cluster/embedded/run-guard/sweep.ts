/** Removes what runs left behind whose harness and reaper are both dead. */
import { readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  isAlive,
  markedProcesses,
  processStartTicks,
  readText,
  sendSignal,
} from './process-files.js';

/** File in a run's directory that names its harness. */
export const OWNER_FILE = 'owner.json';
/** File in a run's directory that lists its cgroup directories, one a line. */
export const CGROUPS_FILE = 'cgroups';

/** Ids of the runs whose directories are in `base` and whose harness lives. */
export function livingRuns(base: string): ReadonlySet<string> {
  return new Set(runIds(base).filter((id) => isRunAlive(join(base, `run-${id}`))));
}

/** Ends the processes of dead runs and removes their cgroups and directories. Gives back their ids. */
export function sweepDeadRuns(base: string): readonly string[] {
  const living = livingRuns(base);
  const dead = runIds(base).filter((id) => !living.has(id));
  for (const id of dead) {
    const directory = join(base, `run-${id}`);
    for (const pid of markedProcesses(id)) {
      sendSignal(pid, 'SIGCONT');
      sendSignal(pid, 'SIGKILL');
    }
    const isEmpty = cgroupsOf(directory).every((path) => removeCgroup(path));
    // A group whose last process is still ending stays for the next sweep.
    if (isEmpty) rmSync(directory, { recursive: true, force: true });
  }
  return dead;
}

/** The cgroup directories of the run with that directory. */
export function cgroupsOf(directory: string): readonly string[] {
  const text = readText(join(directory, CGROUPS_FILE)) ?? '';
  return text.split('\n').filter((path) => path !== '');
}

/** Ends what is in a cgroup directory and removes it with those below; false while it is busy. */
export function removeCgroup(directory: string): boolean {
  for (const pid of (readText(join(directory, 'cgroup.procs')) ?? '').split('\n')) {
    if (pid !== '') sendSignal(Number(pid), 'SIGKILL');
  }
  const children = subdirectories(directory);
  if (children === undefined) return true;
  const areGone = children.map((name) => removeCgroup(join(directory, name)));
  try {
    rmdirSync(directory);
    return areGone.every(Boolean);
  } catch {
    // EBUSY: a process in it has not ended yet
    return false;
  }
}

function subdirectories(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    // it is gone
    return undefined;
  }
}

function runIds(base: string): readonly string[] {
  return (subdirectories(base) ?? [])
    .filter((name) => name.startsWith('run-'))
    .map((name) => name.slice('run-'.length));
}

function isRunAlive(directory: string): boolean {
  const text = readText(join(directory, OWNER_FILE));
  if (text === undefined) return false;
  const owner = parsedJson(text);
  if (typeof owner !== 'object' || owner === null || !('pid' in owner)) return false;
  if (typeof owner.pid !== 'number' || !isAlive(owner.pid)) return false;
  const startTicks = 'startTicks' in owner ? owner.startTicks : undefined;
  return startTicks === undefined || startTicks === processStartTicks(owner.pid);
}

/** Undefined for a file that was cut: its run died while it began. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
