/** What OpenAPI tells of types and fields beside their shape: what they are for, and what must be given. */
import type { Field, StructType } from './types.js';

/** Written whatever a client gave, yet nobody has to give them. */
const NOT_DEMANDED = new Set([
  'core.v1.Event.firstTimestamp',
  'core.v1.Event.lastTimestamp',
  'core.v1.Event.eventTime',
  'core.v1.Event.reportingComponent',
  'core.v1.Event.reportingInstance',
  'core.v1.ResourceFieldSelector.divisor',
  'core.v1.ProjectedVolumeSource.sources',
  'core.v1.PodCondition.lastProbeTime',
  'core.v1.PodCondition.lastTransitionTime',
  'core.v1.ContainerStateRunning.startedAt',
  'core.v1.ContainerStateTerminated.startedAt',
  'core.v1.ContainerStateTerminated.finishedAt',
  'autoscaling.v2.HorizontalPodAutoscalerStatus.currentMetrics',
  'batch.v1.PodFailurePolicyOnPodConditionsPattern.status',
  'policy.v1.PodDisruptionBudgetStatus.disruptionsAllowed',
  'policy.v1.PodDisruptionBudgetStatus.currentHealthy',
  'policy.v1.PodDisruptionBudgetStatus.desiredHealthy',
  'policy.v1.PodDisruptionBudgetStatus.expectedPods',
  'discovery.v1.EndpointSlice.endpoints',
  'discovery.v1.EndpointSlice.ports',
  'scheduling.v1.PriorityClass.value',
]);

/** Left out by Go when empty, yet a client has to give them. */
const DEMANDED = new Set([
  'core.v1.Event.metadata',
  'apps.v1.DeploymentSpec.selector',
  'apps.v1.ReplicaSetSpec.selector',
  'autoscaling.v2.HorizontalPodAutoscaler.spec',
]);

const POD_TEMPLATE = 'The pods that are made: their labels and their spec.';
const SELECTOR = 'Labels by which its pods are found; they must be those of the template.';

/** In the lab's own words, short; for what is read most. */
const NOTES: Readonly<Record<string, string>> = {
  'meta.v1.ObjectMeta': 'What every object has, whatever it is: name, labels, owners.',
  'meta.v1.ObjectMeta.name': 'Unique in its namespace among objects of its kind; never changes.',
  'meta.v1.ObjectMeta.generateName': 'Beginning of a name that the server completes.',
  'meta.v1.ObjectMeta.namespace': 'The namespace that the object is in; never changes.',
  'meta.v1.ObjectMeta.labels': 'Texts by which objects are selected.',
  'meta.v1.ObjectMeta.annotations': 'Texts for tools; nothing is selected by them.',
  'meta.v1.ObjectMeta.finalizers': 'While any is left, a deleted object stays.',
  'meta.v1.ObjectMeta.ownerReferences': 'Objects that it belongs to; it goes when they are gone.',
  'core.v1.Pod': 'Containers that run together on one node.',
  'core.v1.Pod.spec': 'What is to run.',
  'core.v1.Pod.status': 'How it runs; written by the kubelet.',
  'core.v1.PodSpec': 'What a pod is to run, and where.',
  'core.v1.PodSpec.containers': 'The containers that run side by side; at least one.',
  'core.v1.PodSpec.initContainers':
    'Containers that run one after another before the others; with restartPolicy Always they stay.',
  'core.v1.PodSpec.restartPolicy':
    'When a container that ended is started again: Always, OnFailure, Never.',
  'core.v1.PodSpec.terminationGracePeriodSeconds':
    'Seconds between SIGTERM and SIGKILL; 30 by default.',
  'core.v1.PodSpec.nodeName': 'The node that it runs on; the scheduler sets it.',
  'core.v1.PodSpec.nodeSelector': 'Labels that a node must have.',
  'core.v1.PodSpec.affinity': 'Nodes and neighbors that are wanted, or not.',
  'core.v1.PodSpec.tolerations': 'Taints of nodes that do not keep it away.',
  'core.v1.PodSpec.topologySpreadConstraints': 'How evenly pods are spread over zones or nodes.',
  'core.v1.PodSpec.priorityClassName': 'Class by which pods of less priority make room.',
  'core.v1.PodSpec.volumes': 'Directories and files that its containers can mount.',
  'core.v1.Container': 'One program of a pod.',
  'core.v1.Container.name': 'Unique in the pod.',
  'core.v1.Container.image': 'What to run; here a name that a local command stands for.',
  'core.v1.Container.command': 'Program and first arguments, in place of those of the image.',
  'core.v1.Container.args': 'Arguments, in place of those of the image.',
  'core.v1.Container.env': 'Environment variables, by name and value or source.',
  'core.v1.Container.envFrom': 'ConfigMaps and Secrets whose keys become environment variables.',
  'core.v1.Container.ports': 'Ports that it listens on; probes and Services may name them.',
  'core.v1.Container.resources': 'CPU and memory: what it is promised, and what it may not exceed.',
  'core.v1.Container.livenessProbe': 'When it fails, the container is restarted.',
  'core.v1.Container.readinessProbe': 'While it fails, Services send nothing to the pod.',
  'core.v1.Container.startupProbe': 'Until it succeeds, the other probes wait.',
  'core.v1.Container.lifecycle': 'What is done after the start and before the end.',
  'core.v1.ResourceRequirements.requests':
    'What the scheduler sets aside; utilization is measured against it.',
  'core.v1.ResourceRequirements.limits':
    'CPU is slowed down at its limit, over that of memory comes OOMKilled.',
  'core.v1.Service': 'One address for all ready pods that it selects.',
  'core.v1.ServiceSpec.selector': 'Labels of its pods.',
  'core.v1.ServiceSpec.ports': 'Ports it has, and where on the pods they lead.',
  'core.v1.ServiceSpec.type': 'ClusterIP, NodePort, LoadBalancer or ExternalName.',
  'core.v1.ServiceSpec.clusterIP': 'Its address; None: it has none and only lists its pods.',
  'core.v1.ConfigMap': 'Settings by key, for environments and files.',
  'core.v1.ConfigMap.data': 'Texts by key.',
  'core.v1.Secret': 'Like a ConfigMap, for what is not to be shown.',
  'core.v1.Secret.data': 'Base64 by key.',
  'core.v1.Namespace': 'A part of the cluster with names of its own.',
  'core.v1.Node': 'A machine that pods run on.',
  'apps.v1.Deployment':
    'Keeps a number of like pods, and replaces them step by step when they change.',
  'apps.v1.DeploymentSpec.replicas': 'How many pods there are to be; 1 by default.',
  'apps.v1.DeploymentSpec.selector': SELECTOR,
  'apps.v1.DeploymentSpec.template': POD_TEMPLATE,
  'apps.v1.DeploymentSpec.strategy': 'How pods are replaced: RollingUpdate or Recreate.',
  'apps.v1.DeploymentSpec.minReadySeconds':
    'Seconds a pod must have been ready to count as available.',
  'apps.v1.DeploymentSpec.revisionHistoryLimit':
    'Old ReplicaSets kept for a way back; 10 by default.',
  'apps.v1.DeploymentSpec.progressDeadlineSeconds':
    'Seconds without progress after which a rollout counts as failed; 600 by default.',
  'apps.v1.DeploymentSpec.paused': 'Changes of the template wait.',
  'apps.v1.RollingUpdateDeployment.maxSurge':
    'Pods over the wanted number, a count or a share; 25% by default.',
  'apps.v1.RollingUpdateDeployment.maxUnavailable':
    'Pods under the wanted number, a count or a share; 25% by default.',
  'apps.v1.ReplicaSet': 'Keeps a number of like pods; usually made by a Deployment.',
  'apps.v1.ReplicaSetSpec.replicas': 'How many pods there are to be; 1 by default.',
  'apps.v1.ReplicaSetSpec.selector': SELECTOR,
  'apps.v1.ReplicaSetSpec.template': POD_TEMPLATE,
  'autoscaling.v2.HorizontalPodAutoscaler': 'Changes the number of pods as metrics ask for it.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.scaleTargetRef': 'Whose number of pods it changes.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas': 'Never fewer pods; 1 by default.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas': 'Never more pods.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.metrics':
    'What is measured and aimed at; the largest number of pods that one asks for counts.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.behavior': 'How fast it goes up, and how fast down.',
  'autoscaling.v2.HorizontalPodAutoscalerBehavior.scaleUp':
    'By default: at once, twice as many or 4 more in 15 s.',
  'autoscaling.v2.HorizontalPodAutoscalerBehavior.scaleDown':
    'By default: to the highest number that the last 300 s asked for.',
  'autoscaling.v2.HPAScalingRules.stabilizationWindowSeconds':
    'Seconds of earlier wishes that are kept in mind against going to and fro.',
  'autoscaling.v2.HPAScalingRules.policies':
    'How many pods, or which share, may change in which time.',
  'autoscaling.v2.HPAScalingRules.selectPolicy':
    'Max, Min or Disabled: which of the policies counts.',
  'autoscaling.v2.HPAScalingRules.tolerance':
    'How far off the target nothing is done; 0.1 by default.',
  'batch.v1.Job': 'Runs pods until enough of them have succeeded.',
  'policy.v1.PodDisruptionBudget': 'How many pods evictions must leave.',
  'policy.v1.PodDisruptionBudgetSpec.minAvailable': 'Pods that must stay, a count or a share.',
  'policy.v1.PodDisruptionBudgetSpec.maxUnavailable':
    'Pods that may be missing, a count or a share.',
};

/** Every type and field that something is noted of: `core.v1.Pod`, `core.v1.Pod.spec`. */
export const NOTED_NAMES: readonly string[] = [...Object.keys(NOTES), ...DEMANDED, ...NOT_DEMANDED];

/** What a type, or a field of it, is for; undefined where nothing is noted. */
export function noteOn({ name }: StructType, field?: string): string | undefined {
  return NOTES[field === undefined ? shortName(name) : `${shortName(name)}.${field}`];
}

/**
 * Whether a client has to give a field. It nearly always follows from how Go writes it.
 *
 * @see Source: kubernetes `api/openapi-spec/v3`, `required` of each definition.
 */
export function isDemanded({ name }: StructType, field: string, { presence }: Field): boolean {
  const full = `${shortName(name)}.${field}`;
  return DEMANDED.has(full) || (presence === 'required' && !NOT_DEMANDED.has(full));
}

function shortName(name: string): string {
  return name.replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis)\./, '');
}
