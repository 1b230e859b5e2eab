/**
 * What a sender process holds over a long load: a minute of 500/s, or as many seconds as
 * `HPA_LAB_BENCH_MEMORY_SECONDS` says (600 for the ten minutes that the limit is meant for).
 */
import { readFileSync } from 'node:fs';
import { totalOf } from '../../src/load/accounting.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type { LoadPlan, LoadSecond } from '../../src/load/sender.js';
import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { type BenchFigure, median } from './figure.js';
import { startServer } from './load-bench.js';

const RATE = 500;
const DEFAULT_SECONDS = 60;
const clock = new WallClock();

/** Most memory and growth of a sender process; growth only where `/proc` tells of other processes. */
export async function benchLoadMemory(): Promise<readonly BenchFigure[]> {
  const seconds = secondsWanted();
  const server = await startServer();
  try {
    return await memoryOf(server.url, seconds);
  } finally {
    server.stop();
  }
}

function secondsWanted(): number {
  const typed = process.env['HPA_LAB_BENCH_MEMORY_SECONDS'];
  const seconds = typed === undefined ? DEFAULT_SECONDS : Number(typed);
  if (Number.isSafeInteger(seconds) && seconds >= 8) return seconds;
  throw new RangeError(
    `HPA_LAB_BENCH_MEMORY_SECONDS: expected a whole number of at least 8, got "${typed}"`,
  );
}

async function memoryOf(baseUrl: string, seconds: number): Promise<readonly BenchFigure[]> {
  const told: LoadSecond[] = [];
  const heldMegabytes: number[] = [];
  let pid: number | undefined;
  const sender = new ProcessSender({
    clock,
    engine: 'socket',
    onStarted: (started) => {
      pid = started;
    },
  });
  const summary = await sender.send(planOf(seconds), {
    baseUrl,
    startAtMs: clock.now() + 500,
    signal: new AbortController().signal,
    onSecond: (second) => told.push(second),
    onProgress: () => {
      const bytes = pid === undefined ? undefined : residentBytes(pid);
      if (bytes !== undefined) heldMegabytes.push(bytes / 1e6);
    },
  });
  const { answered, due } = totalOf(told);
  const { gcPauseMs = Number.NaN, gcLongestMs = Number.NaN, maxRssBytes } = summary.audit;
  const note = `${seconds} s at ${RATE}/s; ${answered['2xx'] ?? 0} of ${due} answered`;
  return [
    { name: 'sender process: most memory', value: maxRssBytes / 1e6, unit: 'MB', limit: 120, note },
    ...growthFigures(heldMegabytes),
    {
      name: 'sender process: longest pause to collect garbage',
      value: gcLongestMs,
      unit: 'ms',
      note: `${gcPauseMs.toFixed(0)} ms in all`,
    },
  ];
}

/** From the second quarter, when it is warm, to the last. */
function growthFigures(heldMegabytes: readonly number[]): readonly BenchFigure[] {
  const quarter = Math.floor(heldMegabytes.length / 4);
  if (quarter === 0) return [];
  const early = median(heldMegabytes.slice(quarter, 2 * quarter));
  const late = median(heldMegabytes.slice(-quarter));
  return [
    {
      name: 'sender process: growth of its memory',
      value: late - early,
      unit: 'MB',
      limit: 5,
      note: `median ${early.toFixed(1)} MB in the second quarter, ${late.toFixed(1)} MB in the last`,
    },
  ];
}

/** Absent where the system does not tell. */
function residentBytes(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
  } catch {
    return undefined;
  }
}

function planOf(seconds: number): LoadPlan {
  const stage = { kind: 'constant', name: 'c', ratePerSecond: RATE } as const;
  return {
    load: {
      model: 'open',
      spacing: 'even',
      profile: { stages: [{ ...stage, durationMs: seconds * 1_000 }] },
    },
    requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
    connections: { kind: 'keep-alive' },
    maxConnections: 1_000,
    maxInFlight: 5_000,
    timeoutMs: 5_000,
    seed: 1,
  };
}
