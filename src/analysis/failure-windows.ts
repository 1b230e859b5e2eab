/** Times in which something went on in the cluster that can make requests fail. */
import { formatDurationMs } from '../core/duration.js';
import type { WorkloadRecord } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import { shortageText, type ShortOfCpu } from './busy-spans.js';
import type { FailureCause } from './failures.js';
import type { PodHistory } from './pod-history.js';
import { lossesOf } from './readiness.js';
import type { Rescale } from './replicas.js';
import type { Span } from './run-facts.js';

/** A time and what failures in it are put down to. */
export interface FailureWindow extends Span {
  readonly cause: FailureCause;
  readonly evidence: string;
}

/** What windows are made of. */
export interface FailureSources {
  readonly pods: readonly PodHistory[];
  /** Ready pods over time. */
  readonly ready: StepSeries;
  readonly rescales: readonly Rescale[];
  readonly workloads: readonly WorkloadRecord[];
  readonly shortages: readonly ShortOfCpu[];
  readonly span: Span;
}

/** A request due so long before may still have been under way; what happened is seen so much later. */
const LEAD_MS = 2_000;
/** Proxies and clients go on with a dead pod so long after it was seen. */
const TAIL_MS = 2_000;
/** A scale-down's pods are deleted at once; a controller may be this slow. */
const SCALE_DOWN_MS = 30_000;

/** All windows, in the order of their causes (the first that fits wins). */
export function failureWindows(sources: FailureSources): readonly FailureWindow[] {
  return [
    ...sources.pods.flatMap((pod) => crashes(pod, sources.span)),
    ...noReadyPod(sources),
    ...terminations(sources),
    ...sources.pods.flatMap((pod) => flaps(pod, sources.span)),
    ...sources.shortages.map(({ fromT, toT, ...rest }) => ({
      fromT,
      toT,
      cause: 'overload' as const,
      evidence: shortageText({ fromT, toT, ...rest }),
    })),
  ];
}

function crashes(pod: PodHistory, span: Span): readonly FailureWindow[] {
  const losses = lossesOf(pod, span);
  return pod.restarts
    .filter(({ t }) => t <= span.toT)
    .map(({ t, count }) => {
      const loss = losses.find(({ unreadyT, untilT }) => unreadyT <= t && untilT >= t);
      return {
        fromT: Math.min(t, loss?.unreadyT ?? t) - LEAD_MS,
        toT: Math.max(t, loss?.untilT ?? t) + TAIL_MS,
        cause: 'crash',
        evidence: `a container of pod ${pod.name} restarted${count === 1 ? '' : ` ${count} times`}`,
      };
    });
}

function noReadyPod({ ready, span }: FailureSources): readonly FailureWindow[] {
  const firstReady = ready.findIndex(({ value }) => (value ?? 0) > 0);
  return ready.flatMap(({ t, value }, index) => {
    if (value !== 0 || firstReady < 0 || index < firstReady) return [];
    const toT = Math.min(ready[index + 1]?.t ?? span.toT, span.toT);
    if (toT <= t) return [];
    const evidence = `no pod was ready for ${formatDurationMs(Math.round(toT - t))}`;
    return [{ fromT: t, toT: toT + TAIL_MS, cause: 'no-ready-pod', evidence }];
  });
}

function terminations(sources: FailureSources): readonly FailureWindow[] {
  const { pods, span } = sources;
  const windows = pods.flatMap((pod): readonly FailureWindow[] => {
    const t = pod.terminatingT ?? pod.goneT;
    if (t === undefined || t > span.toT) return [];
    const { cause, why } = reasonOfEnd(t, sources);
    return [
      {
        fromT: t - LEAD_MS,
        toT: Math.min(pod.goneT ?? span.toT, span.toT) + TAIL_MS,
        cause,
        evidence: `pod ${pod.name} was removed${why}`,
      },
    ];
  });
  const order: readonly FailureCause[] = ['rollout', 'scale-down', 'pod-deleted'];
  return windows.sort((a, b) => order.indexOf(a.cause) - order.indexOf(b.cause));
}

function reasonOfEnd(
  t: number,
  { workloads, rescales }: FailureSources,
): { readonly cause: FailureCause; readonly why: string } {
  const near = workloads.filter((each) => Math.abs(each.t - t) <= LEAD_MS);
  const before = workloads.findLast((each) => each.t <= t);
  const isRollout = [...near, ...(before === undefined ? [] : [before])].some(
    ({ updatedReplicas, replicas }) => updatedReplicas < replicas,
  );
  if (isRollout) return { cause: 'rollout', why: ' by a rollout' };
  const rescale = rescales.findLast((each) => each.t <= t + LEAD_MS && each.to < each.from);
  if (rescale !== undefined && t - rescale.t <= SCALE_DOWN_MS) {
    return {
      cause: 'scale-down',
      why: ` by the scale-down from ${rescale.from} to ${rescale.to}`,
    };
  }
  return { cause: 'pod-deleted', why: ', not by a scale-down' };
}

function flaps(pod: PodHistory, span: Span): readonly FailureWindow[] {
  return lossesOf(pod, span).map(({ unreadyT, untilT }) => ({
    fromT: unreadyT - LEAD_MS,
    toT: untilT + TAIL_MS,
    cause: 'flapping',
    evidence: `pod ${pod.name} was out of rotation for ${formatDurationMs(Math.round(untilT - unreadyT))}`,
  }));
}
