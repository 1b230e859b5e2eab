/**
 * The syncs of a cluster's own HPA, decided again by ours from what was observed: a real HPA tells what
 * it wants, but no steps.
 */
import { backtest } from '../autoscaling/hpa/backtest.js';
import { decide } from '../autoscaling/hpa/decide.js';
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import { defaultHpa } from '../autoscaling/hpa/defaults.js';
import { podValue } from '../autoscaling/hpa/input.js';
import { NO_MEMORY } from '../autoscaling/hpa/memory.js';
import { readMilli } from '../autoscaling/hpa/quantities.js';
import { InputReader } from '../autoscaling/hpa/recorded-input.js';
import { DEFAULT_HPA_SETTINGS, type HpaSettings } from '../autoscaling/hpa/settings.js';
import { isSameMetric } from '../autoscaling/hpa/status.js';
import type { NamedReading, SyncReading } from '../autoscaling/hpa/sync-reading.js';
import type {
  HorizontalPodAutoscaler,
  MetricStatus,
  MetricValueStatus,
} from '../core/autoscaling-objects.js';
import { isHorizontalPodAutoscaler } from '../core/object-guards.js';
import type { HpaRecord, Timeline } from '../timeline/record.js';
import type { HpaSync, HpaSyncs, RealDecision } from './hpa-sync.js';
import { type Measure, measured, noData } from './measure.js';
import { ObservedHistory } from './observed-objects.js';
import { type RealSync, realSyncs } from './real-syncs.js';
import { experimentOf, recordsOf } from './run-facts.js';

/** The metrics API is asked every 500 ms: what is seen so soon after a sync may have been there at it. */
const METRICS_POLL_MS = 600;

/**
 * The syncs of a cluster's HPA as ours decides them. Absent when what they depend on is not on record.
 *
 * @param settings - of the cluster's controller; absent: upstream's defaults, as the API does not tell.
 */
export function reconstructSyncs(timeline: Timeline, settings?: HpaSettings): Measure<HpaSyncs> {
  const experiment = experimentOf(timeline);
  if (experiment.kind !== 'measured') return experiment;
  const { hpa: name, deployment } = experiment.value;
  const specs = new SpecHistory(timeline, name);
  if (!specs.isKnown) return noData('the run holds no spec of its HPA');
  const instants = realSyncs(timeline, name);
  if (instants.length === 0) return noData('no change of the status of the HPA was seen');
  const assumed = settings ?? assumedSettings(specs.all);
  const reader = new Reconstruction(timeline, { deployment, specs, settings: assumed });
  const read = instants.map((instant) => reader.read(instant));
  const [first] = read;
  if (first === undefined) return noData('the run holds no sync of its HPA');
  const { syncs: decided } = backtest(read, first.hpa, assumed);
  const syncs = decided.flatMap(({ decision }, index): readonly HpaSync[] => {
    const [of, instant] = [read[index], instants[index]];
    if (of === undefined || instant === undefined) return [];
    return [{ t: instant.t, decision, sync: of.sync, real: realDecision(decision, instant) }];
  });
  return measured({ settings: assumed, syncs, notes: notes(instants, settings) });
}

function notes(
  instants: readonly RealSync[],
  settings: HpaSettings | undefined,
): readonly string[] {
  const inferred = instants.filter(({ evidence }) => evidence === 'inferred').length;
  return [
    'these decisions are reconstructed: modelled from what was observed, as the HPA of a real cluster tells no steps',
    ...(settings === undefined
      ? ["the controller's flags are not to be seen: upstream's defaults are assumed"]
      : []),
    ...(inferred === 0
      ? []
      : [
          `${inferred} of ${instants.length} syncs left no trace, as they changed nothing: when they were is inferred from the period`,
        ]),
    'what the HPA had recommended before the run began is not known',
    'the clocks of the cluster and of this machine are taken to agree',
  ];
}

/** Nothing of the controller's flags can be seen, save that `minReplicas: 0` needs its gate. */
function assumedSettings(hpas: readonly HorizontalPodAutoscaler[]): HpaSettings {
  const isScaleToZeroEnabled = hpas.some(({ spec }) => spec.minReplicas === 0);
  return { ...DEFAULT_HPA_SETTINGS, isScaleToZeroEnabled };
}

/** The spec of one HPA over time. */
class SpecHistory {
  readonly #records: readonly { readonly t: number; readonly hpa: HorizontalPodAutoscaler }[];

  constructor(timeline: Timeline, name: string) {
    const applied = timeline.header.manifests
      .filter(isHorizontalPodAutoscaler)
      .find(({ metadata }) => metadata.name === name);
    const records = recordsOf(timeline, 'hpa').filter((record) => record.name === name);
    this.#records = changesOf(records, applied);
  }

  get isKnown(): boolean {
    return this.#records.length > 0;
  }

  get all(): readonly HorizontalPodAutoscaler[] {
    return this.#records.map(({ hpa }) => hpa);
  }

  /** @throws {RangeError} when none is known. */
  at(t: number): HorizontalPodAutoscaler {
    const found = this.#records.findLast((record) => record.t <= t) ?? this.#records[0];
    if (found === undefined) throw new RangeError('expected a spec');
    return found.hpa;
  }
}

/** As the API server had it; in older timelines as it was applied. The same spec is the same object. */
function changesOf(
  records: readonly HpaRecord[],
  applied: HorizontalPodAutoscaler | undefined,
): readonly { readonly t: number; readonly hpa: HorizontalPodAutoscaler }[] {
  const changes: { t: number; hpa: HorizontalPodAutoscaler }[] = [];
  let text: string | undefined;
  for (const { t, name, spec } of records) {
    if (spec === undefined || JSON.stringify(spec) === text) continue;
    text = JSON.stringify(spec);
    const bare = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };
    const { metadata } = applied ?? { metadata: { name } };
    changes.push({ t, hpa: defaultHpa({ ...bare, metadata, spec }) });
  }
  if (changes.length > 0 || applied === undefined) return changes;
  const { status: _status, ...stored } = applied;
  return [{ t: 0, hpa: defaultHpa(stored) }];
}

interface ReconstructionOptions {
  readonly deployment: string;
  readonly specs: SpecHistory;
  readonly settings: HpaSettings;
}

interface ReadSync {
  readonly atMs: number;
  readonly sync: SyncReading;
  readonly hpa: HorizontalPodAutoscaler;
}

/** Puts together what each sync read. */
class Reconstruction {
  readonly #history: ObservedHistory;
  readonly #specs: SpecHistory;
  readonly #settings: HpaSettings;
  readonly #startedMs: number;
  readonly #reader = new InputReader();

  constructor(timeline: Timeline, { deployment, specs, settings }: ReconstructionOptions) {
    this.#history = new ObservedHistory(timeline, deployment);
    this.#specs = specs;
    this.#settings = settings;
    this.#startedMs = Date.parse(timeline.header.startedAt);
  }

  /** Where the metrics API may have changed about then, what the HPA told of its metrics decides. */
  read(instant: RealSync): ReadSync {
    const { t, told, evidence } = instant;
    const hpa = this.#specs.at(t);
    const atMs = this.#startedMs + t;
    const candidates = this.#history.metricsAround(t, METRICS_POLL_MS);
    const readings = (candidates.length === 0 ? [[]] : candidates).map((items) =>
      this.#sync(instant, items),
    );
    const [first = this.#sync(instant, [])] = readings;
    if (evidence === 'inferred' || readings.length < 2) return { atMs, hpa, sync: first };
    const fits = readings.find((sync) => {
      const input = this.#reader.read(hpa, sync, this.#settings);
      const { currentMetrics } = decide(input, NO_MEMORY, atMs).verdict;
      return isSameAsTold(currentMetrics, told.currentMetrics);
    });
    return { atMs, hpa, sync: fits ?? first };
  }

  #sync({ t, told }: RealSync, metrics: readonly ReturnType<typeof podValue>[]): SyncReading {
    const { workload, pods } = this.#history.at(t);
    const names = new Set(pods.map(({ name }) => name));
    const specReplicas = workload?.specReplicas ?? told.currentReplicas ?? 0;
    const statusReplicas = workload?.replicas ?? pods.length;
    const podNames = pods.filter(({ isTerminating }) => !isTerminating).map(({ name }) => name);
    return {
      scale: { kind: 'found', specReplicas, statusReplicas, selector: 'observed' },
      pods,
      resources: { kind: 'pods', items: metrics.filter(({ name }) => names.has(name)) },
      named: (told.currentMetrics ?? []).flatMap((metric) =>
        toldReading(metric, { podNames, statusReplicas }),
      ),
    };
  }
}

function isSameAsTold(
  ours: readonly MetricStatus[] | null,
  told: readonly MetricStatus[] | null | undefined,
): boolean {
  const all = told ?? [];
  return (
    (ours ?? []).length === all.length &&
    all.every((metric, index) => {
      const own = ours?.[index];
      return own !== undefined && isSameMetric(own, metric);
    })
  );
}

/** Metrics that no watch shows are as the HPA told them; of pods it tells only the average. */
function toldReading(
  metric: MetricStatus,
  {
    podNames,
    statusReplicas,
  }: { readonly podNames: readonly string[]; readonly statusReplicas: number },
): readonly NamedReading[] {
  const { pods, object, external } = metric;
  if (pods !== undefined) {
    const milli = readMilli(pods.current.averageValue ?? '0');
    const items = podNames.map((name) => podValue(name, milli));
    return [{ kind: 'pods', name: pods.metric.name, reading: { kind: 'pods', items } }];
  }
  if (object !== undefined) {
    const milli = totalMilli(object.current, statusReplicas);
    return [{ kind: 'object', name: object.metric.name, reading: { kind: 'object', milli } }];
  }
  if (external !== undefined) {
    const values = [totalMilli(external.current, statusReplicas)];
    return [
      { kind: 'external', name: external.metric.name, reading: { kind: 'external', values } },
    ];
  }
  return [];
}

function totalMilli({ value, averageValue }: MetricValueStatus, replicas: number): number {
  if (value !== undefined) return readMilli(value);
  return readMilli(averageValue ?? '0') * replicas;
}

function realDecision(decision: HpaDecision, { told, event }: RealSync): RealDecision {
  const { desiredReplicas, conditions = [] } = told;
  const said = conditions.map(
    ({ type, status, reason = '', message = '' }) => `${type} ${status}, ${reason}: ${message}`,
  );
  const isActive = conditions.some(
    ({ type, status }) => type === 'ScalingActive' && status === 'True',
  );
  const agrees =
    decision.kind === 'cannot-decide' ? !isActive : decision.toReplicas === desiredReplicas;
  return { desiredReplicas, said: [...(event === undefined ? [] : [event]), ...said], agrees };
}
