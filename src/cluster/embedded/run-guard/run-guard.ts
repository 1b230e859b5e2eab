/** Sees to it that nothing of a run outlives it, however the harness ends. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../../core/errors.js';
import { markedProcesses, processStartTicks, sendSignal } from './process-files.js';
import { REAPER_SCRIPT, RUN_MARK } from './reaper-script.js';
import { CGROUPS_FILE, OWNER_FILE, cgroupsOf, removeCgroup, sweepDeadRuns } from './sweep.js';

/** How a guard is made. */
export interface RunGuardOptions {
  /** Letters, digits and dashes; absent: a random one. */
  readonly runId?: string;
  /** Where the runs of this user have their directories; absent: a folder of the system's temp. */
  readonly baseDirectory?: string;
}

const MAX_REAPER_STARTS = 3;

/**
 * A run's mark, its temporary directory, and its reaper: a shell process of about 1 MB that waits
 * for our end on a pipe. Everything that is started for a run is started with `environment`.
 */
export class RunGuard {
  readonly runId: string;
  /** The run's own temporary directory; gone after `close`, or soon after our death. */
  readonly directory: string;
  /** The folder that runs of this user share. */
  readonly baseDirectory: string;
  readonly #groups = new Set<number>();
  #reaper: ChildProcess | undefined;
  #reaperStarts = 0;
  #isClosed = false;

  /** Removes what dead runs left, then starts watching over a new one. */
  static start(options: RunGuardOptions = {}): RunGuard {
    const base = options.baseDirectory ?? join(tmpdir(), `hpa-lab-${userName()}`);
    ownDirectory(base);
    sweepDeadRuns(base);
    return new RunGuard(options.runId ?? randomBytes(6).toString('hex'), base);
  }

  private constructor(runId: string, baseDirectory: string) {
    this.runId = runId;
    this.baseDirectory = baseDirectory;
    this.directory = join(baseDirectory, `run-${runId}`);
    // Renamed when it is complete: a run without an owner would be swept as dead.
    const unnamed = join(baseDirectory, `new-${runId}`);
    mkdirSync(unnamed, { recursive: true, mode: 0o700 });
    const owner = { pid: process.pid, startTicks: processStartTicks(process.pid) };
    writeFileSync(join(unnamed, OWNER_FILE), JSON.stringify(owner));
    renameSync(unnamed, this.directory);
    this.#startReaper();
  }

  /** Variables that every process of the run must carry. */
  get environment(): Readonly<Record<string, string>> {
    return { [RUN_MARK]: this.runId };
  }

  /** Process id of the reaper, for tests and for reports. */
  get reaperPid(): number | undefined {
    return this.#reaper?.pid;
  }

  /** Tells of a process group, which matters where marks cannot be read (not Linux). */
  protectGroup(processGroup: number): void {
    this.#groups.add(processGroup);
    this.#tell(`group ${processGroup}`);
  }

  /** A process group is gone; its number may come again for somebody else. */
  releaseGroup(processGroup: number): void {
    if (this.#groups.delete(processGroup)) this.#tell(`-group ${processGroup}`);
  }

  /** Tells of a cgroup directory that belongs to the run with everything below it. */
  protectCgroup(directory: string): void {
    appendFileSync(join(this.directory, CGROUPS_FILE), `${directory}\n`);
  }

  /** Ends every process of the run that is left and the reaper. Calling it again does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const pid of markedProcesses(this.runId)) {
      sendSignal(pid, 'SIGCONT');
      sendSignal(pid, 'SIGKILL');
    }
    for (const cgroup of cgroupsOf(this.directory)) removeCgroup(cgroup);
    rmSync(this.directory, { recursive: true, force: true });
    this.#tell('done');
    this.#reaper?.stdin?.end();
  }

  #startReaper(): void {
    this.#reaperStarts++;
    const reaper = spawn(
      '/bin/sh',
      ['-c', REAPER_SCRIPT, 'hpa-lab-reaper', this.runId, this.directory],
      {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
        cwd: '/',
      },
    );
    this.#reaper = reaper;
    // Losing the reaper must not end the run; it is started again below.
    reaper.on('error', () => undefined);
    reaper.stdin?.on('error', () => undefined);
    reaper.on('exit', () => {
      if (!this.#isClosed && this.#reaperStarts < MAX_REAPER_STARTS) this.#startReaper();
    });
    for (const group of this.#groups) this.#tell(`group ${group}`);
    reaper.unref();
    const input = reaper.stdin;
    if (input !== null && 'unref' in input && typeof input.unref === 'function') input.unref();
  }

  #tell(line: string): void {
    this.#reaper?.stdin?.write(`${line}\n`);
  }
}

/** The user's name, or the number where there is none (a container's user without an entry). */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'user');
  }
}

/**
 * Makes a directory that is nobody else's: what stands in it says which processes are ended.
 *
 * @throws {LabError} `CLUSTER_FAILED` when it is somebody else's, or others may write to it.
 */
function ownDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  const isPrivate = process.platform === 'win32' || (found.mode & 0o022) === 0;
  if (found.isDirectory() && isOwn && isPrivate) return;
  throw new LabError(
    'CLUSTER_FAILED',
    `expected ${path} to be a directory that only its owner, you, may write to; it is not`,
    { hint: 'remove it, or set TMPDIR to a directory of your own' },
  );
}
