/** Syncs of an HPA over recorded CPU use: what it would have seen, as far as that can be known. */
import type { RecordedSync } from '../../autoscaling/hpa/backtest.js';
import type { PodRequests } from '../../autoscaling/hpa/pod-requests.js';
import type { PodMetricSnapshot, PodSnapshot } from '../../autoscaling/hpa/snapshots.js';
import type { UsageSample, UsageSeries } from './usage-recording.js';

/** What the values of a recording are. */
export type UsageKind =
  /** One series a pod, cores. */
  | 'pods'
  /** One series: cores of all pods together. */
  | 'total'
  /** One series: average use in percent of the request. */
  | 'utilization';

/** What is known beside the use. */
export interface UsageSyncOptions {
  readonly kind: UsageKind;
  readonly syncPeriodMs: number;
  /** Of one pod; undefined: none is known. */
  readonly requests: PodRequests | undefined;
  /** Size of the workload over time; undefined: as many as have a sample. */
  readonly replicas: readonly UsageSample[] | undefined;
}

/** Syncs made of a recording. */
export interface UsageSyncs {
  readonly syncs: readonly RecordedSync[];
  /** Syncs left out, as the recording has a gap there. */
  readonly skipped: number;
  /** How far apart samples are, ms. */
  readonly stepMs: number;
}

/** A sample counts until one and a half steps after it: the next one did not come. */
const STALE_STEPS = 1.5;
/** Pods were ready long before the recording. */
const LONG_AGO_MS = 0;

/**
 * One sync each period, from the first sample to the last. Every pod counts as ready while it has
 * samples; of several pods known by their number alone each uses the same.
 *
 * @param series - at least one with at least one sample.
 */
export function usageSyncs(series: readonly UsageSeries[], options: UsageSyncOptions): UsageSyncs {
  const instants = [...new Set(series.flatMap(({ samples }) => samples.map(({ atMs }) => atMs)))];
  instants.sort((a, b) => a - b);
  const [firstMs = 0] = instants;
  const lastMs = instants.at(-1) ?? firstMs;
  const stepMs = stepOf(instants) ?? options.syncPeriodMs;
  const readers = series.map((each) => new SeriesReader(each, stepMs * STALE_STEPS));
  const sizes = options.replicas === undefined ? undefined : new SizeReader(options.replicas);
  const syncs: RecordedSync[] = [];
  let skipped = 0;
  for (let atMs = firstMs; atMs <= lastMs; atMs += options.syncPeriodMs) {
    const found = readers.flatMap((reader) => reader.at(atMs) ?? []);
    if (found.length === 0) skipped++;
    else syncs.push(syncOf({ atMs, found, replicas: sizes?.at(atMs) }, options));
  }
  return { syncs, skipped, stepMs };
}

/** The usual distance of instants; undefined when there is only one. */
function stepOf(instants: readonly number[]): number | undefined {
  const gaps = instants.slice(1).map((atMs, index) => atMs - (instants[index] ?? atMs));
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)];
}

interface Found extends UsageSample {
  readonly name: string;
}

/** Reads one series forwards. */
class SeriesReader {
  readonly #series: UsageSeries;
  readonly #staleMs: number;
  #next = 0;

  constructor(series: UsageSeries, staleMs: number) {
    this.#series = series;
    this.#staleMs = staleMs;
  }

  /** The last sample up to an instant that is not stale; instants must not fall. */
  at(nowMs: number): Found | undefined {
    const { samples, name } = this.#series;
    while ((samples[this.#next]?.atMs ?? Infinity) <= nowMs) this.#next++;
    const sample = samples[this.#next - 1];
    if (sample === undefined || nowMs - sample.atMs >= this.#staleMs) return undefined;
    return { name, atMs: sample.atMs, value: sample.value };
  }
}

/** Reads a size forwards; before its first sample it was that. */
class SizeReader {
  readonly #samples: readonly UsageSample[];
  #next = 0;

  constructor(samples: readonly UsageSample[]) {
    this.#samples = samples;
  }

  at(nowMs: number): number | undefined {
    while ((this.#samples[this.#next]?.atMs ?? Infinity) <= nowMs) this.#next++;
    return this.#samples[Math.max(0, this.#next - 1)]?.value;
  }
}

interface Instant {
  readonly atMs: number;
  readonly found: readonly Found[];
  readonly replicas: number | undefined;
}

function syncOf(instant: Instant, options: UsageSyncOptions): RecordedSync {
  const { atMs } = instant;
  const requests = options.requests ?? NO_REQUESTS;
  const uses = options.kind === 'pods' ? podUses(instant) : evenUses(instant, options);
  const replicas = Math.round(instant.replicas ?? uses.length);
  const surplus = Math.max(0, replicas - uses.length);
  const unmeasured = Array.from({ length: surplus }, (_, index) => `unmeasured-${index + 1}`);
  const pods = [...uses.map(({ name }) => name), ...unmeasured];
  return {
    atMs,
    sync: {
      scale: {
        kind: 'found',
        specReplicas: replicas,
        statusReplicas: replicas,
        selector: 'recorded',
      },
      pods: pods.map((name) => readyPod(name, requests)),
      resources: { kind: 'pods', items: uses.map(({ name, milli }) => item(name, milli, atMs)) },
    },
  };
}

interface PodUse {
  readonly name: string;
  readonly milli: number;
}

function podUses({ found }: Instant): readonly PodUse[] {
  return found.map(({ name, value }) => ({ name, milli: milliOf(value) }));
}

/** Everything shared out evenly; what does not divide goes to the first pods. */
function evenUses(
  { found, replicas = 0 }: Instant,
  { kind, requests }: UsageSyncOptions,
): readonly PodUse[] {
  const value = found[0]?.value ?? 0;
  const count = Math.round(replicas);
  const request = requests?.totals['cpu'] ?? 0;
  const total = kind === 'total' ? milliOf(value) : Math.round((value * request * count) / 100);
  const each = count === 0 ? 0 : Math.floor(total / count);
  return Array.from({ length: count }, (_, index) => ({
    name: `pod-${index + 1}`,
    milli: each + (index < total - each * count ? 1 : 0),
  }));
}

/** Below this a fraction of a millicore comes from binary fractions, not from the recording. */
const FRACTION = 1e-6;

/**
 * Millicores, rounded up.
 *
 * @see Source: kubernetes `apimachinery/pkg/api/resource/quantity.go`, `MilliValue`.
 */
function milliOf(cores: number): number {
  return Math.ceil(cores * 1_000 - FRACTION);
}

const NO_REQUESTS: PodRequests = {
  isPodLevel: false,
  totals: {},
  containers: [{ name: 'app', amounts: {} }],
};

function readyPod(name: string, requests: PodRequests): PodSnapshot {
  return {
    name,
    phase: 'Running',
    isTerminating: false,
    startMs: LONG_AGO_MS,
    ready: { status: 'True', sinceMs: LONG_AGO_MS },
    requests,
  };
}

function item(name: string, milli: number, timestampMs: number): PodMetricSnapshot {
  return { name, timestampMs, windowMs: 0, totals: { cpu: milli }, containers: [] };
}
