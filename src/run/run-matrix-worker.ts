/** Workers of a matrix: each simulates one trial at a time, in a process of its own. */
import { OwnProcess, type ProcessEnd } from '../process/own-process.js';
import type { Clock } from '../time/clock.js';
import { failedTrial, type TrialResult, type TrialTask } from './run-matrix-trial.js';

/** Simulates trials, one after the other. */
export interface TrialWorker {
  /** What became of a trial; one that is still to end when the worker stops is `interrupted`. Never rejects. */
  run(task: TrialTask): Promise<TrialResult>;
  stop(): Promise<void>;
}

/** Young objects live longer than one collection while a second is simulated: room for them saves time. */
const NODE_OPTIONS = ['--max-semi-space-size=32'];

/** A worker in a process of its own, which is started anew should it end by itself. */
export class ProcessWorker implements TrialWorker {
  readonly #clock: Clock;
  #process: OwnProcess<TrialTask, TrialResult> | undefined;
  #settle: ((result: TrialResult) => void) | undefined;
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  run(task: TrialTask): Promise<TrialResult> {
    if (this.#isStopped) return Promise.resolve(INTERRUPTED);
    const worker = (this.#process ??= this.#start());
    return new Promise((resolve) => {
      this.#settle = resolve;
      worker.send(task);
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#process?.stop();
    this.#done(INTERRUPTED);
  }

  #start(): OwnProcess<TrialTask, TrialResult> {
    return new OwnProcess({
      from: import.meta.url,
      entry: './run-matrix-process.js',
      nodeOptions: NODE_OPTIONS,
      clock: this.#clock,
      priority: 'usual',
      onMessage: (result) => this.#done(result),
      onEnd: (end) => this.#ended(end),
    });
  }

  #ended({ how, lastWords }: ProcessEnd): void {
    this.#process = undefined;
    const words = lastWords === '' ? '' : `: ${lastWords}`;
    this.#done(
      this.#isStopped ? INTERRUPTED : failedTrial(`the worker's process ended (${how})${words}`),
    );
  }

  #done(result: TrialResult): void {
    this.#settle?.(result);
    this.#settle = undefined;
  }
}

const INTERRUPTED: TrialResult = {
  outcome: 'interrupted',
  hasFolder: false,
  figures: {},
  failedThresholds: [],
};
