/** `/metrics` of kube-state-metrics: every object that its metrics are about, as they now are. */
import { expositionText } from '../../core/exposition-text.js';
import type { KubeApi } from '../api.js';
import {
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  JOBS,
  NAMESPACES,
  NODES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  RESOURCE_QUOTAS,
  SERVICES,
} from '../resources.js';
import { clusterState } from './cluster-state.js';
import { hpaState } from './hpa-state.js';
import { podState } from './pod-state.js';
import { workloadState } from './workload-state.js';

/** All of it in the Prometheus text format, with the names of kube-state-metrics 2. */
export function kubeStateMetrics(api: KubeApi): string {
  return expositionText([
    ...clusterState({
      nodes: api.list(NODES).items,
      namespaces: api.list(NAMESPACES).items,
      services: api.list(SERVICES).items,
      budgets: api.list(POD_DISRUPTION_BUDGETS).items,
      quotas: api.list(RESOURCE_QUOTAS).items,
    }),
    ...workloadState({
      deployments: api.list(DEPLOYMENTS).items,
      replicaSets: api.list(REPLICA_SETS).items,
      jobs: api.list(JOBS).items,
    }),
    ...hpaState(api.list(HORIZONTAL_POD_AUTOSCALERS).items),
    ...podState(api.list(PODS).items),
  ]);
}
