/** CPU time and memory of process groups from `ps`, for systems without `/proc`. */
import { execFile } from 'node:child_process';
import type { Clock, EpochMs } from '../../../time/clock.js';
import type { UsageReader } from './usage-reader.js';

/** What `ps` says of one process group. */
export interface GroupSample {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** How often `ps` is run at most. */
const SHORTEST_INTERVAL_MS = 900;

/**
 * Sums of each process group in the output of `ps -A -o pgid=,time=,rss=`. Times are
 * `[[dd-]hh:]mm:ss[.cc]`, memory is in KiB.
 */
export function parseGroups(output: string): ReadonlyMap<number, GroupSample> {
  const groups = new Map<number, GroupSample>();
  for (const line of output.split('\n')) {
    const [group, time, memory] = line.trim().split(/\s+/);
    if (group === undefined || time === undefined || memory === undefined) continue;
    const before = groups.get(Number(group)) ?? { cpuMs: 0, memoryBytes: 0 };
    groups.set(Number(group), {
      cpuMs: before.cpuMs + timeMs(time),
      memoryBytes: before.memoryBytes + Number(memory) * 1_024,
    });
  }
  return groups;
}

function timeMs(text: string): number {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text];
  const seconds = (clock ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1_000);
}

/** Runs `ps` in the background whenever somebody asks, and answers with what it said last. */
export class PsUsage {
  readonly #clock: Clock;
  #groups: ReadonlyMap<number, GroupSample> = new Map();
  #askedAtMs: EpochMs | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A reader for one process group. */
  of(group: number): UsageReader {
    let highestMs: number | undefined;
    return {
      cpuMs: () => {
        const cpuMs = this.#sample(group)?.cpuMs;
        if (cpuMs !== undefined) highestMs = Math.max(highestMs ?? 0, cpuMs);
        return highestMs;
      },
      memoryBytes: () => this.#sample(group)?.memoryBytes,
      throttling: () => undefined,
      close: () => undefined,
    };
  }

  #sample(group: number): GroupSample | undefined {
    const nowMs = this.#clock.now();
    if (this.#askedAtMs === undefined || nowMs - this.#askedAtMs > SHORTEST_INTERVAL_MS) {
      this.#askedAtMs = nowMs;
      execFile('ps', ['-A', '-o', 'pgid=,time=,rss='], (error, output) => {
        if (error === null) this.#groups = parseGroups(output);
      });
    }
    return this.#groups.get(group);
  }
}
