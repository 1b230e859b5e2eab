/** Load workers without a cluster: real sessions on virtual time, each with a clock of its own, and faults. */
import type { ShareSummary } from '../../src/load/merge-shares.js';
import type { LoadSecond } from '../../src/load/sender.js';
import type { FromSender, ToSender } from '../../src/load/senders/sender-messages.js';
import { WorkerSession } from '../../src/load/senders/worker-session.js';
import type { OutputEnd, WorkerInput, WorkerPod, WorkerPods } from '../../src/load/worker-pods.js';
import type { Clock } from '../../src/time/clock.js';
import type { VirtualClock } from '../../src/time/virtual-clock.js';
import { aLoadSecond } from './a-timeline.js';

/** What these workers do. */
export interface FakeWorkersOptions {
  readonly clock: VirtualClock;
  /** Their clocks less ours, ms, by index. */
  readonly skewMs?: readonly number[];
  /** What a line takes to a worker and back, ms. */
  readonly wayMs?: (index: number) => { readonly there: number; readonly back: number };
  /** How many seconds each load lasts. */
  readonly seconds: number;
  /** Of a worker in each second. */
  readonly due: (index: number) => number;
}

/** See the file's first line. */
export class FakeWorkers implements WorkerPods {
  readonly workers: FakeWorker[] = [];
  isClosed = false;
  readonly #options: FakeWorkersOptions;

  constructor(options: FakeWorkersOptions) {
    this.#options = options;
  }

  start(count: number): Promise<readonly WorkerPod[]> {
    for (let index = 0; index < count; index++) {
      this.workers.push(new FakeWorker(index, this.#options));
    }
    return Promise.resolve(this.workers);
  }

  ended(): Promise<ReadonlyMap<number, string>> {
    return Promise.resolve(
      new Map(this.workers.flatMap(({ index, end }) => (end === undefined ? [] : [[index, end]]))),
    );
  }

  close(): Promise<void> {
    this.isClosed = true;
    for (const worker of this.workers) worker.kill('closed');
    return Promise.resolve();
  }
}

/** One of them. */
export class FakeWorker implements WorkerPod {
  readonly index: number;
  readonly name: string;
  readonly node: string;
  /** How it ended; undefined: it has not. */
  end: string | undefined;
  /** Our time at which it began to send. */
  startedAtMs: number | undefined;
  readonly written: string[] = [];
  attachments = 0;
  readings = 0;
  /** Numbers of lines that its log does not keep. */
  readonly forgotten = new Set<number>();
  readonly #options: FakeWorkersOptions;
  readonly #session: WorkerSession;
  #output: { readonly line: string; readonly at: string }[] = [];
  #followers = new Set<{
    tell: (line: string, at: string) => void;
    end: (how: OutputEnd) => void;
  }>();
  #inputs = new Set<{ onLine: (line: string) => void; cut: (because: string) => void }>();
  #isReachable = true;

  constructor(index: number, options: FakeWorkersOptions) {
    this.index = index;
    this.name = `load-worker-${index}`;
    this.node = `node-${index % 2}`;
    this.#options = options;
    this.#session = new WorkerSession({
      clock: skewed(options.clock, options.skewMs?.[index] ?? 0),
      run: (start, tell) => Promise.resolve(this.#run(start, tell)),
      out: (line) => this.#write(line),
      answer: (line) => this.#answer(line),
      onEnd: (because) => this.kill(because),
    });
  }

  /** It ends at once, and says nothing more. */
  kill(because: string): void {
    if (this.end !== undefined) return;
    this.end = because;
    for (const { cut } of this.#inputs) cut('gone');
    for (const { end } of this.#followers) end({ kind: 'ended' });
    this.#followers.clear();
  }

  /** Connections to it break, and new ones fail until {@link reconnect}. */
  disconnect(): void {
    this.#isReachable = false;
    for (const { cut } of this.#inputs) cut('broken');
    for (const { end } of this.#followers) end({ kind: 'broken', because: 'broken' });
    this.#followers.clear();
  }

  /** Connections to it can be made again. */
  reconnect(): void {
    this.#isReachable = true;
  }

  attach(onLine: (line: string) => void): Promise<WorkerInput> {
    if (!this.#isReachable || this.end !== undefined) {
      return Promise.reject(new Error('cannot be reached'));
    }
    this.attachments++;
    const { promise: closed, resolve } = settleable<string>();
    const input = {
      onLine,
      cut: (because: string): void => {
        this.#inputs.delete(input);
        resolve(because);
      },
    };
    this.#inputs.add(input);
    return Promise.resolve({
      closed,
      write: (line) => {
        if (!this.#inputs.has(input)) return;
        this.written.push(line);
        this.#options.clock.after(this.#wayMs().there, () => {
          if (this.end !== undefined) return;
          this.#session.receive(line);
        });
      },
      close: () => input.cut('closed'),
    });
  }

  followOutput(
    { since, signal }: { readonly since?: string; readonly signal: AbortSignal },
    onLine: (line: string, at: string) => void,
  ): Promise<OutputEnd> {
    if (!this.#isReachable)
      return Promise.resolve({ kind: 'broken', because: 'cannot be reached' });
    this.readings++;
    for (const { line, at } of this.#output)
      if (since === undefined || at >= since) onLine(line, at);
    if (this.end !== undefined) return Promise.resolve({ kind: 'ended' });
    return new Promise((resolve) => {
      this.#followers.add({ tell: onLine, end: resolve });
      signal.addEventListener('abort', () => resolve({ kind: 'broken', because: 'aborted' }));
    });
  }

  #write(line: string): void {
    if (this.end !== undefined) return;
    const number = Number(/^@(\d+) /.exec(line)?.[1]);
    if (this.forgotten.delete(number)) return;
    const at = new Date(this.#options.clock.now()).toISOString();
    this.#output.push({ line, at });
    for (const { tell } of this.#followers) tell(line, at);
  }

  #answer(line: string): void {
    this.#options.clock.after(this.#wayMs().back, () => {
      for (const { onLine } of this.#inputs) onLine(line);
    });
  }

  #wayMs(): { readonly there: number; readonly back: number } {
    return this.#options.wayMs?.(this.index) ?? { there: 1, back: 1 };
  }

  #run(start: Extract<ToSender, { kind: 'start' }>, tell: (message: FromSender) => void) {
    const { clock, skewMs, seconds, due } = this.#options;
    const startedAtMs = start.startAtMs - (skewMs?.[this.index] ?? 0);
    this.startedAtMs = startedAtMs;
    const state = { isStopped: false };
    const finished = (async (): Promise<ShareSummary> => {
      for (let second = 0; second < seconds && !state.isStopped; second++) {
        await clock.sleep(Math.max(0, startedAtMs + (second + 1) * 1_000 - clock.now()));
        tell({ kind: 'second', second: secondOf(second, due(this.index)) });
      }
      return summaryOf(start.startAtMs, seconds);
    })();
    return Promise.resolve({ finished, stop: () => void (state.isStopped = true) });
  }
}

function secondOf(second: number, due: number): LoadSecond {
  return aLoadSecond(second, { timesMs: Array.from({ length: due }, (_, n) => 5 + n) });
}

function summaryOf(startedAtMs: number, seconds: number): ShareSummary {
  return {
    sendLag: '',
    summary: {
      startedAtMs,
      endedAtMs: startedAtMs + seconds * 1_000,
      engine: 'fake 1.0',
      audit: { cpuMs: 10, elapsedMs: seconds * 1_000, maxRssBytes: 1, isSaturated: false },
    },
  };
}

function skewed(clock: Clock, skewMs: number): Clock {
  return {
    now: () => clock.now() + skewMs,
    after: (delayMs, task) => clock.after(delayMs, task),
    sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
  };
}

function settleable<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  const resolvers: ((value: T) => void)[] = [];
  const promise = new Promise<T>((resolve) => resolvers.push(resolve));
  return { promise, resolve: (value) => resolvers.forEach((resolve) => resolve(value)) };
}
