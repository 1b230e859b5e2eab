/** Deployments, ReplicaSets and Jobs as kube-state-metrics tells them. */
import type { Job } from '../../core/batch-objects.js';
import type { ExpositionFamily } from '../../core/exposition-text.js';
import type {
  Deployment,
  IntOrString,
  KubeObject,
  ReplicaSet,
  StringMap,
} from '../../core/objects.js';
import {
  conditionSamples,
  flag,
  info,
  lifeFamilies,
  seconds,
  single,
  stateFamilies,
  type StateFamily,
} from './state-family.js';

function gauge<T>(
  name: string,
  help: string,
  value: (object: T) => number | undefined,
): StateFamily<T> {
  return { name, help, of: (object) => single(value(object)) };
}

function ownerFamily<T extends KubeObject>(prefix: string, kind: string): StateFamily<T> {
  return {
    name: `${prefix}_owner`,
    help: `Information about the ${kind}'s owner.`,
    of: ({ metadata }) =>
      (metadata.ownerReferences ?? []).map((owner) =>
        info({
          owner_kind: owner.kind,
          owner_name: owner.name,
          owner_is_controller: String(owner.controller === true),
        }),
      ),
  };
}

/** @see Source: kube-state-metrics `internal/store/deployment.go`. */
const DEPLOYMENTS: readonly StateFamily<Deployment>[] = [
  ...lifeFamilies<Deployment>('kube_deployment'),
  gauge(
    'kube_deployment_status_replicas',
    'The number of replicas per deployment.',
    ({ status }) => status?.replicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_ready',
    'The number of ready replicas per deployment.',
    ({ status }) => status?.readyReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_available',
    'The number of available replicas per deployment.',
    ({ status }) => status?.availableReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_unavailable',
    'The number of unavailable replicas per deployment.',
    ({ status }) => status?.unavailableReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_replicas_updated',
    'The number of updated replicas per deployment.',
    ({ status }) => status?.updatedReplicas ?? 0,
  ),
  gauge(
    'kube_deployment_status_terminating_replicas',
    'The number of terminating replicas per deployment.',
    ({ status }) => status?.terminatingReplicas,
  ),
  gauge(
    'kube_deployment_status_observed_generation',
    'The generation observed by the deployment controller.',
    ({ status }) => status?.observedGeneration ?? 0,
  ),
  {
    name: 'kube_deployment_status_condition',
    help: 'The current status conditions of a deployment.',
    of: ({ status }) =>
      (status?.conditions ?? []).flatMap((condition) =>
        conditionSamples(condition, (is) => ({
          reason: condition.reason ?? '',
          condition: condition.type,
          status: is,
        })),
      ),
  },
  gauge(
    'kube_deployment_spec_replicas',
    'Number of desired pods for a deployment.',
    ({ spec }) => spec.replicas ?? 1,
  ),
  gauge(
    'kube_deployment_spec_paused',
    'Whether the deployment is paused and will not be processed by the deployment controller.',
    ({ spec }) => flag(spec.paused === true),
  ),
  gauge(
    'kube_deployment_spec_strategy_rollingupdate_max_unavailable',
    'Maximum number of unavailable replicas during a rolling update of a deployment.',
    ({ spec }) => countOf(spec.strategy?.rollingUpdate?.maxUnavailable, spec.replicas, Math.floor),
  ),
  gauge(
    'kube_deployment_spec_strategy_rollingupdate_max_surge',
    'Maximum number of replicas that can be scheduled above the desired number of replicas during a rolling update of a deployment.',
    ({ spec }) => countOf(spec.strategy?.rollingUpdate?.maxSurge, spec.replicas, Math.ceil),
  ),
  gauge(
    'kube_deployment_metadata_generation',
    'Sequence number representing a specific generation of the desired state.',
    ({ metadata }) => metadata.generation,
  ),
];

function countOf(
  value: IntOrString | undefined,
  replicas: number | undefined,
  round: (count: number) => number,
): number | undefined {
  if (typeof value !== 'string') return value;
  return round((Number.parseFloat(value) * (replicas ?? 1)) / 100);
}

/** @see Source: kube-state-metrics `internal/store/replicaset.go`. */
const REPLICA_SETS: readonly StateFamily<ReplicaSet>[] = [
  ...lifeFamilies<ReplicaSet>('kube_replicaset'),
  ownerFamily('kube_replicaset', 'ReplicaSet'),
  gauge(
    'kube_replicaset_status_replicas',
    'The number of replicas per ReplicaSet.',
    ({ status }) => status?.replicas ?? 0,
  ),
  gauge(
    'kube_replicaset_status_fully_labeled_replicas',
    'The number of fully labeled replicas per ReplicaSet.',
    ({ status }) => status?.fullyLabeledReplicas ?? 0,
  ),
  gauge(
    'kube_replicaset_status_ready_replicas',
    'The number of ready replicas per ReplicaSet.',
    ({ status }) => status?.readyReplicas ?? 0,
  ),
  gauge(
    'kube_replicaset_status_observed_generation',
    'The generation observed by the ReplicaSet controller.',
    ({ status }) => status?.observedGeneration ?? 0,
  ),
  gauge(
    'kube_replicaset_spec_replicas',
    'Number of desired pods for a ReplicaSet.',
    ({ spec }) => spec.replicas ?? 1,
  ),
  gauge(
    'kube_replicaset_metadata_generation',
    'Sequence number representing a specific generation of the desired state.',
    ({ metadata }) => metadata.generation,
  ),
];

/** @see Source: kube-state-metrics `internal/store/job.go`. */
const JOBS: readonly StateFamily<Job>[] = [
  ...lifeFamilies<Job>('kube_job'),
  ownerFamily('kube_job', 'Job'),
  {
    name: 'kube_job_info',
    help: 'Information about job.',
    of: () => [info({})],
  },
  gauge(
    'kube_job_spec_parallelism',
    'The maximum desired number of pods the job should run at any given time.',
    ({ spec }) => spec.parallelism,
  ),
  gauge(
    'kube_job_spec_completions',
    'The desired number of successfully finished pods the job should be run with.',
    ({ spec }) => spec.completions,
  ),
  gauge(
    'kube_job_status_succeeded',
    'The number of pods which reached Phase Succeeded.',
    ({ status }) => status?.succeeded ?? 0,
  ),
  gauge(
    'kube_job_status_failed',
    'The number of pods which reached Phase Failed and the reason for failure.',
    ({ status }) => status?.failed ?? 0,
  ),
  gauge(
    'kube_job_status_active',
    'The number of actively running pods.',
    ({ status }) => status?.active ?? 0,
  ),
  ...(['Complete', 'Failed'] as const).map((type) => ({
    name: `kube_job_${type.toLowerCase()}`,
    help:
      type === 'Complete'
        ? 'The job has completed its execution.'
        : 'The job has failed its execution.',
    of: ({ status }: Job) =>
      (status?.conditions ?? [])
        .filter((condition) => condition.type === type)
        .flatMap((condition) => conditionSamples(condition, (is) => ({ condition: is }))),
  })),
  {
    name: 'kube_job_status_start_time',
    help: 'StartTime represents time when the job was acknowledged by the Job Manager.',
    of: ({ status }) => seconds(status?.startTime),
  },
  {
    name: 'kube_job_status_completion_time',
    help: 'CompletionTime represents time when the job was completed.',
    of: ({ status }) => seconds(status?.completionTime),
  },
];

function named(label: string): (object: KubeObject) => StringMap {
  return ({ metadata }) => ({ namespace: metadata.namespace ?? '', [label]: metadata.name });
}

/** Every family about what keeps pods. */
export function workloadState(of: {
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly jobs: readonly Job[];
}): readonly ExpositionFamily[] {
  return [
    ...stateFamilies(DEPLOYMENTS, of.deployments, named('deployment')),
    ...stateFamilies(REPLICA_SETS, of.replicaSets, named('replicaset')),
    ...stateFamilies(JOBS, of.jobs, named('job_name')),
  ];
}
