/** What is known of a run while it goes on, from its records as they are made. */
import { cpuTargetOf } from '../analysis/run-facts.js';
import type { Experiment } from '../experiment/experiment.js';
import { profileOf, type Profile } from '../load/profile.js';
import type { LoadProgress } from '../load/sender.js';
import type { RunSnapshot } from '../report/live-view.js';
import type {
  CpuRecord,
  HeaderRecord,
  HpaRecord,
  KubeEventRecord,
  LoadRecord,
  Phase,
  PodRecord,
  TimelineRecord,
} from '../timeline/record.js';

/** Folds records into the latest {@link RunSnapshot}. */
export class LiveState {
  readonly #experiment: Experiment;
  readonly #profile: Profile | undefined;
  readonly #requests = new Map<string, number>();
  #phase: Phase = 'deploy';
  #loadT: number | undefined;
  #settleT: number | undefined;
  #progress: LoadProgress | undefined;
  #due = 0;
  #errors = 0;
  #ready: number | undefined;
  #desired: number | undefined;
  #hpa: HpaRecord | undefined;
  #cpu: CpuRecord | undefined;
  #cpuPercent: number | undefined;
  #lastEvent: string | undefined;
  #header: HeaderRecord | undefined;
  #targetCpuPercent: number | undefined;

  constructor(experiment: Experiment) {
    this.#experiment = experiment;
    const { load } = experiment.load;
    this.#profile = load.model === 'open' ? profileOf(load.profile) : undefined;
  }

  /** Takes a record into account. */
  record(record: TimelineRecord): void {
    switch (record.kind) {
      case 'header':
        this.#header = record;
        break;
      case 'phase':
        this.#phase = record.phase;
        if (record.phase === 'load') this.#loadT = record.t;
        if (record.phase === 'settle') this.#settleT = record.t;
        break;
      case 'load':
        this.#count(record);
        break;
      case 'workload':
        this.#ready = record.readyReplicas;
        this.#desired = record.specReplicas;
        break;
      case 'hpa':
        this.#hpa = record;
        break;
      case 'pod':
        this.#notePod(record);
        break;
      case 'cpu':
        this.#noteCpu(record);
        break;
      case 'event':
        this.#noteEvent(record);
        break;
      case 'load-summary':
      case 'endpoints':
      case 'pod-metrics':
      case 'hpa-decision':
      case 'gap':
      case 'prometheus':
      case 'harness':
      case 'note':
      case 'end':
        break; // not shown live
    }
  }

  /** Takes the sender's view of the last second into account. */
  progress(progress: LoadProgress): void {
    this.#progress = progress;
  }

  /** @param t - now, ms since the run began. */
  snapshot(t: number): RunSnapshot {
    const { name } = this.#experiment;
    const durationMs = loadDurationMs(this.#experiment);
    const loadMs = this.#loadT === undefined ? undefined : t - this.#loadT;
    const isLoading = this.#phase === 'load' && loadMs !== undefined && loadMs >= 0;
    const progress = isLoading ? this.#progress : undefined;
    return {
      experiment: name,
      phase: this.#phase,
      stage: isLoading ? this.#profile?.stageAt(loadMs).stage.name : undefined,
      elapsedMs: t,
      remainingMs: this.#remainingMs(t),
      loadShare: loadMs === undefined ? undefined : Math.min(1, Math.max(0, loadMs / durationMs)),
      plannedPerSecond: isLoading ? this.#profile?.ratePerSecondAt(loadMs) : undefined,
      sentPerSecond: progress?.sentPerSecond,
      p50Ms: progress?.p50Ms,
      p99Ms: progress?.p99Ms,
      ...(progress?.processes === undefined ? {} : { processes: progress.processes }),
      errors: this.#errors,
      requests: this.#due,
      inFlight: progress?.inFlight,
      readyReplicas: this.#ready,
      desiredReplicas: this.#desired,
      maxReplicas: this.#hpa?.maxReplicas,
      cpuPercent: this.#cpuPercent,
      targetCpuPercent: this.#targetCpuPercent,
      lastEvent: this.#lastEvent,
    };
  }

  #remainingMs(t: number): number | undefined {
    const { coolDownMs, settleMs } = this.#experiment;
    const settled = this.#settleT === undefined ? undefined : this.#settleT + settleMs;
    const loadT = this.#loadT ?? settled;
    if (loadT === undefined) return undefined;
    return Math.max(0, loadT + loadDurationMs(this.#experiment) + coolDownMs - t);
  }

  /** Rescales, and what goes wrong with pods; not an HPA's complaints while it has no metrics yet. */
  #noteEvent({ object, type, reason, message }: KubeEventRecord): void {
    const isRescale = object.startsWith('HorizontalPodAutoscaler/') && type === 'Normal';
    // A pod that drains fails its readiness probe on purpose.
    const isTrouble = object.startsWith('Pod/') && type === 'Warning' && reason !== 'Unhealthy';
    if (isRescale) this.#lastEvent = message;
    else if (isTrouble) this.#lastEvent = `${object}: ${reason}: ${message}`;
  }

  #count({ load }: LoadRecord): void {
    const failed = Object.values(load.failed).reduce((sum, count) => sum + count, 0);
    this.#due += load.due;
    this.#errors += failed + load.dropped + (load.answered['5xx'] ?? 0);
  }

  #notePod(record: PodRecord): void {
    const { uid, change, requests } = record;
    this.#targetCpuPercent ??= targetPercent(this.#header, record);
    if (change === 'deleted') this.#requests.delete(uid);
    else if (requests.cpuMillicores !== undefined) this.#requests.set(uid, requests.cpuMillicores);
  }

  /** Use between two samples over requests, of the pods that are in both. */
  #noteCpu(record: CpuRecord): void {
    const before = this.#cpu;
    this.#cpu = record;
    if (before === undefined || record.t <= before.t) return;
    const earlier = new Map(before.pods.map(({ uid, cpuMs }) => [uid, cpuMs]));
    let usedMillicores = 0;
    let requested = 0;
    for (const { uid, cpuMs } of record.pods) {
      const from = earlier.get(uid);
      const request = this.#requests.get(uid);
      if (from === undefined || request === undefined || cpuMs < from) continue;
      usedMillicores += (1_000 * (cpuMs - from)) / (record.t - before.t);
      requested += request;
    }
    this.#cpuPercent = requested === 0 ? undefined : (100 * usedMillicores) / requested;
  }
}

/** The HPA's target; what a pod requests is needed to know that there is one. */
function targetPercent(header: HeaderRecord | undefined, pod: PodRecord): number | undefined {
  if (header === undefined) return undefined;
  const target = cpuTargetOf({ header, records: [pod] });
  return target.kind === 'measured' ? target.value.utilizationPercent : undefined;
}

function loadDurationMs({ load: { load } }: Experiment): number {
  if (load.model === 'closed') return load.durationMs;
  return load.profile.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
