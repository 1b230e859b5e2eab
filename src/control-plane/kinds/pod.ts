/** Pod. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition, Pod } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { ApiError } from '../api-error.js';
import { qosClass } from '../kubelet/quality-of-service.js';
import { PODS } from '../resources.js';
import { jsonObjects, textOf } from '../schema/json.js';
import { POD } from '../schema/pod-types.js';
import { POD_COLUMNS } from './columns/pod-columns.js';
import type { Draft, GracefulDeletion, Kind } from './kind.js';
import { admitPod } from './pod-admission.js';
import { setPodDefaults, setPodSpecDefaults } from './pod-defaults.js';
import { mergeLabelKeys } from './pod-match-label-keys.js';
import { setTopologyLabels } from './pod-topology-labels.js';
import { hostnameWarnings, podWarnings } from './pod-warnings.js';
import { podUpdateFaults } from './pod-update-validation.js';
import { podFaults, podStatusFaults } from './pod-validation.js';

/**
 * Pods. A pod on a node is deleted with grace: it stays, marked, until the kubelet deletes it with
 * grace 0. A pod without a node, or one that has ended, goes at once.
 *
 * @see Source: kubernetes `pkg/registry/core/pod/strategy.go` and `storage/storage.go`.
 */
export const POD_KIND: Kind<Pod> = {
  resource: PODS,
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  type: POD,
  nameRule: 'subdomain',
  hasStatus: true,
  isReturnedByDelete: true,
  isNewGeneration: (object, old) => !isEqualJson(object.spec, old.spec),
  setDefaults(draft) {
    setPodSpecDefaults(draft.spec);
    setPodDefaults(draft.spec);
    setPodIps(draft);
  },
  admit: admitPod,
  prepareCreate(draft, context) {
    setTopologyLabels(draft, context.api);
    mergeLabelKeys(draft);
    draft.status = { phase: 'Pending', qosClass: qosClass(draft.spec) };
    const gates = draft.spec['schedulingGates'];
    if (Array.isArray(gates) && gates.length > 0) {
      draft.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          lastProbeTime: null,
          lastTransitionTime: kubeTime(context.nowMs),
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ];
    }
  },
  prepareUpdate({ spec }, old) {
    // what admission resolved need not be repeated
    if (old.spec.priority !== undefined) spec.priority ??= old.spec.priority;
    if (old.spec.preemptionPolicy !== undefined) {
      spec.preemptionPolicy ??= old.spec.preemptionPolicy;
    }
  },
  prepareStatusUpdate(draft, old) {
    const { ownerReferences } = old.metadata;
    if (ownerReferences === undefined) delete draft.metadata.ownerReferences;
    else draft.metadata.ownerReferences = structuredClone([...ownerReferences]);
    if (draft.status !== undefined) draft.status.qosClass = old.status?.qosClass ?? '';
  },
  applySubresource(draft, { subresource, object }, { api, nowMs }) {
    if (subresource !== 'binding') return;
    bind(draft, object.spec.nodeName ?? '', nowMs);
    setTopologyLabels(draft, api);
  },
  validate: podFaults,
  warnings: ({ metadata, spec }) => [
    ...hostnameWarnings(metadata, "the Pod's hostname"),
    ...podWarnings('', { metadata, spec }),
  ],
  validateUpdate: podUpdateFaults,
  validateStatus: podStatusFaults,
  gracefulDeletion: podGrace,
  selectableFields(pod) {
    return {
      'spec.nodeName': pod.spec.nodeName ?? '',
      'spec.restartPolicy': pod.spec.restartPolicy ?? '',
      'spec.schedulerName': textOf(pod.spec['schedulerName']),
      'spec.serviceAccountName': pod.spec.serviceAccountName ?? '',
      'spec.hostNetwork': String(pod.spec['hostNetwork'] === true),
      'status.phase': pod.status?.phase ?? '',
      'status.podIP': pod.status?.podIP ?? '',
      'status.nominatedNodeName': pod.status?.nominatedNodeName ?? '',
    };
  },
  columns: POD_COLUMNS,
};

/** The single address stands for a list of one. */
function setPodIps({ status }: Draft<Pod>): void {
  if (status?.podIP !== undefined && (status.podIPs ?? []).length === 0) {
    status.podIPs = [{ ip: status.podIP }];
  }
}

/** @see Source: `strategy.go`, `CheckGracefulDelete`. */
function podGrace(pod: Pod, requestedSeconds: number | undefined): GracefulDeletion {
  const isEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if ((pod.spec.nodeName ?? '') === '' || isEnded) return { gracePeriodSeconds: 0 };
  return {
    gracePeriodSeconds: requestedSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30,
  };
}

/** What upstream calls the resource when a binding is refused. */
const BINDINGS = { ...PODS, plural: 'pods/binding' };

/** @see Source: `storage.go`, `BindingREST.setPodNodeAndMetadata`. */
function bind(draft: Draft<Pod>, nodeName: string, nowMs: number): void {
  const { name } = draft.metadata;
  const present = draft.spec.nodeName ?? '';
  const fault =
    draft.metadata.deletionTimestamp !== undefined
      ? 'is being deleted, cannot be assigned to a host'
      : present !== ''
        ? `is already assigned to node "${present}"`
        : jsonObjects(draft.spec['schedulingGates']).length > 0
          ? 'has non-empty .spec.schedulingGates'
          : undefined;
  if (fault !== undefined) throw ApiError.conflict(BINDINGS, name, `pod ${name} ${fault}`);
  draft.spec.nodeName = nodeName;
  const scheduled: Condition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: kubeTime(nowMs),
  };
  const others = (draft.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  draft.status = { ...draft.status, conditions: [...others, scheduled] };
  delete draft.status.nominatedNodeName;
}
