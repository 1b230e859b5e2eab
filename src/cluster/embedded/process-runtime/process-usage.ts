/** CPU time and memory of a process and its descendants, from `/proc`. */
import { readdirSync } from 'node:fs';
import type { Clock, EpochMs } from '../../../time/clock.js';
import { readText } from '../run-guard/process-files.js';
import { KernelFile } from './kernel-file.js';
import type { UsageReader } from './usage-reader.js';

/** `USER_HZ`, which is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4_096;

/** How long the lists of threads and of children are believed, and sleeping threads left alone. */
const LIST_AGE_MS = 500;
/** A thread that used nothing between so many reads is taken to sleep. */
const READS_UNTIL_ASLEEP = 4;

interface ThreadCounter {
  readonly file: KernelFile;
  cpuMs: number;
  readsUnchanged: number;
}

interface ProcessCounters {
  readonly stat: KernelFile | undefined;
  readonly threads: Map<string, ThreadCounter>;
  listedAtMs: EpochMs | undefined;
  children: readonly number[];
  /** Threads by schedstat, plus what ended threads and waited-for children had used. */
  cpuMs: number;
}

/**
 * Counts to the microsecond by the schedstat of every live thread. What has ended is in the process's
 * `stat` in steps of 10 ms, so a process whose threads come and go is counted by the larger of both.
 * Processes that left the tree (daemons) are not seen.
 *
 * A limiter reads a hundred times a second, so most threads, which sleep, are looked at only now and
 * then; until that, what one uses after waking is in `stat`.
 */
export class ProcessUsage implements UsageReader {
  readonly #root: number;
  readonly #clock: Clock;
  readonly #processes = new Map<number, ProcessCounters>();
  #endedMs = 0;
  #cpuMs = 0;

  /** @param root - process id of the container's first process. */
  constructor(root: number, clock: Clock) {
    this.#root = root;
    this.#clock = clock;
  }

  cpuMs(): number {
    const seen = new Set<number>();
    let totalMs = 0;
    const queue = [this.#root];
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      const counters = this.#read(pid);
      if (counters === undefined) continue;
      seen.add(pid);
      totalMs += counters.cpuMs;
      queue.push(...counters.children);
    }
    this.#forgetOthers(seen);
    this.#cpuMs = Math.max(this.#cpuMs, totalMs + this.#endedMs);
    return this.#cpuMs;
  }

  memoryBytes(): number | undefined {
    let bytes = 0;
    for (const pid of this.#processes.keys()) {
      bytes += residentBytes(pid) ?? 0;
    }
    return bytes === 0 ? undefined : bytes;
  }

  throttling(): undefined {
    return undefined;
  }

  close(): void {
    this.#forgetOthers(new Set());
  }

  #read(pid: number): ProcessCounters | undefined {
    const counters = this.#processes.get(pid) ?? this.#open(pid);
    const stat = counters?.stat?.read();
    if (counters === undefined || stat === undefined) return undefined;
    const nowMs = this.#clock.now();
    if (counters.listedAtMs === undefined || nowMs - counters.listedAtMs > LIST_AGE_MS) {
      counters.listedAtMs = nowMs;
      list(pid, counters);
    }
    const liveMs = threadsCpuMs(counters.threads);
    // After the name in parentheses: utime, stime, cutime, cstime are words 12 to 15.
    const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ownMs = (Number(words[11]) + Number(words[12])) * MS_PER_TICK;
    const waitedForMs = (Number(words[13]) + Number(words[14])) * MS_PER_TICK;
    counters.cpuMs = Math.max(counters.cpuMs, Math.max(liveMs, ownMs) + waitedForMs);
    return counters;
  }

  #open(pid: number): ProcessCounters | undefined {
    const stat = KernelFile.open(`/proc/${pid}/stat`);
    if (stat === undefined) return undefined;
    const counters: ProcessCounters = {
      stat,
      threads: new Map(),
      listedAtMs: undefined,
      children: [],
      cpuMs: 0,
    };
    this.#processes.set(pid, counters);
    return counters;
  }

  /** A child that ended was waited for by its parent, whose `cutime` holds its use from then on. */
  #forgetOthers(seen: ReadonlySet<number>): void {
    for (const [pid, counters] of this.#processes) {
      if (seen.has(pid)) continue;
      if (pid === this.#root) this.#endedMs = counters.cpuMs;
      counters.stat?.close();
      for (const { file } of counters.threads.values()) file.close();
      this.#processes.delete(pid);
    }
  }
}

/** Memory of a process that is in RAM, bytes; absent when it is gone or there is no `/proc`. */
export function residentBytes(pid: number): number | undefined {
  const pages = readText(`/proc/${pid}/statm`)?.split(' ')[1];
  return pages === undefined ? undefined : Number(pages) * PAGE_BYTES;
}

function threadsCpuMs(threads: Map<string, ThreadCounter>): number {
  let totalMs = 0;
  for (const [id, thread] of threads) {
    if (thread.readsUnchanged < READS_UNTIL_ASLEEP) {
      const text = thread.file.read();
      if (text === undefined) {
        thread.file.close();
        threads.delete(id);
        continue;
      }
      const cpuMs = Number(text.slice(0, text.indexOf(' '))) / 1e6;
      thread.readsUnchanged = cpuMs === thread.cpuMs ? thread.readsUnchanged + 1 : 0;
      thread.cpuMs = cpuMs;
    }
    totalMs += thread.cpuMs;
  }
  return totalMs;
}

function list(pid: number, counters: ProcessCounters): void {
  const tasks = `/proc/${pid}/task`;
  const children: number[] = [];
  for (const id of taskIds(tasks)) {
    const known = counters.threads.get(id);
    if (known === undefined) {
      const file = KernelFile.open(`${tasks}/${id}/schedstat`);
      if (file !== undefined) counters.threads.set(id, { file, cpuMs: 0, readsUnchanged: 0 });
    } else known.readsUnchanged = 0;
    const text = readText(`${tasks}/${id}/children`)?.trim() ?? '';
    if (text !== '') children.push(...text.split(' ').map(Number));
  }
  counters.children = children;
}

function taskIds(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // the process has just ended
    return [];
  }
}
