/** Types by which a pod says where it may run. */
import {
  INT32,
  INT64,
  STRING,
  atomicMap,
  list,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';
import { LABEL_SELECTOR } from './meta-types.js';

const CORE = 'io.k8s.api.core.v1';

const NODE_SELECTOR_REQUIREMENT = struct(`${CORE}.NodeSelectorRequirement`, {
  key: required(STRING),
  operator: required(STRING),
  values: optional(list(STRING)),
});

const NODE_SELECTOR_TERM: StructType = {
  ...struct(`${CORE}.NodeSelectorTerm`, {
    matchExpressions: optional(list(NODE_SELECTOR_REQUIREMENT)),
    matchFields: optional(list(NODE_SELECTOR_REQUIREMENT)),
  }),
  isAtomic: true,
};

const POD_AFFINITY_TERM = struct(`${CORE}.PodAffinityTerm`, {
  labelSelector: pointer(LABEL_SELECTOR),
  namespaces: optional(list(STRING)),
  topologyKey: required(STRING),
  namespaceSelector: pointer(LABEL_SELECTOR),
  matchLabelKeys: optional(list(STRING)),
  mismatchLabelKeys: optional(list(STRING)),
});

function podAffinity(name: string): StructType {
  return struct(`${CORE}.${name}`, {
    requiredDuringSchedulingIgnoredDuringExecution: optional(list(POD_AFFINITY_TERM)),
    preferredDuringSchedulingIgnoredDuringExecution: optional(
      list(
        struct(`${CORE}.WeightedPodAffinityTerm`, {
          weight: required(INT32),
          podAffinityTerm: required(POD_AFFINITY_TERM),
        }),
      ),
    ),
  });
}

/** `core/v1` Affinity. */
export const AFFINITY: StructType = struct(`${CORE}.Affinity`, {
  nodeAffinity: pointer(
    struct(`${CORE}.NodeAffinity`, {
      requiredDuringSchedulingIgnoredDuringExecution: pointer({
        ...struct(`${CORE}.NodeSelector`, {
          nodeSelectorTerms: required(list(NODE_SELECTOR_TERM)),
        }),
        isAtomic: true,
      }),
      preferredDuringSchedulingIgnoredDuringExecution: optional(
        list(
          struct(`${CORE}.PreferredSchedulingTerm`, {
            weight: required(INT32),
            preference: required(NODE_SELECTOR_TERM),
          }),
        ),
      ),
    }),
  ),
  podAffinity: pointer(podAffinity('PodAffinity')),
  podAntiAffinity: pointer(podAffinity('PodAntiAffinity')),
});

/** `core/v1` Toleration. */
export const TOLERATION: StructType = struct(`${CORE}.Toleration`, {
  key: optional(STRING),
  operator: optional(STRING),
  value: optional(STRING),
  effect: optional(STRING),
  tolerationSeconds: pointer(INT64),
});

/** `core/v1` TopologySpreadConstraint. */
export const TOPOLOGY_SPREAD_CONSTRAINT: StructType = struct(`${CORE}.TopologySpreadConstraint`, {
  maxSkew: required(INT32),
  topologyKey: required(STRING),
  whenUnsatisfiable: required(STRING),
  labelSelector: pointer(LABEL_SELECTOR),
  minDomains: pointer(INT32),
  nodeAffinityPolicy: pointer(STRING),
  nodeTaintsPolicy: pointer(STRING),
  matchLabelKeys: optional(list(STRING)),
});

/** `spec.nodeSelector`. */
export const NODE_SELECTOR_MAP = atomicMap(STRING);
