/** What a measured run shows of its service's nature: CPU, starts, answers while there was little to do. */
import { podHistories, type PodHistory } from '../analysis/pod-history.js';
import { phaseStart, recordsOf } from '../analysis/run-facts.js';
import { valueOf } from '../analysis/measure.js';
import { LatencyHistogram } from '../load/histogram.js';
import type { CpuRecord, LoadRecord, Timeline } from '../timeline/record.js';

/** All spans of time in ms, CPU in ms of a Kubernetes CPU. */
export interface SeenOfRun {
  /** From when a pod was on its node until its container was seen to run, one for each pod that started. */
  readonly startMs: readonly number[];
  /** From when it was on its node until it was ready. */
  readonly readyMs: readonly number[];
  /** CPU that a pod used until it was first ready. */
  readonly bootCpuMs: readonly number[];
  /** Of ready pods without load; absent when there was no such time. */
  readonly idle: { readonly cpuMs: number; readonly podMs: number } | undefined;
  /** Of times in which every pod was ready and requests were answered; absent when there were none. */
  readonly busy:
    | {
        readonly cpuMs: number;
        readonly podMs: number;
        readonly requests: number;
        /** The same in spells of {@link SPELL_MS}. */
        readonly spells: readonly BusySpell[];
      }
    | undefined;
  /** Response times of the calmest seconds, by tenths from the fastest, then the 95th percentile. */
  readonly calmTimesMs: readonly number[];
  /** Of pods after they were ready. */
  readonly memoryBytes: readonly number[];
}

/** After a pod was ready it takes its share of requests. */
const SETTLED_MS = 1_000;
/** After the last request what requests leave behind is over. */
const AFTERMATH_MS = 5_000;
/** The share of the seconds of load, of least load a pod, that count as calm. */
const CALM_SHARE = 0.4;
const FEWEST_CALM_ANSWERS = 20;
const SECOND_MS = 1_000;

/** CPU and requests of a spell. */
export interface BusySpell {
  readonly cpuMs: number;
  readonly podMs: number;
  readonly requests: number;
}

/** Long enough that what is cut at its ends is little, short enough to show how costs drift. */
export const SPELL_MS = 15_000;

/** Looks through a run. */
export function seenOfRun(timeline: Timeline): SeenOfRun {
  const pods = podHistories(timeline);
  const seconds = recordsOf(timeline, 'load');
  const cpu = recordsOf(timeline, 'cpu');
  const pairs = cpuPairs(cpu, pods);
  return {
    startMs: newPods(timeline, pods).flatMap(({ scheduledT, startedT }) =>
      scheduledT === undefined || startedT === undefined ? [] : [startedT - scheduledT],
    ),
    readyMs: newPods(timeline, pods).flatMap(({ scheduledT, readyT }) =>
      scheduledT === undefined || readyT === undefined ? [] : [readyT - scheduledT],
    ),
    bootCpuMs: bootCpuOf(newPods(timeline, pods), cpu),
    idle: idleOf(pairs, seconds),
    busy: busyOf(pairs, seconds),
    calmTimesMs: calmTimes(seconds, pods),
    memoryBytes: memoryOf(timeline, pods),
  };
}

/** Pods of which everything was seen; the first record of others tells only that they were there before. */
function newPods(timeline: Timeline, pods: readonly PodHistory[]): readonly PodHistory[] {
  const firstT = recordsOf(timeline, 'pod')[0]?.t ?? 0;
  const isObserved = valueOf(phaseStart(timeline, 'deploy')) !== undefined;
  return pods.filter(
    ({ createdT, readiness }) =>
      (isObserved || createdT > firstT + SECOND_MS) && readiness[0]?.isReady !== true,
  );
}

function bootCpuOf(pods: readonly PodHistory[], cpu: readonly CpuRecord[]): readonly number[] {
  return pods.flatMap(({ name, readyT, restarts }) => {
    if (readyT === undefined || restarts.some(({ t }) => t <= readyT)) return [];
    const before = cpu.findLast((record) => record.t <= readyT);
    const used = before?.pods.find((pod) => pod.name === name)?.cpuMs;
    return used === undefined || used === 0 ? [] : [used];
  });
}

/** CPU between two readings one after the other in which the same pods were ready all the time. */
interface CpuPair {
  readonly fromT: number;
  readonly toT: number;
  readonly cpuMs: number;
  readonly podMs: number;
}

function cpuPairs(cpu: readonly CpuRecord[], pods: readonly PodHistory[]): readonly CpuPair[] {
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  return cpu.slice(1).flatMap((to, index) => {
    const from = cpu[index];
    if (from === undefined) return [];
    let cpuMs = 0;
    let steady = 0;
    for (const { name, uid, cpuMs: now } of to.pods) {
      const before = from.pods.find((pod) => pod.uid === uid)?.cpuMs;
      const state = stateWithin(byName.get(name), { fromT: from.t, toT: to.t });
      if (state === 'unready') continue;
      if (before === undefined || now < before || state === 'changing') return [];
      cpuMs += now - before;
      steady++;
    }
    const podMs = steady * (to.t - from.t);
    return podMs === 0 ? [] : [{ fromT: from.t, toT: to.t, cpuMs, podMs }];
  });
}

/** Whether a pod took requests all through a while; just ready or just gone it is neither this nor that. */
function stateWithin(
  pod: PodHistory | undefined,
  { fromT, toT }: { readonly fromT: number; readonly toT: number },
): 'steady' | 'unready' | 'changing' {
  if (pod === undefined) return 'changing';
  const changes = pod.readiness.filter(({ t }) => t > fromT - SETTLED_MS && t <= toT);
  const before = pod.readiness.findLast(({ t }) => t <= fromT - SETTLED_MS)?.isReady;
  // a pod that was ready when it was first seen had been for long
  const wasReady = before ?? changes[0]?.isReady ?? false;
  if (changes.some(({ isReady }) => isReady !== wasReady)) return 'changing';
  if (before === undefined && !wasReady && changes.length === 0) return 'unready';
  return wasReady ? 'steady' : 'unready';
}

function idleOf(pairs: readonly CpuPair[], seconds: readonly LoadRecord[]): SeenOfRun['idle'] {
  const loads = seconds.filter(({ load }) => load.due > 0).map(({ t }) => t);
  const isQuiet = ({ fromT, toT }: CpuPair): boolean =>
    !loads.some((t) => t < toT && t + SECOND_MS + AFTERMATH_MS > fromT);
  const quiet = pairs.filter(isQuiet);
  return quiet.length === 0 ? undefined : sumOf(quiet);
}

function busyOf(pairs: readonly CpuPair[], seconds: readonly LoadRecord[]): SeenOfRun['busy'] {
  const bySecond = new Map(seconds.map((record) => [Math.round(record.t / SECOND_MS), record]));
  const zero = (seconds[0]?.t ?? 0) % SECOND_MS;
  const spells = new Map<number, BusySpell>();
  for (const pair of pairs) {
    const requests = requestsWithin(pair, { bySecond, zero });
    if (requests === undefined) continue;
    const spell = Math.floor(pair.fromT / SPELL_MS);
    const { cpuMs, podMs } = pair;
    spells.set(spell, added(spells.get(spell) ?? NOTHING, { cpuMs, podMs, requests }));
  }
  const all = [...spells.values()].reduce(added, NOTHING);
  return all.requests === 0 ? undefined : { ...all, spells: [...spells.values()] };
}

const NOTHING: BusySpell = { cpuMs: 0, podMs: 0, requests: 0 };

function added(a: BusySpell, b: BusySpell): BusySpell {
  return {
    cpuMs: a.cpuMs + b.cpuMs,
    podMs: a.podMs + b.podMs,
    requests: a.requests + b.requests,
  };
}

/** Requests that pods worked on in a while; undefined where that is not known: no load, failures. */
function requestsWithin(
  { fromT, toT }: CpuPair,
  of: { readonly bySecond: ReadonlyMap<number, LoadRecord>; readonly zero: number },
): number | undefined {
  let requests = 0;
  for (
    let t = Math.floor((fromT - of.zero) / SECOND_MS) * SECOND_MS + of.zero;
    t < toT;
    t += SECOND_MS
  ) {
    const record = of.bySecond.get(Math.round(t / SECOND_MS));
    if (record === undefined || record.load.sent === 0) return undefined;
    if (Object.keys(record.load.failed).length > 0) return undefined;
    const share = (Math.min(toT, t + SECOND_MS) - Math.max(fromT, t)) / SECOND_MS;
    requests += record.load.sent * Math.max(0, share);
  }
  return requests;
}

function sumOf(pairs: readonly CpuPair[]): { readonly cpuMs: number; readonly podMs: number } {
  return {
    cpuMs: pairs.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    podMs: pairs.reduce((sum, { podMs }) => sum + podMs, 0),
  };
}

function calmTimes(seconds: readonly LoadRecord[], pods: readonly PodHistory[]): readonly number[] {
  const loads = seconds
    .filter(({ load }) => load.sent > 0 && Object.keys(load.failed).length === 0)
    .map((record) => ({ record, perPod: record.load.sent / Math.max(1, readyAt(pods, record.t)) }))
    .toSorted((a, b) => a.perPod - b.perPod);
  const calm = loads.slice(0, Math.ceil(loads.length * CALM_SHARE));
  const times = new LatencyHistogram();
  for (const { record } of calm) times.add(record.load.serviceTime || record.load.responseTime);
  if (times.count < FEWEST_CALM_ANSWERS) return [];
  return [0.1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95].map(
    (percent) => times.percentileMs(percent) ?? 0,
  );
}

function readyAt(pods: readonly PodHistory[], t: number): number {
  return pods.filter(({ readiness }) => readiness.findLast((each) => each.t <= t)?.isReady === true)
    .length;
}

function memoryOf(timeline: Timeline, pods: readonly PodHistory[]): readonly number[] {
  const readyT = new Map(pods.map((pod) => [pod.name, pod.readyT]));
  const last = new Map<string, number>();
  for (const record of timeline.records) {
    if (record.kind !== 'cpu' && record.kind !== 'pod-metrics') continue;
    for (const { name, memoryBytes } of record.pods) {
      if (memoryBytes > 0 && record.t > (readyT.get(name) ?? Infinity)) last.set(name, memoryBytes);
    }
  }
  return [...last.values()];
}
