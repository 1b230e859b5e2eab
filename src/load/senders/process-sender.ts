/** The sender as the harness sees it: everything that sends runs in a process of its own. */
import { availableParallelism } from 'node:os';
import { LabError } from '../../core/errors.js';
import { OwnProcess } from '../../process/own-process.js';
import type { Cancel, Clock } from '../../time/clock.js';
import {
  mergeSummaries,
  SharedProgress,
  SharedSeconds,
  type ShareSummary,
} from '../merge-shares.js';
import {
  type LoadShare,
  planShare,
  type ProcessCount,
  processesFor,
  processFaults,
} from '../plan-shares.js';
import type {
  LoadPlan,
  LoadProgress,
  LoadSecond,
  LoadSender,
  AuditedLoadSummary,
  SendOptions,
} from '../sender.js';
import { engineFaults, planFaults } from './plan-faults.js';
import type { EngineChoice, FromSender, ToSender } from './sender-messages.js';

/** Keeps the sender's memory small: it holds little for long. */
const NODE_OPTIONS = ['--max-semi-space-size=8', '--max-old-space-size=256'];
/** What a stopped sender may take to tell its last seconds. */
const STOP_GRACE_MS = 3_000;

/** How to send. */
export interface ProcessSenderOptions {
  readonly clock: Clock;
  readonly engine: EngineChoice;
  /** Absent: one. */
  readonly processes?: ProcessCount;
  /** Told the process id of each sender, for whoever watches what it uses. */
  readonly onStarted?: (pid: number) => void;
}

/**
 * Sends each load from new processes, which end with the load, or with this process. Each sends its share
 * of the arrivals, in turn, so that the load is the same however many there are; what they tell is merged
 * without loss.
 */
export class ProcessSender implements LoadSender<AuditedLoadSummary> {
  readonly #options: ProcessSenderOptions;

  constructor(options: ProcessSenderOptions) {
    this.#options = options;
  }

  /**
   * See {@link LoadSender}.
   *
   * @throws {LabError} `LOAD_INVALID` when the plan has faults, all of them named;
   *   `SENDER_FAILED` when one of the sender's processes died, with the share that is missing.
   */
  async send(plan: LoadPlan, options: SendOptions): Promise<AuditedLoadSummary> {
    const { engine, processes = 1 } = this.#options;
    const faults = [
      ...planFaults(plan, options.baseUrl),
      ...engineFaults(engine, plan, options.baseUrl),
    ];
    const all = faults.length > 0 ? faults : processFaults(plan, processes);
    if (all.length > 0) {
      throw new LabError('LOAD_INVALID', `the load cannot be sent:\n  ${all.join('\n  ')}`);
    }
    const count = processes === 'auto' ? processesFor(plan, availableParallelism()) : processes;
    const seconds = new SharedSeconds(count, options.onSecond);
    const progress = new SharedProgress(count, options.onProgress);
    const runs = Array.from({ length: count }, (_, index) => {
      const tellers = {
        onSecond: (second: LoadSecond) => seconds.add(index, second),
        onProgress: (each: LoadProgress) => progress.add(index, each),
      };
      const share = { index, count };
      return new SenderRun(this.#options, share, { signal: options.signal, ...tellers });
    });
    try {
      const { baseUrl, startAtMs } = options;
      const summaries = await Promise.all(
        runs.map(async (run) => {
          const summary = await run.send({ plan, baseUrl, startAtMs });
          progress.ended(run.share.index);
          return summary;
        }),
      );
      seconds.end();
      return mergeSummaries(summaries);
    } finally {
      await Promise.all(runs.map((run) => run.end()));
    }
  }
}

type RunOptions = Pick<SendOptions, 'signal' | 'onSecond' | 'onProgress'>;
type Sending = Pick<SendOptions, 'baseUrl' | 'startAtMs'> & { readonly plan: LoadPlan };

/** One sender process and what it tells. */
class SenderRun {
  readonly share: LoadShare;
  readonly #process: OwnProcess<ToSender>;
  readonly #clock: Clock;
  readonly #engine: EngineChoice;
  readonly #options: RunOptions;
  readonly #summary: Promise<ShareSummary>;
  #resolve: (summary: ShareSummary) => void = () => undefined;
  #reject: (error: LabError) => void = () => undefined;

  constructor(
    { clock, engine, onStarted }: ProcessSenderOptions,
    share: LoadShare,
    options: RunOptions,
  ) {
    this.share = share;
    this.#clock = clock;
    this.#engine = engine;
    this.#options = options;
    this.#summary = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#process = new OwnProcess<ToSender, FromSender>({
      from: import.meta.url,
      entry: './sender-process.js',
      nodeOptions: NODE_OPTIONS,
      clock,
      onMessage: (message) => this.#onMessage(message),
      onEnd: ({ how, lastWords }) => {
        const words = lastWords === '' ? '' : `; its last words: ${lastWords}`;
        this.#fail(`ended before the load did (${how})${words}`);
      },
    });
    if (this.#process.pid !== undefined) onStarted?.(this.#process.pid);
  }

  async send({ plan, baseUrl, startAtMs }: Sending): Promise<ShareSummary> {
    const { signal } = this.#options;
    const { share } = this;
    let cancelGrace: Cancel = nothingToCancel;
    const stop = (): void => {
      this.#process.send({ kind: 'stop' });
      cancelGrace = this.#clock.after(STOP_GRACE_MS, () => {
        this.#fail(`did not stop within ${STOP_GRACE_MS} ms`);
      });
    };
    this.#process.send({
      kind: 'start',
      plan: planShare(plan, share),
      baseUrl,
      startAtMs,
      engine: this.#engine,
      share,
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.#summary;
    } finally {
      cancelGrace();
      signal.removeEventListener('abort', stop);
    }
  }

  end(): Promise<void> {
    return this.#process.stop();
  }

  #onMessage(message: FromSender): void {
    switch (message.kind) {
      case 'second':
        this.#options.onSecond(message.second);
        break;
      case 'progress':
        this.#options.onProgress(message.progress);
        break;
      case 'done':
        this.#resolve({ summary: message.summary, sendLag: message.sendLag });
        break;
      case 'failed':
        this.#fail(`failed: ${message.message}`);
        break;
    }
  }

  #fail(what: string): void {
    const { index, count } = this.share;
    const who =
      count === 1
        ? "the load generator's process"
        : `process ${index + 1} of ${count} of the load generator`;
    const missing = count === 1 ? '' : `; its share, 1 of ${count} of all arrivals, is missing`;
    this.#reject(new LabError('SENDER_FAILED', `${who} ${what}${missing}`));
  }
}

function nothingToCancel(): void {
  // until a stop was asked for
}
