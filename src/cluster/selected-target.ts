/** A cluster of which only the pods of one workload are seen, where others live in its namespace too. */
import { isPod } from '../core/object-guards.js';
import { matchesSelector } from '../core/label-selector.js';
import type { KubeObject, LabelSelector } from '../core/objects.js';
import type { ClusterTarget } from './target.js';

/** @param selector - the Deployment's; pods that it does not match, and their metrics, are as if they were not there. */
export function selectedTarget(target: ClusterTarget, selector: LabelSelector): ClusterTarget {
  const isOurs = ({ metadata: { labels = {} } }: KubeObject): boolean =>
    matchesSelector(selector, labels);
  // a metrics API need not give the labels of pods
  const names = new Set<string>();
  return {
    kind: target.kind,
    apply: (objects) => target.apply(objects),
    deployment: (namespace, name) => target.deployment(namespace, name),
    pods: async (namespace) => (await target.pods(namespace)).filter(isOurs),
    podLog: (pod, tailLines) => target.podLog(pod, tailLines),
    podMetrics: async (namespace) =>
      (await target.podMetrics(namespace)).filter(({ metadata }) => names.has(metadata.name)),
    watch: (what, listener, signal) =>
      target.watch(
        what,
        {
          ...listener,
          onChange: (change) => {
            if (isPod(change.object)) {
              if (!isOurs(change.object)) return;
              names.add(change.object.metadata.name);
            }
            listener.onChange(change);
          },
        },
        signal,
      ),
    serviceUrl: (namespace, name) => target.serviceUrl(namespace, name),
    deleteNamespace: (namespace) => target.deleteNamespace(namespace),
  };
}
