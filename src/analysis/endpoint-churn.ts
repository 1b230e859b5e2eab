/** How often the set of pods that the Service sends to changed, and how small it was. */
import type { EndpointsRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { lossesOf } from './readiness.js';
import type { Span } from './run-facts.js';

/** Changes of the Service's ready endpoints. */
export interface EndpointChurn {
  /** Pods that came into the ready endpoints and pods that left them, the first pod not counted. */
  readonly added: number;
  readonly removed: number;
  /** added + removed; absent when endpoints were not observed. */
  readonly churn: Measure;
  readonly churnPerHour: Measure;
  /**
   * Smallest share of the pods in rotation: pods that are ready of those that had been ready and were not
   * being deleted. 1 means that no pod dropped out; pods that are still starting do not count.
   */
  readonly smallestReadyShare: Measure<{ readonly share: number; readonly t: number }>;
}

/** Changes of the ready endpoints, and the smallest share of ready pods, within a span. */
export function endpointChurn(
  endpoints: readonly EndpointsRecord[],
  pods: readonly PodHistory[],
  span: Span,
): EndpointChurn {
  const seen = endpoints.filter(({ t }) => t <= span.toT);
  const firstIndex = seen.findIndex(({ ready }) => ready.length > 0);
  const first = seen[firstIndex];
  const smallestReadyShare = smallestShare(pods, span);
  if (first === undefined) {
    const none = noData(
      seen.length === 0 ? 'endpoints were not observed' : 'no endpoint was ever ready',
    );
    return { added: 0, removed: 0, churn: none, churnPerHour: none, smallestReadyShare };
  }
  let added = 0;
  let removed = 0;
  let before = new Set(first.ready);
  for (const { ready } of seen.slice(firstIndex + 1)) {
    const now = new Set(ready);
    added += ready.filter((name) => !before.has(name)).length;
    removed += [...before].filter((name) => !now.has(name)).length;
    before = now;
  }
  const hours = (span.toT - first.t) / MS_AN_HOUR;
  return {
    added,
    removed,
    churn: measured(added + removed),
    churnPerHour: hours <= 0 ? noData('no time was observed') : measured((added + removed) / hours),
    smallestReadyShare,
  };
}

const MS_AN_HOUR = 3_600_000;

function smallestShare(
  pods: readonly PodHistory[],
  span: Span,
): EndpointChurn['smallestReadyShare'] {
  const firstT = pods.reduce((t, { readyT }) => Math.min(t, readyT ?? Infinity), Infinity);
  if (firstT > span.toT) return noData('no pod was ready');
  const losses = pods.flatMap((pod) => lossesOf(pod, span));
  let smallest = { share: 1, t: firstT };
  for (const { unreadyT: t } of losses) {
    const inRotation = pods.filter(
      ({ readyT = Infinity, terminatingT, goneT }) =>
        readyT <= t && (terminatingT ?? goneT ?? Infinity) > t,
    ).length;
    const lost = losses.filter(({ unreadyT, untilT }) => unreadyT <= t && untilT > t).length;
    const share = (inRotation - lost) / inRotation;
    if (inRotation > 0 && share < smallest.share) smallest = { share, t };
  }
  return measured(smallest);
}
