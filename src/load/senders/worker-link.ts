/** The harness's side of one load worker: keeps the connections to it up and its lines whole. */
import type { Cancel, Clock } from '../../time/clock.js';
import type { ShareSummary } from '../merge-shares.js';
import type { LoadShare } from '../plan-shares.js';
import type { LoadProgress, LoadSecond } from '../sender.js';
import type { WorkerInput, WorkerPod } from '../worker-pods.js';
import { ClockExchange, type ClockOffset } from './clock-exchange.js';
import type { FromSender } from './sender-messages.js';
import { WorkerLines } from './worker-lines.js';
import { readAnswer, type ToWorker, toWorkerLine, type WorkerAnswer } from './worker-messages.js';

/** Between two looks at a link: a worker is pinged, and asked again for what is overdue. */
const TICK_MS = 5_000;
const RETRY_MS = 200;
const RETRY_MAX_MS = 5_000;
/** Questions whose quickest answer tells the clock. */
const CLOCK_QUESTIONS = 9;
/** How often the output of a worker that has ended is read before it counts as gone. */
const LAST_READS = 3;

/** How a share came to its end. */
export type ShareEnd =
  | { readonly kind: 'done'; readonly share: ShareSummary }
  | { readonly kind: 'lost'; readonly because: string };

/** What a link is made of. */
export interface WorkerLinkOptions {
  readonly pod: WorkerPod;
  readonly share: LoadShare;
  readonly clock: Clock;
  readonly onSecond: (second: LoadSecond) => void;
  readonly onProgress: (progress: LoadProgress) => void;
}

/** See the file's first line. Connections that break are made again; only the worker's end is the end. */
export class WorkerLink {
  readonly share: LoadShare;
  readonly pod: WorkerPod;
  readonly #options: WorkerLinkOptions;
  readonly #exchange: ClockExchange;
  readonly #lines: WorkerLines;
  readonly #over = new AbortController();
  /** Messages that were not answered yet, in the order in which they were sent. */
  readonly #open = new Map<ToWorker['kind'], ToWorker>();
  readonly #waiting = new Map<WorkerAnswer['kind'], () => void>();
  readonly #ended: Promise<ShareEnd>;
  #resolveEnd: (end: ShareEnd) => void = () => undefined;
  #input: WorkerInput | undefined;
  #cancelTick: Cancel = () => undefined;
  #podEnd: string | undefined;
  #lastSecond: number | undefined;
  #lostFrom: number | undefined;
  #attachFailure: string | undefined;

  constructor(options: WorkerLinkOptions) {
    this.share = options.share;
    this.pod = options.pod;
    this.#options = options;
    this.#exchange = new ClockExchange(options.clock);
    this.#lines = new WorkerLines((message) => this.#take(message));
    this.#ended = new Promise((resolve) => {
      this.#resolveEnd = resolve;
    });
  }

  /** Resolves when the share is sent or lost; never rejects. */
  get ended(): Promise<ShareEnd> {
    return this.#ended;
  }

  /** The last second of its share that is known; undefined before the first. */
  get lastSecond(): number | undefined {
    return this.#lastSecond;
  }

  /** Lines of its output that the cluster did not keep, and the second after which they were; undefined: none. */
  get lost(): { readonly lines: number; readonly fromSecond: number } | undefined {
    const { lost: lines } = this.#lines;
    return lines === 0 ? undefined : { lines, fromSecond: this.#lostFrom ?? 0 };
  }

  /** Its clock against ours, as far as is known. */
  get clockOffset(): ClockOffset | undefined {
    return this.#exchange.best;
  }

  /** Why it could not be attached to the last time; undefined when it could. */
  get attachFailure(): string | undefined {
    return this.#attachFailure;
  }

  /** Connects, and keeps connected until {@link close}. Resolves when its clock is known. */
  async open(): Promise<void> {
    const known = new Promise<void>((resolve) => this.#waiting.set('pong', resolve));
    void this.#keepAttached();
    void this.#keepFollowing();
    this.#tick();
    await known;
  }

  /** Gives it what to send. Resolves when it has it. */
  plan(message: Extract<ToWorker, { kind: 'plan' }>): Promise<void> {
    return this.#request(message, 'planned');
  }

  /** Tells it when to begin. Resolves when it knows. */
  start(message: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
    return this.#request(message, 'started');
  }

  /** Tells it to stop sending, until it has. */
  stop(): void {
    this.#open.delete('start');
    this.#open.set('stop', { kind: 'stop' });
    this.#write({ kind: 'stop' });
  }

  /** The cluster says that the worker has ended; what it had written is still read. */
  podEnded(because: string): void {
    this.#podEnd ??= because;
  }

  /** Nothing more is waited for. */
  giveUp(because: string): void {
    if (this.#lines.missingFrom !== undefined) this.#lostFrom = (this.#lastSecond ?? -1) + 1;
    this.#lines.giveUp();
    this.#end({ kind: 'lost', because });
  }

  /** Dismisses the worker and ends all connections; the share counts as lost unless it was done. */
  close(): void {
    if (this.#over.signal.aborted) return;
    this.#write({ kind: 'bye' });
    this.#over.abort(new Error('closed'));
    this.#cancelTick();
    this.#input?.close();
    this.giveUp('it was dismissed');
  }

  #request(message: ToWorker, answer: WorkerAnswer['kind']): Promise<void> {
    const answered = new Promise<void>((resolve) => this.#waiting.set(answer, resolve));
    this.#open.set(message.kind, message);
    this.#write(message);
    return answered;
  }

  #write(message: ToWorker): void {
    this.#input?.write(toWorkerLine(message));
  }

  async #keepAttached(): Promise<void> {
    const { pod } = this.#options;
    await this.#again(async () => {
      try {
        const input = await pod.attach((line) => this.#answered(line));
        if (this.#over.signal.aborted) {
          input.close();
          return 'well';
        }
        this.#input = input;
        this.#attachFailure = undefined;
        this.#ask();
        for (const message of this.#open.values()) this.#write(message);
        this.#attachFailure = await input.closed;
        return 'well';
      } catch (error) {
        this.#attachFailure = error instanceof Error ? error.message : String(error);
        return 'failed';
      } finally {
        this.#input = undefined;
      }
    });
  }

  async #keepFollowing(): Promise<void> {
    const { signal } = this.#over;
    let since: string | undefined;
    let readsAfterEnd = 0;
    await this.#again(async () => {
      const podEnd = this.#podEnd;
      const before = since;
      const end = await this.#options.pod.followOutput(
        { ...(since === undefined ? {} : { since }), signal },
        (line, at) => {
          since = at;
          this.#lines.take(line);
        },
      );
      if (signal.aborted || podEnd === undefined) return since === before ? 'failed' : 'well';
      readsAfterEnd++;
      if (end.kind === 'ended' || readsAfterEnd >= LAST_READS) this.giveUp(podEnd);
      return 'failed';
    });
  }

  /** Does it until the link is closed, after waits that grow while it fails. */
  async #again(attempt: () => Promise<'well' | 'failed'>): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#over;
    let waitMs = RETRY_MS;
    while (!signal.aborted) {
      const how = await attempt();
      waitMs = how === 'well' ? RETRY_MS : Math.min(2 * waitMs, RETRY_MAX_MS);
      try {
        await clock.sleep(waitMs, signal);
      } catch {
        return; // closed
      }
    }
  }

  #answered(line: string): void {
    const answer = readAnswer(line);
    if (answer === undefined) return;
    switch (answer.kind) {
      case 'pong':
        this.#exchange.answer(answer.n, answer.atMs);
        if (this.#exchange.answered < CLOCK_QUESTIONS) this.#ask();
        else this.#resolve('pong');
        break;
      case 'planned':
        if (this.#isOf('plan', answer.id)) this.#resolve('planned');
        break;
      case 'started':
        if (this.#isOf('start', answer.id)) this.#resolve('started');
        break;
    }
  }

  #isOf(kind: 'plan' | 'start', id: number): boolean {
    const asked = this.#open.get(kind);
    if (asked === undefined || !('id' in asked) || asked.id !== id) return false;
    return this.#open.delete(kind);
  }

  #resolve(answer: WorkerAnswer['kind']): void {
    this.#waiting.get(answer)?.();
    this.#waiting.delete(answer);
  }

  #ask(): void {
    this.#write({ kind: 'ping', n: this.#exchange.ask() });
  }

  /** What was lost on the way is asked for again; that it is pinged tells the worker that we are there. */
  #tick(): void {
    this.#cancelTick = this.#options.clock.after(TICK_MS, () => {
      this.#ask();
      for (const message of this.#open.values()) this.#write(message);
      const from = this.#lines.missingFrom;
      if (from !== undefined) this.#write({ kind: 'again', from });
      this.#tick();
    });
  }

  #take(message: FromSender): void {
    switch (message.kind) {
      case 'second':
        this.#lastSecond = message.second.second;
        this.#options.onSecond(message.second);
        break;
      case 'progress':
        this.#options.onProgress(this.#byOurClock(message.progress));
        break;
      case 'done':
        this.#end({ kind: 'done', share: { summary: message.summary, sendLag: message.sendLag } });
        break;
      case 'failed':
        this.#end({ kind: 'lost', because: `it failed: ${message.message}` });
        break;
    }
  }

  #byOurClock(progress: LoadProgress): LoadProgress {
    return { ...progress, atMs: progress.atMs - (this.clockOffset?.offsetMs ?? 0) };
  }

  #end(end: ShareEnd): void {
    this.#open.clear();
    this.#resolveEnd(end);
  }
}
