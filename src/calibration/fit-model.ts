/** From what measured runs show to a service model, with a word on where each number is from. */
import { experimentOf } from '../analysis/run-facts.js';
import { valueOf } from '../analysis/measure.js';
import { fieldOf, isRecord, valueAt } from '../core/json.js';
import { meanOf, type Scatter } from '../core/scatter.js';
import { askedCpuMs, TEXTBOOK_MODEL, type ServiceModel } from '../core/service-model.js';
import { defaultEmbeddedSettings } from '../experiment/complete-embedded.js';
import type { DelaySettings } from '../experiment/experiment.js';
import type { Timeline } from '../timeline/record.js';
import type { ParameterSource } from './model-file.js';
import { seenOfRun, SPELL_MS, type SeenOfRun } from './seen-of-run.js';

/** A model, and what its numbers are made from. */
export interface FittedModel {
  readonly model: ServiceModel;
  /** Absent unless every run was on a cluster whose delays nobody set. */
  readonly delays?: DelaySettings;
  readonly parameters: readonly ParameterSource[];
}

/** Probes of both kinds at the defaults of `manifests/`, a second; what they take is not seen apart. */
const PROBES_PER_SECOND = 0.3;
/** Longer answers than their CPU explains: up to so many times that CPU it is a slow thread, beyond it waiting. */
const SLOW_THREAD = 1;
/** CPUs that a starting process may get at the least; slower boots than the probe's delay show in readiness. */
const SLOWEST_BOOT_CPUS = 0.1;
const MOST_THREAD_CPUS = 1.25;
/** Of fewer requests a spell tells more of chance than of drift. */
const FEWEST_OF_A_SPELL = 100;
const FEWEST_SPELLS = 4;
/** At most: a drift over more than ten spells is the run's mean. */
const MOST_LIKENESS = 0.9;

/**
 * Fits a model to runs; what they do not show stays as in the textbook, and `parameters` says so.
 *
 * @param runs - at least one.
 */
export function fitModel(runs: readonly Timeline[]): FittedModel {
  const seen = merged(runs.map(seenOfRun));
  const notes: ParameterSource[] = [];
  const note = (name: string, because: string, isMeasured = true): void => {
    notes.push({ name, source: isMeasured ? 'measured' : 'textbook', because });
  };
  const idle = idleOf(seen, note);
  const requestMs = requestCpu(seen, idle.perPodMillicores, note);
  const times = timesOf(runs, { seen, requestMs, note });
  const starts = startsOf(runs, seen, note);
  const model: ServiceModel = {
    processStartMs: starts.processStartMs,
    bootCpuMs: bootOf(seen, note),
    request: {
      cpu: cpuOf(runs, { seen, requestMs, note }),
      waitMs: times.waitMs,
      ...driftOf(seen, { requestMs, idleMillicores: idle.perPodMillicores, note }),
    },
    probeCpuMs: TEXTBOOK_MODEL.probeCpuMs,
    idleMillicores: idle.idleMillicores,
    memoryBytes: memoryOf(seen, note),
    threadCpus: times.threadCpus,
    ...nodeOf(runs, note),
    networkMs: TEXTBOOK_MODEL.networkMs,
  };
  note('probeCpuMs', 'probes are not seen apart from the rest', false);
  note('networkMs', 'the way is not seen apart from the service', false);
  const { delays } = starts;
  return { model, parameters: notes, ...(delays === undefined ? {} : { delays }) };
}

type Note = (name: string, because: string, isMeasured?: boolean) => void;

interface Merged extends Omit<SeenOfRun, 'calmTimesMs'> {
  /** One list for each run that has one. */
  readonly calmTimesMs: readonly (readonly number[])[];
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function merged(seen: readonly SeenOfRun[]): Merged {
  const idle = seen.flatMap((each) => each.idle ?? []);
  const busy = seen.flatMap((each) => each.busy ?? []);
  const cpuOfAll = (all: readonly { readonly cpuMs: number; readonly podMs: number }[]) => ({
    cpuMs: sum(all.map(({ cpuMs }) => cpuMs)),
    podMs: sum(all.map(({ podMs }) => podMs)),
  });
  return {
    startMs: seen.flatMap(({ startMs }) => startMs),
    readyMs: seen.flatMap(({ readyMs }) => readyMs),
    bootCpuMs: seen.flatMap(({ bootCpuMs }) => bootCpuMs),
    idle: idle.length === 0 ? undefined : cpuOfAll(idle),
    busy:
      busy.length === 0
        ? undefined
        : {
            ...cpuOfAll(busy),
            requests: sum(busy.map(({ requests }) => requests)),
            spells: busy.flatMap(({ spells }) => spells),
          },
    calmTimesMs: seen.map(({ calmTimesMs }) => calmTimesMs).filter(({ length }) => length > 0),
    memoryBytes: seen.flatMap(({ memoryBytes }) => memoryBytes),
  };
}

function idleOf({ idle }: Merged, note: Note) {
  const probes = PROBES_PER_SECOND * TEXTBOOK_MODEL.probeCpuMs;
  if (idle === undefined) {
    note('idleMillicores', 'no run has a time without load', false);
    const { idleMillicores } = TEXTBOOK_MODEL;
    return { idleMillicores, perPodMillicores: idleMillicores + probes };
  }
  const perPodMillicores = (idle.cpuMs / idle.podMs) * 1_000;
  const seconds = Math.round(idle.podMs / 1_000);
  note('idleMillicores', `CPU of ${seconds} pod-seconds without load, less probes`);
  return { idleMillicores: round(Math.max(0, perPodMillicores - probes)), perPodMillicores };
}

/** Mean CPU of a request; absent when no run shows it. */
function requestCpu({ busy }: Merged, idleMillicores: number, note: Note): number | undefined {
  if (busy === undefined) {
    note('request.cpu', 'no run has CPU readings with every pod ready and no failures', false);
    return undefined;
  }
  const beyondIdle = busy.cpuMs - (busy.podMs * idleMillicores) / 1_000;
  note('request.cpu', `CPU of ${Math.round(busy.requests)} requests, less idle CPU`);
  return Math.max(0.01, beyondIdle / busy.requests);
}

/** How much dearer or cheaper requests were from spell to spell than in the mean. */
function driftOf(
  { busy }: Merged,
  of: {
    readonly requestMs: number | undefined;
    readonly idleMillicores: number;
    readonly note: Note;
  },
): Pick<ServiceModel['request'], 'drift'> {
  const { requestMs, idleMillicores, note } = of;
  const spells = busy?.spells.filter(({ requests }) => requests >= FEWEST_OF_A_SPELL) ?? [];
  if (requestMs === undefined || spells.length < FEWEST_SPELLS) {
    note('request.drift', 'no run is long enough to show any', false);
    return {};
  }
  const factors = spells
    .map(({ cpuMs, podMs, requests }) => (cpuMs - (podMs * idleMillicores) / 1_000) / requests)
    .map((ms) => Math.max(0, ms / requestMs));
  const kept = Math.min(MOST_LIKENESS, Math.max(0, likenessOfNeighbors(factors)));
  const everyMs = Math.round(SPELL_MS / (1 - kept));
  note('request.drift', `CPU of a request in ${spells.length} spells of ${SPELL_MS / 1_000} s`);
  return { drift: { everyMs, factor: scatterOf(factors) } };
}

/** Correlation of values with those before them: 0 where a spell tells nothing of the next. */
function likenessOfNeighbors(values: readonly number[]): number {
  const middle = mean(values) ?? 0;
  const apart = values.map((value) => value - middle);
  const together = apart.slice(1).map((value, index) => value * (apart[index] ?? 0));
  const spread = sum(apart.map((value) => value ** 2));
  return spread === 0 ? 0 : sum(together) / spread;
}

function cpuOf(
  runs: readonly Timeline[],
  of: { readonly seen: Merged; readonly requestMs: number | undefined; readonly note: Note },
): ServiceModel['request']['cpu'] {
  const { seen, requestMs } = of;
  if (requestMs === undefined) return TEXTBOOK_MODEL.request.cpu;
  const asked = runs.map(askedOf);
  const known = asked.flatMap((each) => each ?? []);
  if (known.length === asked.length) {
    const beyond = Math.max(0, requestMs - known.reduce((a, b) => a + b, 0) / known.length);
    const low = round(beyond / 2);
    return { kind: 'asked', beyondCpuMs: { kind: 'uniform', low, high: round(beyond * 1.5) } };
  }
  return { kind: 'drawn', cpuMs: likeTimes(requestMs, seen.calmTimesMs) };
}

/** CPU scatters as the times of answers did while little else was to do. */
function likeTimes(meanMs: number, times: Merged['calmTimesMs']): Scatter {
  const networkMs = meanOf(TEXTBOOK_MODEL.networkMs);
  const service = meanOfLists(times).map((timeMs) => Math.max(0, timeMs - networkMs));
  // tails are of queues, not of the work itself
  const shape = service.slice(0, 9);
  const median = shape[5] ?? 0;
  if (median <= 0) return { kind: 'constant', value: round(meanMs) };
  const values = shape.map((each) => Math.min(each, 2 * median)).toSorted((a, b) => a - b);
  const scale = meanMs / meanOf({ kind: 'empirical', values });
  return { kind: 'empirical', values: values.map((value) => round(value * scale)) };
}

/** What the sample service was asked for in the mean, ms; undefined when the service is another. */
function askedOf(timeline: Timeline): number | undefined {
  const experiment = valueOf(experimentOf(timeline));
  const deployment = timeline.header.manifests.find(
    (object) => fieldOf(object, 'kind') === 'Deployment',
  );
  const containers = valueAt(deployment, ['spec', 'template', 'spec', 'containers']);
  const isSample = /^hpa-lab\/sample-service/;
  const own = Array.isArray(containers)
    ? containers.find((each) => isSample.test(String(fieldOf(each, 'image'))))
    : undefined;
  if (own === undefined || experiment === undefined) return undefined;
  const env = fieldOf(own, 'env');
  const work = Array.isArray(env)
    ? env.find((each) => isRecord(each) && each['name'] === 'WORK_CPU_MS')
    : undefined;
  const byItselfMs = work === undefined ? 20 : Number(fieldOf(work, 'value'));
  let asked = 0;
  let weights = 0;
  for (const { weight, steps } of experiment.load.requests) {
    for (const { request } of steps) {
      asked += weight * (askedCpuMs(request.path) ?? byItselfMs);
      weights += weight;
    }
  }
  return weights === 0 || !Number.isFinite(asked) ? undefined : asked / weights;
}

/** How fast its thread is, and how long it waits for others, from the calmest answers. */
function timesOf(
  runs: readonly Timeline[],
  of: { readonly seen: Merged; readonly requestMs: number | undefined; readonly note: Note },
): Pick<ServiceModel, 'threadCpus'> & { readonly waitMs: Scatter } {
  const { seen, requestMs, note } = of;
  const scale = mean(runs.map(({ header }) => header.environment.embedded?.cpuScale ?? 1)) ?? 1;
  const nominal = 1 / scale;
  const { waitMs } = TEXTBOOK_MODEL.request;
  const medianMs = meanOfLists(seen.calmTimesMs)[5];
  if (medianMs === undefined || requestMs === undefined) {
    note('threadCpus', 'no run has enough answers without failures', false);
    note('request.waitMs', 'no run has enough answers without failures', false);
    return { threadCpus: nominal, waitMs };
  }
  const serviceMs = Math.max(0.01, medianMs - meanOf(TEXTBOOK_MODEL.networkMs));
  const excessMs = serviceMs - requestMs / nominal;
  if (excessMs > (SLOW_THREAD * requestMs) / nominal) {
    note(
      'threadCpus',
      'as the machine gave it; answers took longer than their CPU, so they waited',
    );
    note('request.waitMs', 'median answer of the calmest seconds, less its CPU');
    return { threadCpus: round(nominal), waitMs: { kind: 'constant', value: round(excessMs) } };
  }
  note('threadCpus', "CPU of a request over the median answer's time in the calmest seconds");
  note('request.waitMs', 'answers took little longer than their CPU');
  const threadCpus = Math.min(nominal * MOST_THREAD_CPUS, requestMs / serviceMs);
  return { threadCpus: round(threadCpus), waitMs };
}

function bootOf({ bootCpuMs }: Merged, note: Note): Scatter {
  if (bootCpuMs.length === 0) {
    note('bootCpuMs', 'no pod started in sight', false);
    return TEXTBOOK_MODEL.bootCpuMs;
  }
  note('bootCpuMs', `CPU until first ready of ${bootCpuMs.length} pods`);
  return scatterOf(bootCpuMs);
}

/**
 * Delays of pods. On the embedded cluster its settings are known and the rest is the process's own; of a
 * real one the whole is told by the settings.
 */
function startsOf(
  runs: readonly Timeline[],
  { startMs, readyMs, bootCpuMs }: Merged,
  note: Note,
): Pick<ServiceModel, 'processStartMs'> & { readonly delays?: DelaySettings } {
  const { processStartMs } = TEXTBOOK_MODEL;
  const defaults = defaultEmbeddedSettings().delays;
  const isReal = runs.every(({ header }) => header.environment.target === 'kubernetes');
  if (startMs.length === 0 || defaults === undefined) {
    note('processStartMs', 'no pod started in sight', false);
    return { processStartMs };
  }
  const initialMs = initialDelayMs(runs);
  const bootMs =
    quantile(
      bootCpuMs.toSorted((a, b) => a - b),
      0.5,
    ) / SLOWEST_BOOT_CPUS;
  // what a probe waits for tells more of a start than when its container was seen to run
  const isByReady = initialMs !== undefined && bootMs < initialMs && readyMs.length > 0;
  const until = isByReady ? readyMs.map((ms) => Math.max(0, ms - initialMs)) : startMs;
  const sorted = (isReal ? until : startMs).toSorted((a, b) => a - b);
  if (isReal) {
    note('processStartMs', "not seen apart from the pod's own start", false);
    note(
      'delays',
      `scheduled to ${isByReady ? 'ready' : 'running'} of ${sorted.length} pods; the kubelet's and the endpoints' part are defaults`,
    );
    const least = quantile(sorted, 0.1) - defaults.containerSeenMs - meanOf(processStartMs);
    const podStartMs = Math.max(0, Math.round(least));
    const podStartJitterMs = Math.round(quantile(sorted, 0.9) - quantile(sorted, 0.1));
    return { processStartMs, delays: { ...defaults, podStartMs, podStartJitterMs } };
  }
  const known = mean(runs.map((run) => knownDelayMs(run) ?? 0)) ?? 0;
  const own = Math.max(1, quantile(sorted, 0.5) - known);
  note(
    'processStartMs',
    `scheduled to running of ${sorted.length} pods, less the cluster's delays`,
  );
  return { processStartMs: { kind: 'uniform', low: round(own / 2), high: round(own * 1.5) } };
}

/** The embedded cluster starts processes; all else starts containers, which takes a node's own work. */
function nodeOf(runs: readonly Timeline[], note: Note): Pick<ServiceModel, 'containerStartCpuMs'> {
  if (runs.every(({ header }) => header.environment.target === 'embedded')) return {};
  note('containerStartCpuMs', "the node's own work is not seen in pods", false);
  const { containerStartCpuMs } = TEXTBOOK_MODEL;
  return containerStartCpuMs === undefined ? {} : { containerStartCpuMs };
}

/** Of the readiness probe of the first container; undefined without one, and where runs differ. */
function initialDelayMs(runs: readonly Timeline[]): number | undefined {
  const delays = runs.map(({ header }) => {
    const deployment = header.manifests.find((object) => fieldOf(object, 'kind') === 'Deployment');
    const containers = valueAt(deployment, ['spec', 'template', 'spec', 'containers']);
    const first: unknown = Array.isArray(containers) ? containers[0] : undefined;
    const seconds = valueAt(first, ['readinessProbe', 'initialDelaySeconds']);
    return typeof seconds === 'number' ? seconds * 1_000 : undefined;
  });
  return delays.every((delay) => delay === delays[0]) ? delays[0] : undefined;
}

/** What the cluster's own settings delay a start by in the mean, ms. */
function knownDelayMs(timeline: Timeline): number | undefined {
  const delays = valueOf(experimentOf(timeline))?.embedded?.delays;
  if (delays === undefined) return undefined;
  return delays.podStartMs + delays.podStartJitterMs / 2 + delays.containerSeenMs;
}

function memoryOf({ memoryBytes }: Merged, note: Note): number {
  const value = mean(memoryBytes);
  if (value === undefined) note('memoryBytes', 'no run tells memory', false);
  else note('memoryBytes', `mean of ${memoryBytes.length} pods at their last reading`);
  return Math.round(value ?? TEXTBOOK_MODEL.memoryBytes);
}

/** The values themselves, at most 21 quantiles of them. */
function scatterOf(values: readonly number[]): Scatter {
  const sorted = values.toSorted((a, b) => a - b);
  const count = Math.min(sorted.length, 21);
  if (count === 1) return { kind: 'constant', value: round(sorted[0] ?? 0) };
  return {
    kind: 'empirical',
    values: Array.from({ length: count }, (_, index) =>
      round(quantile(sorted, index / (count - 1))),
    ),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Place by place. */
function meanOfLists(lists: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = lists;
  return first.map((_, index) => mean(lists.map((list) => list[index] ?? 0)) ?? 0);
}

/** Four digits: more would only seem exact. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
