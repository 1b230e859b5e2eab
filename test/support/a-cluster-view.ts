/** What the scheduler sees of a cluster that a test describes. */
import type { ClusterView } from '../../src/control-plane/scheduler/cluster-view.js';
import { NodeInfo } from '../../src/control-plane/scheduler/node-info.js';
import { aNode } from '../../src/conformance/controllers/control-plane-lab.js';
import type { LabNode } from '../../src/conformance/controllers/control-plane-lab.js';
import type { Pod, StringMap } from '../../src/core/objects.js';

/** A cluster in a few words. */
export interface ClusterWords {
  readonly nodes: readonly LabNode[];
  /** Pods that have a node. */
  readonly placed?: readonly Pod[];
  /** Pods for which room is being made on the node that their status names. */
  readonly nominated?: readonly Pod[];
  /** Labels of namespaces. */
  readonly namespaces?: Readonly<Record<string, StringMap>>;
  readonly group?: ClusterView['group'];
}

/** The cluster as an attempt to place a pod sees it. */
export function aClusterView(words: ClusterWords): ClusterView {
  const { nodes, placed = [], nominated = [], namespaces = {}, group = { selectors: [] } } = words;
  const infos = new Map(
    nodes.map((node) => {
      const info = new NodeInfo();
      info.setNode(aNode(node));
      return [node.name, info] as const;
    }),
  );
  for (const pod of placed) {
    const { namespace = '', name } = pod.metadata;
    infos.get(pod.spec.nodeName ?? '')?.addPod(`${namespace}/${name}`, pod);
  }
  return {
    nodes: [...infos.values()].flatMap(({ view }) => (view === undefined ? [] : [view])),
    info: (name) => infos.get(name),
    namespaceLabels: (name) => namespaces[name] ?? {},
    nominatedOn: (name) => nominated.filter(({ status }) => status?.nominatedNodeName === name),
    group,
  };
}
