/** What load workers cost the harness: it grows with workers and seconds, not with requests. */
import type { LoadPlan } from '../../src/load/sender.js';
import { LatencyHistogram } from '../../src/load/histogram.js';
import { oneRequest } from '../../src/load/request-spec.js';
import { ClusterSender } from '../../src/load/senders/cluster-sender.js';
import { answerLine, readToWorker, toldLine } from '../../src/load/senders/worker-messages.js';
import type { WorkerInput, WorkerPod, WorkerPods } from '../../src/load/worker-pods.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import { type BenchFigure, median } from './figure.js';

const ROUNDS = 3;
const SECONDS = 60;
const WORKERS = [1, 8, 64];
const RATES = [30, 300, 3_000];
const START_MS = 1_000_000_000_000;

/** CPU of this process for each second of a load, by workers and by requests a second of each. */
export async function benchWorkers(): Promise<readonly BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const workers of WORKERS) {
    for (const rate of RATES) figures.push(await figureOf(workers, rate));
  }
  return figures;
}

async function figureOf(workers: number, rate: number): Promise<BenchFigure> {
  const pods = Array.from({ length: workers }, (_, index) => new RecordedWorker(index, rate));
  const cpuMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) cpuMs.push(await cpuOf(pods));
  const value = median(cpuMs) / SECONDS;
  return {
    name: `${workers} workers of ${rate}/s each, ${workers * rate}/s: CPU a second`,
    value,
    unit: 'ms',
    ...(rate === 3_000 ? { limit: 2 + 0.5 * workers } : {}),
    note: `${ROUNDS} rounds of ${SECONDS} s; ${((value / workers) * 1_000).toFixed(0)} us for each worker`,
  };
}

async function cpuOf(all: readonly RecordedWorker[]): Promise<number> {
  const clock = new VirtualClock(START_MS);
  for (const each of all) each.clock = clock;
  const pods: WorkerPods = {
    start: () => Promise.resolve(all),
    ended: () => Promise.resolve(new Map()),
    close: () => Promise.resolve(),
  };
  const sender = new ClusterSender({
    clock,
    pods,
    engine: 'auto',
    targetUrl: () => Promise.resolve('http://10.0.0.1:80'),
  });
  const plan = planFor(all.length);
  const { signal } = new AbortController();
  await settled(clock, sender.prepare(plan, { signal, onNote: () => undefined }));
  const before = process.cpuUsage();
  let told = 0;
  const sending = sender.send(plan, {
    baseUrl: 'http://10.0.0.1:80',
    startAtMs: clock.now() + sender.leadMs,
    signal,
    onSecond: () => told++,
    onProgress: () => undefined,
  });
  await settled(clock, sending);
  const { user, system } = process.cpuUsage(before);
  await sender.close();
  if (told !== SECONDS) throw new Error(`expected ${SECONDS} seconds, got ${told}`);
  return (user + system) / 1_000;
}

/** A worker whose lines were made before anything is measured. */
class RecordedWorker implements WorkerPod {
  readonly index: number;
  readonly name: string;
  readonly node = 'node';
  clock = new VirtualClock(START_MS);
  readonly #lines: readonly string[];
  #onLine: (line: string, at: string) => void = () => undefined;

  constructor(index: number, rate: number) {
    this.index = index;
    this.name = `load-worker-${index}`;
    this.#lines = Array.from({ length: SECONDS }, (_, second) => secondLine(index, second, rate));
  }

  attach(onLine: (line: string) => void): Promise<WorkerInput> {
    const write = (line: string): void => {
      const message = readToWorker(line);
      if (message?.kind === 'ping') {
        const { n } = message;
        this.clock.after(1, () => {
          onLine(answerLine({ kind: 'pong', n, atMs: this.clock.now() }));
        });
      } else if (message?.kind === 'plan') {
        onLine(answerLine({ kind: 'planned', id: message.id }));
      } else if (message?.kind === 'start') {
        onLine(answerLine({ kind: 'started', id: message.id }));
        this.#send(message.startAtMs);
      }
    };
    return Promise.resolve({
      write,
      closed: new Promise<string>(() => undefined),
      close: () => undefined,
    });
  }

  followOutput(
    { signal }: { readonly signal: AbortSignal },
    onLine: (line: string, at: string) => void,
  ): ReturnType<WorkerPod['followOutput']> {
    this.#onLine = onLine;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ kind: 'ended' }), { once: true });
    });
  }

  #send(startAtMs: number): void {
    for (const [second, line] of this.#lines.entries()) {
      const atMs = startAtMs + (second + 1) * 1_000;
      this.clock.after(atMs - this.clock.now(), () => this.#onLine(line, String(atMs)));
    }
    const endMs = startAtMs + SECONDS * 1_000 + 1;
    this.clock.after(endMs - this.clock.now(), () => {
      const audit = { cpuMs: 1, elapsedMs: 1, maxRssBytes: 1, isSaturated: false };
      const summary = { startedAtMs: startAtMs, endedAtMs: endMs, engine: 'recorded', audit };
      this.#onLine(toldLine(SECONDS, { kind: 'done', summary, sendLag: '' }), String(endMs));
    });
  }
}

/** Times from 5 ms to some seconds, as of a service that is now and then slow. */
function secondLine(index: number, second: number, rate: number): string {
  const histogram = new LatencyHistogram();
  for (let n = 0; n < rate; n++) {
    const part = ((n * 7_919 + index * 104_729 + second * 1_299_709) % 10_000) / 10_000;
    histogram.recordMs(5 - 30 * Math.log(1 - part));
  }
  const times = histogram.encode();
  return toldLine(second, {
    kind: 'second',
    second: {
      second,
      due: rate,
      dropped: 0,
      unsent: 0,
      sent: rate,
      late: 0,
      answered: { '2xx': rate },
      failed: {},
      unanswered: 0,
      responseTime: times,
      serviceTime: times,
      byPod: Object.fromEntries(Array.from({ length: 10 }, (_, pod) => [`pod-${pod}`, rate / 10])),
    },
  });
}

function planFor(workers: number): LoadPlan {
  const stage = { name: 'load', kind: 'constant', ratePerSecond: 1 } as const;
  return {
    load: {
      model: 'open',
      spacing: 'even',
      profile: { stages: [{ ...stage, durationMs: SECONDS * 1_000 }] },
    },
    requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
    connections: { kind: 'keep-alive' },
    maxConnections: 1_000,
    maxInFlight: 1_000,
    timeoutMs: 5_000,
    seed: 1,
    fromCluster: { workers },
  };
}

async function settled(clock: VirtualClock, promise: Promise<unknown>): Promise<void> {
  const state = { isSettled: false };
  const settle = (): void => void (state.isSettled = true);
  promise.then(settle, settle);
  while (!state.isSettled) await clock.advanceAsync(100);
  await promise;
}
