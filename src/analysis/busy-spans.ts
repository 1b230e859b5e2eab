/** When pods were short of CPU: usage over the HPA's target, and pods stopped or near their limit. */
import type { CpuUsage } from './cpu-usage.js';
import type { PodHistory } from './pod-history.js';
import { troublesNamed, type PodTroubles } from './pod-troubles.js';
import type { PodUse, UseInterval } from './pod-use.js';
import { isOverTarget, type CpuTarget, type Span } from './run-facts.js';
import { seriesValueAt, type StepSeries } from '../timeline/series.js';

/** Usage is smoothed over this; a span shorter than it is noise, and one may be interrupted for it. */
const NOISE_MS = 5_000;

/** When usage, smoothed over 5 s and spread over the pods that were ready, was over the HPA's target. */
export function overTargetSpans(
  usage: readonly CpuUsage[],
  ready: StepSeries,
  target: CpuTarget,
): readonly Span[] {
  const spans: { fromT: number; toT: number }[] = [];
  let first = 0;
  let usedMs = 0;
  let overMs = 0;
  for (const reading of usage) {
    usedMs += weightOf(reading);
    overMs += reading.t - reading.fromT;
    for (let old = usage[first]; old !== undefined && old.fromT < reading.t - NOISE_MS; ) {
      if (old === reading) break;
      usedMs -= weightOf(old);
      overMs -= old.t - old.fromT;
      first++;
      old = usage[first];
    }
    const pods = seriesValueAt(ready, reading.t) ?? 0;
    if (pods === 0 || !isOverTarget(usedMs / overMs, pods, target)) continue;
    const last = spans.at(-1);
    if (last !== undefined && reading.fromT - last.toT <= NOISE_MS) last.toT = reading.t;
    else spans.push({ fromT: reading.fromT, toT: reading.t });
  }
  return spans.filter(({ fromT, toT }) => toT - fromT >= NOISE_MS);
}

function weightOf({ fromT, t, totalMillicores }: CpuUsage): number {
  return totalMillicores * (t - fromT);
}

/** A pod was short of CPU for a while. */
export interface ShortOfCpu extends Span {
  readonly pod: string;
  /** Share of its scheduling periods in which it was stopped; undefined where they are not counted. */
  readonly throttledShare: number | undefined;
  /** Its highest use against its limit; undefined without one. */
  readonly ofLimit: number | undefined;
}

/** From here on throttling is worth naming: a tenth of the periods. */
const THROTTLED_SHARE = 0.1;
/** Where periods are not counted: so near to the limit a pod is stopped now and then. */
const NEAR_LIMIT = 0.95;

/**
 * When pods were throttled in a tenth of their periods, else used 95 % of their CPU limit; such intervals
 * of a pod less than 5 s apart are one. In order of time.
 */
export function shortOfCpu(
  pods: readonly PodHistory[],
  use: PodUse,
  troubles: ReadonlyMap<string, PodTroubles>,
): readonly ShortOfCpu[] {
  const found = pods.flatMap(({ name }) => {
    const limit = troublesNamed(troubles, name).limits.cpuMillicores;
    return shortagesOf(name, use.byPod.get(name) ?? [], limit);
  });
  return found.sort((a, b) => a.fromT - b.fromT);
}

interface OpenShortage {
  readonly fromT: number;
  toT: number;
  periods: number;
  throttledPeriods: number;
  ofLimit: number | undefined;
}

function shortagesOf(
  pod: string,
  intervals: readonly UseInterval[],
  limit: number | undefined,
): readonly ShortOfCpu[] {
  const joined: OpenShortage[] = [];
  for (const { fromT, toT, cpuMillicores, periods = 0, throttledPeriods = 0 } of intervals) {
    const ofLimit = limit === undefined || limit <= 0 ? undefined : cpuMillicores / limit;
    const isShort =
      periods === 0 ? (ofLimit ?? 0) >= NEAR_LIMIT : throttledPeriods / periods >= THROTTLED_SHARE;
    if (!isShort) continue;
    const last = joined.at(-1);
    if (last === undefined || fromT - last.toT > NOISE_MS) {
      joined.push({ fromT, toT, periods, throttledPeriods, ofLimit });
      continue;
    }
    last.toT = toT;
    last.periods += periods;
    last.throttledPeriods += throttledPeriods;
    last.ofLimit = Math.max(last.ofLimit ?? 0, ofLimit ?? 0);
  }
  return joined.map(({ fromT, toT, periods, throttledPeriods, ofLimit }) => {
    const throttledShare = periods === 0 ? undefined : throttledPeriods / periods;
    return { pod, fromT, toT, throttledShare, ofLimit };
  });
}

/** What a shortage was, in words. */
export function shortageText({ pod, throttledShare, ofLimit }: ShortOfCpu): string {
  if (throttledShare !== undefined) {
    return `pod ${pod} was stopped at its CPU limit in ${percent(throttledShare)} of its periods`;
  }
  return `pod ${pod} used ${percent(ofLimit ?? 0)} of its CPU limit`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
