/** What the lab tells of a run while it goes on: counts and states made from the records of its timeline. */
import type { ExpositionFamily, ExpositionSample } from '../core/exposition-text.js';
import type { StringMap } from '../core/objects.js';
import { longestMsOf, middleMicrosOf, timeCounts } from '../load/time-counts.js';
import { PHASES, type LoadRecord, type Phase, type TimelineRecord } from '../timeline/record.js';

/** Upper bounds of response times, seconds, included. */
export const RESPONSE_TIME_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Response times so far. */
export interface ResponseTimeCounts {
  /** How many were within each of {@link RESPONSE_TIME_BOUNDS} and above the one before; the last: above all. */
  readonly counts: readonly number[];
  readonly count: number;
  /** Seconds, from the middle of each place of the histogram. */
  readonly sum: number;
}

/** A metric with its value at this instant. */
export type RunMetric = Omit<ExpositionFamily, 'type'> & {
  readonly type: 'counter' | 'gauge';
  /** As UCUM writes it: `s`, `By`, `{request}`. */
  readonly unit: string;
};

const MS = 1_000;
const MICROS = 1_000_000;

/** Takes every record of a run and tells where it stands. */
export class RunMetrics {
  #info: StringMap | undefined;
  #phase: Phase | undefined;
  #due = 0;
  #sent = 0;
  #dropped = 0;
  readonly #answered = new Map<string, number>();
  readonly #failed = new Map<string, number>();
  readonly #gaps = new Map<string, number>();
  readonly #ready = new Set<string>();
  readonly #counts = RESPONSE_TIME_BOUNDS.map(() => 0).concat(0);
  #count = 0;
  #sum = 0;
  #replicas: Readonly<Record<string, number>> | undefined;
  #hpaDesired: number | undefined;
  #harness: { readonly rssBytes: number; readonly cpuMs: number } | undefined;

  /** Takes a record into account. */
  record(record: TimelineRecord): void {
    if (record.kind === 'load') this.#load(record);
    else this.#state(record);
  }

  /** Response times of answered requests. */
  get responseTimes(): ResponseTimeCounts {
    return { counts: [...this.#counts], count: this.#count, sum: this.#sum };
  }

  /** Everything but response times; what is not known yet is left out. */
  metrics(): readonly RunMetric[] {
    return [
      gauge(
        'hpa_lab_run_info',
        'Which run this is; always 1.',
        this.#info === undefined ? [] : [{ labels: this.#info, value: 1 }],
      ),
      gauge(
        'hpa_lab_phase',
        '1 for the phase of the run, 0 for the others.',
        this.#phase === undefined
          ? []
          : PHASES.map((phase) => ({ labels: { phase }, value: phase === this.#phase ? 1 : 0 })),
      ),
      counter('hpa_lab_requests_due_total', 'Requests that were due.', [plain(this.#due)]),
      counter('hpa_lab_requests_sent_total', 'Requests that were sent.', [plain(this.#sent)]),
      counter(
        'hpa_lab_requests_dropped_total',
        'Requests due and never sent: too many were under way.',
        [plain(this.#dropped)],
      ),
      counter(
        'hpa_lab_requests_answered_total',
        'Answered requests by class of status.',
        byLabel('status_class', this.#answered),
      ),
      counter(
        'hpa_lab_requests_failed_total',
        'Requests sent and not answered, or not as they should be.',
        byLabel('kind', this.#failed),
      ),
      gauge('hpa_lab_pods_ready', 'Pods of the run that are ready.', [plain(this.#ready.size)]),
      gauge(
        'hpa_lab_replicas',
        'Replicas of the Deployment under test: asked for, ready, available.',
        Object.entries(this.#replicas ?? {}).map(([of, value]) => ({ labels: { of }, value })),
      ),
      gauge(
        'hpa_lab_hpa_desired_replicas',
        'Size that the HPA wants.',
        this.#hpaDesired === undefined ? [] : [plain(this.#hpaDesired)],
      ),
      counter(
        'hpa_lab_observation_gaps_total',
        'Times in which something could not be observed.',
        byLabel('source', this.#gaps),
      ),
      ...this.#ownMetrics(),
    ];
  }

  #ownMetrics(): readonly RunMetric[] {
    if (this.#harness === undefined) return [];
    const { rssBytes, cpuMs } = this.#harness;
    return [
      {
        ...gauge('process_resident_memory_bytes', 'Memory of the lab itself.', [plain(rssBytes)]),
        unit: 'By',
      },
      {
        ...counter('process_cpu_seconds_total', 'CPU that the lab itself used.', [
          plain(cpuMs / MS),
        ]),
        unit: 's',
      },
    ];
  }

  #load({ load }: LoadRecord): void {
    this.#due += load.due;
    this.#sent += load.sent;
    this.#dropped += load.dropped;
    for (const [name, count] of Object.entries(load.answered)) add(this.#answered, name, count);
    for (const [name, count] of Object.entries(load.failed)) add(this.#failed, name, count);
    const times = timeCounts(load.responseTime);
    for (let index = 0; index < times.length; index += 2) {
      const [place = 0, count = 0] = [times[index], times[index + 1]];
      const atMost = longestMsOf(place) / MS;
      const found = RESPONSE_TIME_BOUNDS.findIndex((bound) => atMost <= bound);
      const bucket = found === -1 ? RESPONSE_TIME_BOUNDS.length : found;
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
      this.#count += count;
      this.#sum += (middleMicrosOf(place) / MICROS) * count;
    }
  }

  #state(record: TimelineRecord): void {
    switch (record.kind) {
      case 'header':
        this.#info = {
          run: record.runId,
          target: record.environment.target,
          version: record.environment.labVersion,
        };
        break;
      case 'phase':
        this.#phase = record.phase;
        break;
      case 'pod':
        if (record.change !== 'deleted' && record.isReady && !record.isTerminating) {
          this.#ready.add(record.uid);
        } else {
          this.#ready.delete(record.uid);
        }
        break;
      case 'workload': {
        const { specReplicas, readyReplicas, availableReplicas } = record;
        this.#replicas = { spec: specReplicas, ready: readyReplicas, available: availableReplicas };
        break;
      }
      case 'hpa':
        this.#hpaDesired = record.status?.desiredReplicas;
        break;
      case 'gap':
        add(this.#gaps, record.source, 1);
        break;
      case 'harness':
        this.#harness = record;
        break;
      case 'load':
      case 'load-summary':
      case 'endpoints':
      case 'pod-metrics':
      case 'cpu':
      case 'event':
      case 'hpa-decision':
      case 'prometheus':
      case 'note':
      case 'end':
        break;
    }
  }
}

function plain(value: number): ExpositionSample {
  return { labels: {}, value };
}

function byLabel(label: string, counts: ReadonlyMap<string, number>): readonly ExpositionSample[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function gauge(name: string, help: string, samples: readonly ExpositionSample[]): RunMetric {
  return { name, type: 'gauge', help, unit: '1', samples };
}

function counter(name: string, help: string, samples: readonly ExpositionSample[]): RunMetric {
  return { name, type: 'counter', help, unit: '1', samples };
}

/** Name of the metric of response times. */
export const RESPONSE_TIME = 'hpa_lab_response_time_seconds';
/** What it tells. */
export const RESPONSE_TIME_HELP =
  'From when a request was due to the end of its answer; answered requests.';

/** Everything, for the Prometheus text format. */
export function runFamilies(metrics: RunMetrics): readonly ExpositionFamily[] {
  const { counts, count, sum } = metrics.responseTimes;
  let below = 0;
  const buckets = counts.map((each, index) => {
    below += each;
    const le = String(RESPONSE_TIME_BOUNDS[index] ?? '+Inf');
    return { labels: { le }, suffix: '_bucket', value: below };
  });
  const samples = [
    ...buckets,
    { labels: {}, suffix: '_sum', value: sum },
    { labels: {}, suffix: '_count', value: count },
  ];
  return [
    ...metrics.metrics(),
    { name: RESPONSE_TIME, type: 'histogram', help: RESPONSE_TIME_HELP, samples },
  ];
}
