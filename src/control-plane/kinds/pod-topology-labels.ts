/** A pod that gets a node gets the labels of the node's zone and region. */
import type { Pod } from '../../core/objects.js';
import type { KubeApi } from '../api.js';
import { NODES } from '../resources.js';
import type { Draft } from './kind.js';

const TOPOLOGY_LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'] as const;

/**
 * Copies the node's zone and region to the labels of a pod that has a node; what the pod says itself is
 * overwritten.
 *
 * @see Source: kubernetes `plugin/pkg/admission/podtopologylabels/admission.go`.
 */
export function setTopologyLabels({ metadata, spec }: Draft<Pod>, api: KubeApi): void {
  const name = spec.nodeName ?? '';
  if (name === '') return;
  const labels = api.get(NODES, { namespace: '', name })?.metadata.labels;
  for (const label of TOPOLOGY_LABELS) {
    const value = labels?.[label];
    if (value !== undefined) metadata.labels = { ...metadata.labels, [label]: value };
  }
}
