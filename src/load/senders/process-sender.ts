/** The sender as the harness sees it: everything that sends runs in a process of its own. */
import { LabError } from '../../core/errors.js';
import { OwnProcess } from '../../process/own-process.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type { LoadPlan, LoadSender, LoadSummary, SendOptions } from '../sender.js';
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
  /** Told the process id of each sender, for whoever watches what it uses. */
  readonly onStarted?: (pid: number) => void;
}

/** Sends each load from a new process, which ends with the load, or with this process. */
export class ProcessSender implements LoadSender {
  readonly #options: ProcessSenderOptions;

  constructor(options: ProcessSenderOptions) {
    this.#options = options;
  }

  /**
   * See {@link LoadSender}.
   *
   * @throws {LabError} `LOAD_INVALID` when the plan has faults, all of them named;
   *   `SENDER_FAILED` when the sender's process died.
   */
  async send(plan: LoadPlan, options: SendOptions): Promise<LoadSummary> {
    const faults = [
      ...planFaults(plan, options.baseUrl),
      ...engineFaults(this.#options.engine, plan, options.baseUrl),
    ];
    if (faults.length > 0) {
      throw new LabError('LOAD_INVALID', `the load cannot be sent:\n  ${faults.join('\n  ')}`);
    }
    const run = new SenderRun(this.#options, options);
    try {
      return await run.send({
        kind: 'start',
        plan,
        baseUrl: options.baseUrl,
        startAtMs: options.startAtMs,
        engine: this.#options.engine,
        share: { index: 0, count: 1 },
      });
    } finally {
      await run.end();
    }
  }
}

/** One sender process and what it tells. */
class SenderRun {
  readonly #process: OwnProcess<ToSender>;
  readonly #clock: Clock;
  readonly #options: SendOptions;
  readonly #summary: Promise<LoadSummary>;
  #resolve: (summary: LoadSummary) => void = () => undefined;
  #reject: (error: LabError) => void = () => undefined;

  constructor({ clock, onStarted }: ProcessSenderOptions, options: SendOptions) {
    this.#clock = clock;
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
        this.#fail(`the load generator's process ended before the load did (${how})${words}`);
      },
    });
    if (this.#process.pid !== undefined) onStarted?.(this.#process.pid);
  }

  async send(start: ToSender): Promise<LoadSummary> {
    const { signal } = this.#options;
    let cancelGrace: Cancel = nothingToCancel;
    const stop = (): void => {
      this.#process.send({ kind: 'stop' });
      cancelGrace = this.#clock.after(STOP_GRACE_MS, () => {
        this.#fail(`the load generator did not stop within ${STOP_GRACE_MS} ms`);
      });
    };
    this.#process.send(start);
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
        this.#resolve(message.summary);
        break;
      case 'failed':
        this.#fail(`the load generator failed: ${message.message}`);
        break;
    }
  }

  #fail(message: string): void {
    this.#reject(new LabError('SENDER_FAILED', message));
  }
}

function nothingToCancel(): void {
  // until a stop was asked for
}
