/** Field numbers of groups whose objects describe work, and of those about sizes and limits. */
import type { MessageTable } from './message-table.js';

/** Messages of `k8s.io/api/apps/v1/generated.proto` (1.36). */
export const APPS_MESSAGES: MessageTable = {
  Deployment: 'metadata spec status',
  DeploymentCondition: 'type status - reason message lastUpdateTime lastTransitionTime',
  DeploymentSpec:
    'replicas selector template strategy minReadySeconds revisionHistoryLimit paused - progressDeadlineSeconds',
  DeploymentStatus:
    'observedGeneration replicas updatedReplicas availableReplicas unavailableReplicas conditions readyReplicas collisionCount terminatingReplicas',
  DeploymentStrategy: 'type rollingUpdate',
  ReplicaSet: 'metadata spec status',
  ReplicaSetCondition: 'type status lastTransitionTime reason message',
  ReplicaSetSpec: 'replicas selector template minReadySeconds',
  ReplicaSetStatus:
    'replicas fullyLabeledReplicas observedGeneration readyReplicas availableReplicas conditions terminatingReplicas',
  RollingUpdateDeployment: 'maxUnavailable maxSurge',
};

/** Messages of `k8s.io/api/autoscaling/v1/generated.proto` (1.36). */
export const AUTOSCALING_V1_MESSAGES: MessageTable = {
  CrossVersionObjectReference: 'kind name apiVersion',
  HorizontalPodAutoscaler: 'metadata spec status',
  HorizontalPodAutoscalerSpec:
    'scaleTargetRef minReplicas maxReplicas targetCPUUtilizationPercentage',
  HorizontalPodAutoscalerStatus:
    'observedGeneration lastScaleTime currentReplicas desiredReplicas currentCPUUtilizationPercentage',
  Scale: 'metadata spec status',
  ScaleSpec: 'replicas',
  ScaleStatus: 'replicas selector',
};

/** Messages of `k8s.io/api/autoscaling/v2/generated.proto` (1.36). */
export const AUTOSCALING_V2_MESSAGES: MessageTable = {
  ContainerResourceMetricSource: 'name target container',
  ContainerResourceMetricStatus: 'name current container',
  CrossVersionObjectReference: 'kind name apiVersion',
  ExternalMetricSource: 'metric target',
  ExternalMetricStatus: 'metric current',
  HPAScalingPolicy: 'type value periodSeconds',
  HPAScalingRules: 'selectPolicy policies stabilizationWindowSeconds tolerance',
  HorizontalPodAutoscaler: 'metadata spec status',
  HorizontalPodAutoscalerBehavior: 'scaleUp scaleDown',
  HorizontalPodAutoscalerCondition: 'type status lastTransitionTime reason message',
  HorizontalPodAutoscalerSpec: 'scaleTargetRef minReplicas maxReplicas metrics behavior',
  HorizontalPodAutoscalerStatus:
    'observedGeneration lastScaleTime currentReplicas desiredReplicas currentMetrics conditions',
  MetricIdentifier: 'name selector',
  MetricSpec: 'type object pods resource external - containerResource',
  MetricStatus: 'type object pods resource external - containerResource',
  MetricTarget: 'type value averageValue averageUtilization',
  MetricValueStatus: 'value averageValue averageUtilization',
  ObjectMetricSource: 'describedObject target metric',
  ObjectMetricStatus: 'metric current describedObject',
  PodsMetricSource: 'metric target',
  PodsMetricStatus: 'metric current',
  ResourceMetricSource: 'name target',
  ResourceMetricStatus: 'name current',
};

/** Messages of `k8s.io/api/batch/v1/generated.proto` (1.36). */
export const BATCH_MESSAGES: MessageTable = {
  CronJob: 'metadata spec status',
  CronJobSpec:
    'schedule startingDeadlineSeconds concurrencyPolicy suspend jobTemplate successfulJobsHistoryLimit failedJobsHistoryLimit timeZone',
  CronJobStatus: 'active - - lastScheduleTime lastSuccessfulTime',
  Job: 'metadata spec status',
  JobCondition: 'type status lastProbeTime lastTransitionTime reason message',
  JobSpec:
    'parallelism completions activeDeadlineSeconds selector manualSelector template backoffLimit ttlSecondsAfterFinished completionMode suspend podFailurePolicy backoffLimitPerIndex maxFailedIndexes podReplacementPolicy managedBy successPolicy',
  JobStatus:
    'conditions startTime completionTime active succeeded failed completedIndexes uncountedTerminatedPods ready failedIndexes terminating',
  JobTemplateSpec: 'metadata spec',
  PodFailurePolicy: 'rules',
  PodFailurePolicyOnExitCodesRequirement: 'containerName operator values',
  PodFailurePolicyOnPodConditionsPattern: 'type status',
  PodFailurePolicyRule: 'action onExitCodes onPodConditions',
  SuccessPolicy: 'rules',
  SuccessPolicyRule: 'succeededIndexes succeededCount',
  UncountedTerminatedPods: 'succeeded failed',
};

/** Messages of `k8s.io/api/policy/v1/generated.proto` (1.36). */
export const POLICY_MESSAGES: MessageTable = {
  Eviction: 'metadata deleteOptions',
  PodDisruptionBudget: 'metadata spec status',
  PodDisruptionBudgetSpec: 'minAvailable selector maxUnavailable unhealthyPodEvictionPolicy',
  PodDisruptionBudgetStatus:
    'observedGeneration disruptedPods disruptionsAllowed currentHealthy desiredHealthy expectedPods conditions',
};

/** Messages of `k8s.io/api/scheduling/v1/generated.proto` (1.36). */
export const SCHEDULING_MESSAGES: MessageTable = {
  PriorityClass: 'metadata value globalDefault description preemptionPolicy',
};
