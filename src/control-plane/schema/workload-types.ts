/** Types of `apps/v1` and of both versions of `autoscaling`. */
import { LABEL_SELECTOR, objectType } from './meta-types.js';
import { POD_TEMPLATE_SPEC } from './pod-types.js';
import {
  BOOLEAN,
  INT32,
  INT64,
  INT_OR_STRING,
  QUANTITY,
  STRING,
  TIME,
  list,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { StructType } from './types.js';

const APPS = 'io.k8s.api.apps.v1';
const AUTOSCALING = 'io.k8s.api.autoscaling.v2';
const byType = { mergeKey: 'type', applyKeys: ['type'] } as const;

/** `apps/v1` Deployment. */
export const DEPLOYMENT: StructType = objectType(`${APPS}.Deployment`, {
  spec: optional(
    struct(`${APPS}.DeploymentSpec`, {
      replicas: pointer(INT32),
      selector: pointer(LABEL_SELECTOR),
      template: required(POD_TEMPLATE_SPEC),
      strategy: {
        ...optional(
          struct(`${APPS}.DeploymentStrategy`, {
            type: optional(STRING),
            rollingUpdate: pointer(
              struct(`${APPS}.RollingUpdateDeployment`, {
                maxUnavailable: pointer(INT_OR_STRING),
                maxSurge: pointer(INT_OR_STRING),
              }),
            ),
          }),
        ),
        patchStrategy: 'retainKeys',
      },
      minReadySeconds: optional(INT32),
      revisionHistoryLimit: pointer(INT32),
      paused: optional(BOOLEAN),
      progressDeadlineSeconds: pointer(INT32),
    }),
  ),
  status: optional(
    struct(`${APPS}.DeploymentStatus`, {
      observedGeneration: optional(INT64),
      replicas: optional(INT32),
      updatedReplicas: optional(INT32),
      readyReplicas: optional(INT32),
      availableReplicas: optional(INT32),
      unavailableReplicas: optional(INT32),
      terminatingReplicas: pointer(INT32),
      conditions: optional(
        list(
          struct(`${APPS}.DeploymentCondition`, {
            type: required(STRING),
            status: required(STRING),
            lastUpdateTime: optional(TIME),
            lastTransitionTime: optional(TIME),
            reason: optional(STRING),
            message: optional(STRING),
          }),
          byType,
        ),
      ),
      collisionCount: pointer(INT32),
    }),
  ),
});

/** `apps/v1` ReplicaSet. */
export const REPLICA_SET: StructType = objectType(`${APPS}.ReplicaSet`, {
  spec: optional(
    struct(`${APPS}.ReplicaSetSpec`, {
      replicas: pointer(INT32),
      minReadySeconds: optional(INT32),
      selector: pointer(LABEL_SELECTOR),
      template: optional(POD_TEMPLATE_SPEC),
    }),
  ),
  status: optional(
    struct(`${APPS}.ReplicaSetStatus`, {
      replicas: required(INT32),
      fullyLabeledReplicas: optional(INT32),
      readyReplicas: optional(INT32),
      availableReplicas: optional(INT32),
      terminatingReplicas: pointer(INT32),
      observedGeneration: optional(INT64),
      conditions: optional(
        list(
          struct(`${APPS}.ReplicaSetCondition`, {
            type: required(STRING),
            status: required(STRING),
            lastTransitionTime: optional(TIME),
            reason: optional(STRING),
            message: optional(STRING),
          }),
          byType,
        ),
      ),
    }),
  ),
});

const METRIC_TARGET = struct(`${AUTOSCALING}.MetricTarget`, {
  type: required(STRING),
  value: pointer(QUANTITY),
  averageValue: pointer(QUANTITY),
  averageUtilization: pointer(INT32),
});

const METRIC_IDENTIFIER = struct(`${AUTOSCALING}.MetricIdentifier`, {
  name: required(STRING),
  selector: pointer(LABEL_SELECTOR),
});

const OBJECT_REFERENCE = objectReference(AUTOSCALING);

/** Each version of the group has one of its own. */
function objectReference(prefix: string): StructType {
  return struct(`${prefix}.CrossVersionObjectReference`, {
    kind: required(STRING),
    name: required(STRING),
    apiVersion: optional(STRING),
  });
}

const METRIC_SPEC = struct(`${AUTOSCALING}.MetricSpec`, {
  type: required(STRING),
  object: pointer(
    struct(`${AUTOSCALING}.ObjectMetricSource`, {
      describedObject: required(OBJECT_REFERENCE),
      target: required(METRIC_TARGET),
      metric: required(METRIC_IDENTIFIER),
    }),
  ),
  pods: pointer(
    struct(`${AUTOSCALING}.PodsMetricSource`, {
      metric: required(METRIC_IDENTIFIER),
      target: required(METRIC_TARGET),
    }),
  ),
  resource: pointer(
    struct(`${AUTOSCALING}.ResourceMetricSource`, {
      name: required(STRING),
      target: required(METRIC_TARGET),
    }),
  ),
  containerResource: pointer(
    struct(`${AUTOSCALING}.ContainerResourceMetricSource`, {
      name: required(STRING),
      target: required(METRIC_TARGET),
      container: required(STRING),
    }),
  ),
  external: pointer(
    struct(`${AUTOSCALING}.ExternalMetricSource`, {
      metric: required(METRIC_IDENTIFIER),
      target: required(METRIC_TARGET),
    }),
  ),
});

const METRIC_VALUE_STATUS = struct(`${AUTOSCALING}.MetricValueStatus`, {
  value: pointer(QUANTITY),
  averageValue: pointer(QUANTITY),
  averageUtilization: pointer(INT32),
});

const METRIC_STATUS = struct(`${AUTOSCALING}.MetricStatus`, {
  type: required(STRING),
  object: pointer(
    struct(`${AUTOSCALING}.ObjectMetricStatus`, {
      metric: required(METRIC_IDENTIFIER),
      current: required(METRIC_VALUE_STATUS),
      describedObject: required(OBJECT_REFERENCE),
    }),
  ),
  pods: pointer(
    struct(`${AUTOSCALING}.PodsMetricStatus`, {
      metric: required(METRIC_IDENTIFIER),
      current: required(METRIC_VALUE_STATUS),
    }),
  ),
  resource: pointer(
    struct(`${AUTOSCALING}.ResourceMetricStatus`, {
      name: required(STRING),
      current: required(METRIC_VALUE_STATUS),
    }),
  ),
  containerResource: pointer(
    struct(`${AUTOSCALING}.ContainerResourceMetricStatus`, {
      name: required(STRING),
      current: required(METRIC_VALUE_STATUS),
      container: required(STRING),
    }),
  ),
  external: pointer(
    struct(`${AUTOSCALING}.ExternalMetricStatus`, {
      metric: required(METRIC_IDENTIFIER),
      current: required(METRIC_VALUE_STATUS),
    }),
  ),
});

const SCALING_RULES = struct(`${AUTOSCALING}.HPAScalingRules`, {
  stabilizationWindowSeconds: pointer(INT32),
  selectPolicy: pointer(STRING),
  policies: optional(
    list(
      struct(`${AUTOSCALING}.HPAScalingPolicy`, {
        type: required(STRING),
        value: required(INT32),
        periodSeconds: required(INT32),
      }),
    ),
  ),
  tolerance: pointer(QUANTITY),
});

/** `autoscaling/v2` HorizontalPodAutoscaler. */
export const HORIZONTAL_POD_AUTOSCALER: StructType = objectType(
  `${AUTOSCALING}.HorizontalPodAutoscaler`,
  {
    spec: optional(
      struct(`${AUTOSCALING}.HorizontalPodAutoscalerSpec`, {
        scaleTargetRef: required(OBJECT_REFERENCE),
        minReplicas: pointer(INT32),
        maxReplicas: required(INT32),
        metrics: optional(list(METRIC_SPEC)),
        behavior: pointer(
          struct(`${AUTOSCALING}.HorizontalPodAutoscalerBehavior`, {
            scaleUp: pointer(SCALING_RULES),
            scaleDown: pointer(SCALING_RULES),
          }),
        ),
      }),
    ),
    status: optional(
      struct(`${AUTOSCALING}.HorizontalPodAutoscalerStatus`, {
        observedGeneration: pointer(INT64),
        lastScaleTime: pointer(TIME),
        currentReplicas: optional(INT32),
        desiredReplicas: required(INT32),
        currentMetrics: required(list(METRIC_STATUS)),
        conditions: optional(
          list(
            struct(`${AUTOSCALING}.HorizontalPodAutoscalerCondition`, {
              type: required(STRING),
              status: required(STRING),
              lastTransitionTime: optional(TIME),
              reason: optional(STRING),
              message: optional(STRING),
            }),
            byType,
          ),
        ),
      }),
    ),
  },
);

const AUTOSCALING_V1 = 'io.k8s.api.autoscaling.v1';

/** `autoscaling/v1` HorizontalPodAutoscaler. */
export const HORIZONTAL_POD_AUTOSCALER_V1: StructType = objectType(
  `${AUTOSCALING_V1}.HorizontalPodAutoscaler`,
  {
    spec: optional(
      struct(`${AUTOSCALING_V1}.HorizontalPodAutoscalerSpec`, {
        scaleTargetRef: required({ ...objectReference(AUTOSCALING_V1), isAtomic: true }),
        minReplicas: pointer(INT32),
        maxReplicas: required(INT32),
        targetCPUUtilizationPercentage: pointer(INT32),
      }),
    ),
    status: optional(
      struct(`${AUTOSCALING_V1}.HorizontalPodAutoscalerStatus`, {
        observedGeneration: pointer(INT64),
        lastScaleTime: pointer(TIME),
        currentReplicas: required(INT32),
        desiredReplicas: required(INT32),
        currentCPUUtilizationPercentage: pointer(INT32),
      }),
    ),
  },
);
