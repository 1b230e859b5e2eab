/** The pods that a rescale added or removed, and what the cluster said of them. */
import type { KubeEventRecord } from '../timeline/record.js';
import type { PodHistory } from './pod-history.js';
import type { Rescale } from './replicas.js';

/** The Deployment and its pods come by two watches, which may be this far apart. */
const WATCH_SKEW_MS = 2_000;

/** Pods first seen after the decision and before the next one, as many as were asked for. */
export function addedPods(
  rescale: Rescale,
  next: readonly Rescale[],
  pods: readonly PodHistory[],
): readonly PodHistory[] {
  const fromT = rescale.t - WATCH_SKEW_MS;
  const toT = next[0]?.t ?? Infinity;
  return pods
    .filter(({ createdT }) => createdT >= fromT && createdT < toT)
    .slice(0, rescale.to - rescale.from);
}

/**
 * Pods that began to terminate (or went) from the decision on and before the next one, as many as had to;
 * what tearing down does is no scale-down.
 */
export function removedPods(
  rescale: Rescale,
  until: { readonly next: readonly Rescale[]; readonly endT: number },
  pods: readonly PodHistory[],
): readonly PodHistory[] {
  const fromT = rescale.t - WATCH_SKEW_MS;
  const toT = Math.min(until.next[0]?.t ?? Infinity, until.endT);
  return pods
    .filter((pod) => {
      const t = leavingT(pod);
      return t !== undefined && t >= fromT && t < toT;
    })
    .sort((a, b) => (leavingT(a) ?? 0) - (leavingT(b) ?? 0))
    .slice(0, rescale.from - rescale.to);
}

/** When a pod began to terminate; of one that was only seen to be gone, when that was. */
export function leavingT(pod: PodHistory): number | undefined {
  return pod.terminatingT ?? pod.goneT;
}

/** Events of a pod with one of some reasons, up to an instant. */
export function podEvents(
  events: readonly KubeEventRecord[],
  pod: string,
  of: { readonly reasons: readonly string[]; readonly untilT: number },
): readonly KubeEventRecord[] {
  return events.filter(
    ({ t, object, reason }) =>
      t <= of.untilT && object === `Pod/${pod}` && of.reasons.includes(reason),
  );
}
