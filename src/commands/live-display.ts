/** Shows a run while it goes on: a live view on a terminal, plain lines elsewhere. */
import type { Experiment } from '../experiment/experiment.js';
import { formatDurationMs } from '../core/duration.js';
import { liveView, progressLine } from '../report/live-view.js';
import { plannedMs } from '../run/real-cluster/planned-time.js';
import type { LiveState } from '../run/live-state.js';
import type { Clock } from '../time/clock.js';
import type { Recorder } from '../timeline/recorder.js';
import { Redraw } from './redraw.js';

/** What is shown and how. */
export interface LiveDisplayOptions {
  readonly live: LiveState;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Plain lines even on a terminal. */
  readonly isPlain: boolean;
}

/** Redraws by itself until closed. */
export class LiveDisplay {
  readonly #redraw: Redraw;

  constructor({ live, recorder, clock, isPlain }: LiveDisplayOptions) {
    this.#redraw = new Redraw({
      clock,
      isPlain,
      view: (columns) => liveView(live.snapshot(recorder.now()), columns),
      line: () => progressLine(live.snapshot(recorder.now())),
    });
  }

  /** Says what is run and how to look into it. */
  introduce(
    experiment: Experiment,
    at: {
      readonly kubeconfig: string;
      readonly folder: string;
      /** Of the embedded cluster. */
      readonly facts?: { readonly cpuScaleBecause: string };
      /** Of another cluster. */
      readonly lines?: readonly string[];
      /** Absent: the one that the kubeconfig names. */
      readonly context?: string;
    },
  ): void {
    const { name, question, namespace } = experiment;
    const context = at.context === undefined ? '' : `--context ${at.context} `;
    process.stdout.write(
      [
        `${name}: ${question}`,
        `takes about ${formatDurationMs(plannedMs(experiment))}; the result goes to ${at.folder}`,
        ...(at.facts === undefined ? [] : [`CPU scale: ${at.facts.cpuScaleBecause}`]),
        ...(at.lines ?? []),
        'watch it from another terminal:',
        `  export KUBECONFIG=${at.kubeconfig}`,
        `  kubectl ${context}get hpa,pods -n ${namespace}     (and: kubectl ${context}get pods -n ${namespace} -w)`,
        '',
        '',
      ].join('\n'),
    );
  }

  /** Shows the present state at once, then each period. */
  changed(): void {
    this.#redraw.changed();
  }

  /** Leaves the last state on the screen. */
  close(): void {
    this.#redraw.close();
  }
}
