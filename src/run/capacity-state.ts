/** What is known of a capacity search while it goes on. */
import type { CapacityTrial } from '../analysis/capacity.js';
import type { LoadProgress } from '../load/sender.js';
import type { CapacitySnapshot } from '../report/capacity-view.js';
import { plural } from '../report/format.js';
import type { Clock } from '../time/clock.js';
import type { CapacityActivity, CapacityNews } from './run-capacity.js';

/** Folds what happens into the latest {@link CapacitySnapshot}. */
export class CapacityState {
  readonly #experiment: string;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #activity = 'starting the cluster';
  #activitySinceMs: number;
  #activityLengthMs: number | undefined;
  #progress: LoadProgress | undefined;
  #trials: CapacityTrial[] = [];

  constructor(experiment: string, clock: Clock) {
    this.#experiment = experiment;
    this.#clock = clock;
    this.#startedMs = clock.now();
    this.#activitySinceMs = this.#startedMs;
  }

  /** Something begins; `lengthMs` undefined: nobody knows how long it takes. */
  activity(activity: CapacityActivity, lengthMs: number | undefined): void {
    this.#activity = activityText(activity);
    this.#activitySinceMs = this.#clock.now();
    this.#activityLengthMs = lengthMs;
    this.#progress = undefined;
    if (activity.kind === 'deploy') this.#trials = [];
  }

  /** Takes what came of something into account. */
  news(news: CapacityNews): void {
    if (news.kind === 'tried') this.#trials.push(news.trial);
  }

  /** Takes the sender's view of the last second into account. */
  progress(progress: LoadProgress): void {
    this.#progress = progress;
  }

  snapshot(): CapacitySnapshot {
    const nowMs = this.#clock.now();
    const lengthMs = this.#activityLengthMs;
    return {
      experiment: this.#experiment,
      elapsedMs: nowMs - this.#startedMs,
      activity: this.#activity,
      share: lengthMs === undefined ? undefined : (nowMs - this.#activitySinceMs) / lengthMs,
      sentPerSecond: this.#progress?.sentPerSecond,
      p99Ms: this.#progress?.p99Ms,
      inFlight: this.#progress?.inFlight,
      trials: this.#trials,
    };
  }
}

function activityText(activity: CapacityActivity): string {
  const pods = plural(activity.replicas, 'pod');
  switch (activity.kind) {
    case 'deploy':
      return `waiting for ${pods}`;
    case 'estimate':
      return `${pods}, first guess: ${plural(activity.concurrency, 'user')} that wait for answers`;
    case 'try':
    default:
      return `${pods} at ${activity.ratePerSecond}/s (${activity.why})`;
  }
}
