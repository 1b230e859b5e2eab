/** A load worker's side: takes a plan, sends it at the agreed instant, tells numbered lines. */
import type { Cancel, Clock } from '../../time/clock.js';
import type { FromSender, ToSender } from './sender-messages.js';
import type { Running } from './run-plan.js';
import {
  answerLine,
  readToWorker,
  toldLine,
  type ToWorker,
  type WorkerAnswer,
} from './worker-messages.js';

/** A worker that hears nothing for so long ends itself: nobody may be left who could stop it. */
export const SILENCE_MS = 120_000;
/** Lines kept to be told again: ten minutes of a load, should the cluster have lost them. */
const KEPT_LINES = 1_200;

/** What a worker is made of. */
export interface WorkerSessionOptions {
  readonly clock: Clock;
  /** Starts to send: `runPlan`. */
  readonly run: (
    start: Extract<ToSender, { kind: 'start' }>,
    tell: (message: FromSender) => void,
  ) => Promise<Running>;
  /** Takes a line for its output, without the line's end. */
  readonly out: (line: string) => void;
  /** Takes a line for its standard error, without the line's end. */
  readonly answer: (line: string) => void;
  /** Called once, when it has nothing more to do. */
  readonly onEnd: (because: 'bye' | 'stopped' | 'silence') => void;
}

/** See the file's first line. One plan after the other may be sent. */
export class WorkerSession {
  readonly #options: WorkerSessionOptions;
  readonly #kept: { readonly number: number; readonly line: string }[] = [];
  #number = 0;
  #plan: Extract<ToWorker, { kind: 'plan' }> | undefined;
  #startedId: number | undefined;
  #running: Running | undefined;
  #isSending = false;
  #isToStop = false;
  #isToEnd: 'stopped' | 'silence' | undefined;
  #hasEnded = false;
  #cancelSilence: Cancel = () => undefined;

  constructor(options: WorkerSessionOptions) {
    this.#options = options;
    this.#heard();
  }

  /** Takes a line of its input; what is none of ours is passed over. */
  receive(line: string): void {
    const message = readToWorker(line);
    if (message === undefined || this.#hasEnded) return;
    this.#heard();
    switch (message.kind) {
      case 'ping':
        this.#answer({ kind: 'pong', n: message.n, atMs: this.#options.clock.now() });
        break;
      case 'plan':
        this.#plan = message;
        this.#answer({ kind: 'planned', id: message.id });
        break;
      case 'start':
        this.#start(message);
        break;
      case 'stop':
        this.#stop();
        break;
      case 'again':
        this.#tellAgain(message.from);
        break;
      case 'bye':
        this.#end('bye');
        break;
    }
  }

  /** Stops what is being sent, tells what became of it, and ends: the pod is being deleted. */
  terminate(): void {
    this.#endAfterLoad('stopped');
  }

  #start(message: Extract<ToWorker, { kind: 'start' }>): void {
    const plan = this.#plan;
    if (plan?.id !== message.id) return; // it is asked for again, after the plan
    this.#answer({ kind: 'started', id: message.id });
    if (this.#startedId === message.id) return;
    this.#startedId = message.id;
    this.#isSending = true;
    this.#isToStop = false;
    this.#send({ ...message, ...plan, kind: 'start' }).catch((error: unknown) => {
      this.#tell({
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
      });
      this.#finished();
    });
  }

  async #send(start: Extract<ToSender, { kind: 'start' }>): Promise<void> {
    const running = await this.#options.run(start, (message) => this.#tell(message));
    this.#running = running;
    if (this.#isToStop) running.stop();
    this.#tell({ kind: 'done', ...(await running.finished) });
    this.#finished();
  }

  #finished(): void {
    this.#running = undefined;
    this.#isSending = false;
    if (this.#isToEnd !== undefined) this.#end(this.#isToEnd);
  }

  #stop(): void {
    this.#isToStop = true;
    this.#running?.stop();
  }

  #endAfterLoad(because: 'stopped' | 'silence'): void {
    this.#isToEnd ??= because;
    if (this.#isSending) this.#stop();
    else this.#end(because);
  }

  #end(because: 'bye' | 'stopped' | 'silence'): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelSilence();
    this.#stop();
    this.#options.onEnd(because);
  }

  #tell(message: FromSender): void {
    const number = this.#number++;
    const line = toldLine(number, message);
    this.#kept.push({ number, line });
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
    this.#options.out(line);
  }

  #tellAgain(from: number): void {
    for (const { number, line } of this.#kept) {
      if (number >= from) this.#options.out(line);
    }
  }

  #answer(answer: WorkerAnswer): void {
    this.#options.answer(answerLine(answer));
  }

  #heard(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#options.clock.after(SILENCE_MS, () => {
      this.#endAfterLoad('silence');
    });
  }
}
