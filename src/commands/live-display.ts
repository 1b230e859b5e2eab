/** Shows a run while it goes on: a live view on a terminal, plain lines elsewhere. */
import { createLogUpdate } from 'log-update';
import type { Experiment } from '../experiment/experiment.js';
import { formatDurationMs } from '../core/duration.js';
import { liveView, progressLine } from '../report/live-view.js';
import type { LiveState } from '../run/live-state.js';
import type { Cancel, Clock } from '../time/clock.js';
import type { Recorder } from '../timeline/recorder.js';

/** What is shown and how. */
export interface LiveDisplayOptions {
  readonly live: LiveState;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Plain lines even on a terminal. */
  readonly isPlain: boolean;
}

const VIEW_PERIOD_MS = 500;
const LINE_PERIOD_MS = 5_000;
const DEFAULT_COLUMNS = 100;

/** Redraws by itself until closed. */
export class LiveDisplay {
  readonly #options: LiveDisplayOptions;
  readonly #view: ReturnType<typeof createLogUpdate> | undefined;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(options: LiveDisplayOptions) {
    this.#options = options;
    const isView = process.stdout.isTTY && !options.isPlain;
    this.#view = isView ? createLogUpdate(process.stdout, { showCursor: true }) : undefined;
  }

  /** Says what is run and how to look into it. */
  introduce(
    experiment: Experiment,
    at: {
      readonly kubeconfig: string;
      readonly folder: string;
      readonly facts: { readonly cpuScaleBecause: string; readonly cpuLimitsBecause: string };
    },
  ): void {
    const { name, question, namespace } = experiment;
    process.stdout.write(
      [
        `${name}: ${question}`,
        `takes about ${formatDurationMs(plannedMs(experiment))}; the result goes to ${at.folder}`,
        `CPU scale: ${at.facts.cpuScaleBecause}`,
        'watch it from another terminal:',
        `  export KUBECONFIG=${at.kubeconfig}`,
        `  kubectl get hpa,pods -n ${namespace}     (and: kubectl get pods -n ${namespace} -w)`,
        '',
        '',
      ].join('\n'),
    );
  }

  /** Shows the present state at once, then each period. */
  changed(): void {
    if (this.#isClosed) return;
    this.#cancel?.();
    this.#draw();
    const periodMs = this.#view === undefined ? LINE_PERIOD_MS : VIEW_PERIOD_MS;
    this.#cancel = this.#options.clock.after(periodMs, () => this.changed());
  }

  /** Leaves the last state on the screen. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#view?.done();
  }

  #draw(): void {
    const { live, recorder } = this.#options;
    const snapshot = live.snapshot(recorder.now());
    if (this.#view === undefined) {
      process.stdout.write(`${progressLine(snapshot)}\n`);
    } else {
      this.#view(liveView(snapshot, process.stdout.columns ?? DEFAULT_COLUMNS).join('\n'));
    }
  }
}

/** Without deploying and tearing down, whose length nobody knows before. */
function plannedMs({ load: { load }, settleMs, coolDownMs }: Experiment): number {
  const loadMs =
    load.model === 'closed'
      ? load.durationMs
      : load.profile.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return settleMs + loadMs + coolDownMs;
}
