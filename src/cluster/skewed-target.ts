/** A cluster whose clock is known to be off: its times are put right before anyone sees them. */
import { isRecord } from '../core/json.js';
import { kubeTime } from '../core/kube-time.js';
import type { ClusterTarget } from './target.js';

const KUBE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
/** What users write is theirs. */
const NOT_OURS = new Set(['labels', 'annotations', 'spec', 'message', 'name']);

/**
 * An object of the API with the server's times as our clock would have told them, in whole seconds again.
 *
 * @param skewMs - the server's clock minus ours.
 */
export function withoutSkew<T>(object: T, skewMs: number): T {
  const shift = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return KUBE_TIME.test(value) ? kubeTime(Date.parse(value) - skewMs) : value;
    }
    if (Array.isArray(value)) return value.map(shift);
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [
        name,
        NOT_OURS.has(name) ? field : shift(field),
      ]),
    );
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same shape: only times became other times
  return shift(object) as T;
}

/** The cluster with its times put right; the cluster itself where there is nothing to put right. */
export function withoutSkewOf(target: ClusterTarget, skewMs: number): ClusterTarget {
  if (skewMs === 0) return target;
  return {
    kind: target.kind,
    apply: (objects) => target.apply(objects),
    deployment: async (namespace, name) =>
      withoutSkew(await target.deployment(namespace, name), skewMs),
    pods: async (namespace) => withoutSkew(await target.pods(namespace), skewMs),
    podLog: (pod, tailLines) => target.podLog(pod, tailLines),
    podMetrics: async (namespace) => withoutSkew(await target.podMetrics(namespace), skewMs),
    watch: (what, listener, signal) =>
      target.watch(
        what,
        { ...listener, onChange: (change) => listener.onChange(withoutSkew(change, skewMs)) },
        signal,
      ),
    serviceUrl: (namespace, name) => target.serviceUrl(namespace, name),
    deleteNamespace: (namespace) => target.deleteNamespace(namespace),
  };
}
