/** What is billed at each instant of a run: the sum of pods' sizes, or of the nodes that hold them. */
import { billedSize, sizeHour, type PodSize } from '../pricing/billed-pod.js';
import { fitsNode, nodesFor } from '../pricing/pack-nodes.js';
import type { NodePrices, PodPrices, Prices } from '../pricing/prices.js';
import type { StepSeries } from '../timeline/series.js';
import { measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import type { Span } from './run-facts.js';

/** Something that is paid for over a time. */
export interface BilledInterval extends Span {
  readonly perHour: number;
}

/** A pod with the size that is billed for it. */
export interface BilledPod extends Span {
  readonly name: string;
  readonly size: PodSize;
}

/** What is billed; intervals may reach beyond the observation (minimum billing). */
export interface BilledTime {
  /** Pods from scheduled to gone; one that was never scheduled is not billed. */
  readonly pods: readonly BilledPod[];
  /** Of pods, or of nodes; the control plane's fee is not in it. */
  readonly intervals: readonly BilledInterval[];
}

/**
 * What is billed for some pods.
 *
 * Per pod: its billed size, from scheduled until it is gone. By node: at each instant the pods that are
 * scheduled are packed anew onto nodes of the shape (first fit, largest first), as by an autoscaler that
 * brings and removes nodes at once; the node that came first goes first. Each is billed for at least the
 * minimum.
 *
 * Absent when a pod requests no CPU or no memory, or is larger than what is on offer.
 *
 * @param endT - end of the observation: what is still there then is billed until then.
 */
export function billedTime(
  pods: readonly PodHistory[],
  prices: Prices,
  endT: number,
): Measure<BilledTime> {
  if (pods.length === 0) return noData('no pod was observed');
  const billed: BilledPod[] = [];
  for (const { name, requests, scheduledT, startedT, goneT } of pods) {
    const fromT = scheduledT ?? startedT;
    const { cpuMillicores, memoryBytes } = requests;
    if (cpuMillicores === undefined || memoryBytes === undefined) {
      return noData(`pod ${name} does not request both CPU and memory`);
    }
    if (fromT === undefined) continue;
    const size = sizeOf({ cpuMillicores, memoryBytes }, prices);
    if (size === undefined) return noData(`pod ${name} is larger than what ${prices.book} offers`);
    billed.push({ name, size, fromT, toT: goneT ?? endT });
  }
  const intervals =
    prices.kind === 'pods' ? podIntervals(billed, prices) : nodeIntervals(billed, prices);
  return measured({ pods: billed, intervals });
}

function sizeOf(requests: PodSize, prices: Prices): PodSize | undefined {
  if (prices.kind === 'pods') return billedSize(requests, prices.sizes);
  return fitsNode(requests, prices.node) ? requests : undefined;
}

function podIntervals(pods: readonly BilledPod[], prices: PodPrices): readonly BilledInterval[] {
  return pods.map(({ fromT, toT, size }) => ({
    ...atLeast({ fromT, toT }, prices),
    perHour: sizeHour(size, prices),
  }));
}

function nodeIntervals(pods: readonly BilledPod[], prices: NodePrices): readonly BilledInterval[] {
  const instants = [...new Set(pods.flatMap(({ fromT, toT }) => [fromT, toT]))].sort(
    (a, b) => a - b,
  );
  const running: number[] = [];
  const intervals: BilledInterval[] = [];
  for (const t of instants) {
    const there = pods.filter(({ fromT, toT }) => fromT <= t && toT > t);
    const wanted = nodesFor(
      there.map(({ size }) => size),
      prices.node,
    );
    while (running.length < wanted) running.push(t);
    for (const fromT of running.splice(0, running.length - wanted)) {
      intervals.push({ ...atLeast({ fromT, toT: t }, prices), perHour: prices.nodeHour });
    }
  }
  return intervals;
}

function atLeast({ fromT, toT }: Span, { minimumBillingSeconds }: Prices): Span {
  return { fromT, toT: Math.max(toT, fromT + minimumBillingSeconds * 1_000) };
}

/** Seconds of a span for which intervals are billed, summed over them. */
export function billedSeconds(intervals: readonly Span[], span: Span): number {
  return intervals.reduce((sum, each) => sum + overlapMs(each, span), 0) / 1_000;
}

/** What intervals cost within a span. It adds up: two halves of a span cost what the whole does. */
export function amountWithin(intervals: readonly BilledInterval[], span: Span): number {
  return intervals.reduce(
    (sum, each) => sum + (overlapMs(each, span) / MS_AN_HOUR) * each.perHour,
    0,
  );
}

const MS_AN_HOUR = 3_600_000;

/** Length of what two spans have in common, ms. */
export function overlapMs(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.toT, b.toT) - Math.max(a.fromT, b.fromT));
}

/** What is paid an hour at each instant of a span. */
export function rateSeries(
  intervals: readonly BilledInterval[],
  span: Span,
  clusterHour: number,
): StepSeries {
  const changes = intervals
    .filter((each) => overlapMs(each, span) > 0)
    .flatMap(({ fromT, toT, perHour }) => [
      { t: Math.max(fromT, span.fromT), count: 1, perHour },
      { t: toT, count: -1, perHour: -perHour },
    ])
    .filter(({ t }) => t <= span.toT)
    .sort((a, b) => a.t - b.t);
  let count = 0;
  let sum = 0;
  const points = [{ t: span.fromT, value: clusterHour }];
  for (const change of changes) {
    count += change.count;
    // Without any it is nothing, not what rounding left over.
    sum = count === 0 ? 0 : sum + change.perHour;
    points.push({ t: change.t, value: clusterHour + sum });
  }
  // Of changes at one instant the last tells the sum.
  return points.filter(({ t }, index) => points[index + 1]?.t !== t);
}

/** Most intervals at once within a span. */
export function mostAtOnce(intervals: readonly Span[], span: Span): number {
  const within = intervals.filter((each) => overlapMs(each, span) > 0);
  return within.reduce(
    (most, { fromT }) =>
      Math.max(most, within.filter((each) => each.fromT <= fromT && each.toT > fromT).length),
    0,
  );
}
