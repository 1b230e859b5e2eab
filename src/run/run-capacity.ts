/** Searches the capacity of a service on a cluster that stands: fixed replicas, one try after the other. */
import {
  firstGuess,
  trialFigures,
  trialOutcome,
  type CapacityTrial,
  type ClosedEstimate,
  type ReplicaCapacity,
} from '../analysis/capacity.js';
import type { ClusterTarget } from '../cluster/target.js';
import { mergePatch } from '../core/merge-patch.js';
import { isKubeObject } from '../core/object-guards.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment, SloSettings } from '../experiment/experiment.js';
import {
  searchCapacity,
  type CapacityFound,
  type SearchSettings,
  type StepReason,
  type TrialOutcome,
} from '../load/capacity-search.js';
import type {
  LoadPlan,
  LoadProgress,
  LoadSecond,
  LoadSender,
  AuditedLoadSummary,
} from '../load/sender.js';
import type { Clock } from '../time/clock.js';
import { waitUntilReady } from './wait-until-ready.js';

/** How a search goes. */
export interface CapacitySettings extends Omit<SearchSettings, 'startPerSecond'> {
  /** How long each try counts. */
  readonly stepMs: number;
  /** Before it, at the same rate; not counted. */
  readonly warmUpMs: number;
}

/** What is done at a moment. */
export type CapacityActivity =
  | { readonly kind: 'deploy'; readonly replicas: number }
  | { readonly kind: 'estimate'; readonly replicas: number; readonly concurrency: number }
  | {
      readonly kind: 'try';
      readonly replicas: number;
      readonly ratePerSecond: number;
      readonly why: StepReason;
    };

/** What came of it. */
export type CapacityNews =
  | { readonly kind: 'estimated'; readonly replicas: number; readonly estimate: ClosedEstimate }
  | { readonly kind: 'tried'; readonly replicas: number; readonly trial: CapacityTrial }
  | { readonly kind: 'found'; readonly replicas: number; readonly found: CapacityFound };

/** What a search is given. */
export interface CapacityRunOptions {
  readonly experiment: Experiment;
  /** The experiment's objects, prepared; the HPA is left out. */
  readonly objects: readonly KubeObject[];
  readonly target: ClusterTarget;
  readonly sender: LoadSender<AuditedLoadSummary>;
  readonly clock: Clock;
  readonly slo: SloSettings;
  /** Numbers of replicas, one search for each. */
  readonly replicas: readonly number[];
  readonly settings: CapacitySettings;
  readonly onActivity: (activity: CapacityActivity, lengthMs: number | undefined) => void;
  readonly onNews: (news: CapacityNews) => void;
  readonly onProgress: (progress: LoadProgress) => void;
  /** Aborting ends the search; what was found until then is the result. */
  readonly signal: AbortSignal;
}

/** Users for the first guess, for each replica. */
const USERS_A_REPLICA = [1, 4, 16];
const ESTIMATE_MS = 4_000;
/** Not counted of an estimate. */
const ESTIMATE_WARM_UP_MS = 1_000;
/** Between two tries, for queues to empty. */
const REST_MS = 1_000;
/** After pods became ready: their start is no load. */
const SETTLE_MS = 2_000;
const LEAD_MS = 200;
const SECOND_MS = 1_000;
/** A closed load's own limit is its number of users. */
const MAX_IN_FLIGHT = 1_000;

/**
 * Finds what each number of replicas holds, the fewest first.
 *
 * @returns one for each number of replicas that was come to.
 * @throws {LabError} when the cluster or the sender fails.
 */
export async function runCapacity(
  options: CapacityRunOptions,
): Promise<readonly ReplicaCapacity[]> {
  const capacities: ReplicaCapacity[] = [];
  for (const replicas of options.replicas.toSorted((a, b) => a - b)) {
    if (options.signal.aborted) break;
    const search = new ReplicaSearch(replicas, options);
    try {
      await search.run();
    } catch (error) {
      if (!options.signal.aborted) throw error;
    }
    if (search.hasTried) capacities.push(search.result());
  }
  return capacities;
}

/** The search with one number of replicas. */
class ReplicaSearch {
  readonly #replicas: number;
  readonly #options: CapacityRunOptions;
  readonly #estimates: ClosedEstimate[] = [];
  readonly #trials: CapacityTrial[] = [];
  #found: CapacityFound | undefined;

  constructor(replicas: number, options: CapacityRunOptions) {
    this.#replicas = replicas;
    this.#options = options;
  }

  get hasTried(): boolean {
    return this.#estimates.length > 0;
  }

  result(): ReplicaCapacity {
    return {
      replicas: this.#replicas,
      estimates: this.#estimates,
      trials: this.#trials,
      found: this.#found ?? { kind: 'unfinished', because: 'it was stopped before the first try' },
    };
  }

  async run(): Promise<void> {
    const { onActivity, target, objects, experiment, clock, signal, settings, slo } = this.#options;
    const replicas = this.#replicas;
    onActivity({ kind: 'deploy', replicas }, undefined);
    await target.apply(fixedReplicas(objects, experiment, replicas));
    await waitUntilReady({ experiment, target, clock, signal });
    await clock.sleep(SETTLE_MS, signal);
    for (const users of USERS_A_REPLICA) await this.#estimate(users * replicas);
    const startPerSecond = firstGuess(this.#estimates, slo) ?? 1;
    this.#found = await searchCapacity(
      (ratePerSecond, why) => this.#try(ratePerSecond, why),
      { ...settings, startPerSecond: Number(startPerSecond.toPrecision(3)) },
      signal,
    );
    this.#options.onNews({ kind: 'found', replicas, found: this.#found });
  }

  async #estimate(concurrency: number): Promise<void> {
    const { onActivity, onNews, slo, experiment } = this.#options;
    const replicas = this.#replicas;
    onActivity({ kind: 'estimate', replicas, concurrency }, ESTIMATE_MS);
    const sent = await this.#send({
      ...experiment.load,
      load: { model: 'closed', concurrency, durationMs: ESTIMATE_MS },
      maxConnections: concurrency,
      maxInFlight: concurrency,
    });
    const figures = trialFigures(after(sent.seconds, ESTIMATE_WARM_UP_MS), slo);
    const estimate: ClosedEstimate = { concurrency, ...figures };
    this.#estimates.push(estimate);
    onNews({ kind: 'estimated', replicas, estimate });
  }

  async #try(ratePerSecond: number, why: StepReason): Promise<TrialOutcome> {
    const { onActivity, onNews, slo, settings } = this.#options;
    const { warmUpMs, stepMs } = settings;
    const replicas = this.#replicas;
    onActivity({ kind: 'try', replicas, ratePerSecond, why }, warmUpMs + stepMs);
    const { seconds: all, summary } = await this.#send(this.#planOf(ratePerSecond));
    const seconds = after(all, warmUpMs);
    const figures = trialFigures(seconds, slo);
    const outcome = trialOutcome({ seconds, figures, summary }, slo);
    const { because } = summary.audit;
    const told = outcome === 'saturated' && because !== undefined ? { because } : {};
    const trial: CapacityTrial = { ratePerSecond, why, outcome, ...figures, ...told };
    this.#trials.push(trial);
    onNews({ kind: 'tried', replicas, trial });
    return outcome;
  }

  #planOf(ratePerSecond: number): LoadPlan {
    const { experiment, settings } = this.#options;
    const { warmUpMs, stepMs } = settings;
    const { load, maxInFlight, maxConnections } = experiment.load;
    const isOpen = load.model === 'open';
    const stage = { kind: 'constant', ratePerSecond } as const;
    const warmUp = { ...stage, name: 'warm-up', durationMs: warmUpMs };
    const step = { ...stage, name: 'step', durationMs: stepMs };
    const stages = warmUpMs > 0 ? [warmUp, step] : [step];
    return {
      ...experiment.load,
      load: { model: 'open', profile: { stages }, spacing: isOpen ? load.spacing : 'even' },
      maxInFlight: isOpen ? maxInFlight : MAX_IN_FLIGHT,
      maxConnections: isOpen ? maxConnections : MAX_IN_FLIGHT,
    };
  }

  /** Sends when every pod is ready, and rests before it: what an overload leaves behind is no load. */
  async #send(plan: LoadPlan): Promise<{
    readonly seconds: readonly LoadSecond[];
    readonly summary: AuditedLoadSummary;
  }> {
    const { experiment, target, clock, signal, sender, onProgress } = this.#options;
    await clock.sleep(REST_MS, signal);
    await waitUntilReady({ experiment, target, clock, signal });
    const baseUrl = await target.serviceUrl(experiment.namespace, experiment.service);
    const seconds: LoadSecond[] = [];
    const summary = await sender.send(plan, {
      baseUrl,
      startAtMs: clock.now() + LEAD_MS,
      signal,
      onSecond: (second) => {
        seconds.push(second);
      },
      onProgress,
    });
    signal.throwIfAborted();
    return { seconds, summary };
  }
}

/** The seconds after a warm-up. */
function after(seconds: readonly LoadSecond[], warmUpMs: number): readonly LoadSecond[] {
  return seconds.filter(({ second }) => second * SECOND_MS >= warmUpMs);
}

/**
 * The objects at the most pods that the experiment or the search comes to: the CPU scale is chosen for
 * them. With the autoscalers, so that a search of fewer pods has the scale of the experiment's runs.
 */
export function atMostPods(
  objects: readonly KubeObject[],
  experiment: Pick<Experiment, 'deployment'>,
  replicas: readonly number[],
): readonly KubeObject[] {
  return [
    ...objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler'),
    ...fixedReplicas(objects, experiment, Math.max(1, ...replicas)),
  ];
}

/** The objects without their autoscalers, the Deployment under test at so many replicas. */
export function fixedReplicas(
  objects: readonly KubeObject[],
  { deployment }: Pick<Experiment, 'deployment'>,
  replicas: number,
): readonly KubeObject[] {
  return objects
    .filter(({ kind }) => kind !== 'HorizontalPodAutoscaler')
    .map((object) => {
      if (object.kind !== 'Deployment' || object.metadata.name !== deployment) return object;
      const fixed = mergePatch(object, { spec: { replicas } });
      return isKubeObject(fixed) ? fixed : object;
    });
}
