/** The shape of a recorded scenario, as far as it is read; fields that are not read may be anything. */
import { z } from 'zod';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../core/autoscaling-objects.js';
import { goDurationMs } from '../../core/go-duration.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { Pod } from '../../core/objects.js';
import type { HpaEvent } from '../hpa/decision.js';
import type { ExternalMetricValue, MetricValue } from '../hpa/recorded-input.js';

/** One line of a vector file, without its nulls: Go writes them where nothing is. */
export interface ScenarioLine {
  readonly name: string;
  readonly controller: {
    readonly downscaleStabilizationSeconds: number;
    readonly tolerance: number;
    readonly cpuInitializationPeriodSeconds: number;
    readonly initialReadinessDelaySeconds: number;
    readonly hpaScaleToZero?: boolean;
  };
  readonly hpa: HorizontalPodAutoscaler;
  readonly steps: readonly StepLine[];
}

/** One reconciliation of a line. */
export interface StepLine {
  readonly now: string;
  readonly scale: {
    readonly specReplicas?: number;
    readonly statusReplicas?: number;
    readonly selector?: string;
  };
  readonly pods?: readonly Pod[];
  readonly podMetrics?: readonly PodMetrics[];
  readonly resourceMetricsError?: string;
  readonly customMetrics?: Readonly<Record<string, readonly MetricValue[]>>;
  readonly objectMetrics?: Readonly<Record<string, MetricValue>>;
  readonly externalMetrics?: Readonly<Record<string, readonly ExternalMetricValue[]>>;
  readonly expect: {
    readonly scaleTo?: number;
    readonly status?: HorizontalPodAutoscalerStatus;
    readonly events?: readonly HpaEvent[];
    readonly error?: string;
  };
}

const text = z.string('a text');
const number = z.number('a number');
const replicas = z.int('a whole number');
const optionalText = text.optional();
const time = text.refine((value) => !Number.isNaN(Date.parse(value)), 'a time as RFC 3339');
const duration = text.refine(
  (value) => goDurationMs(value) !== undefined,
  'a duration such as 15.2s',
);
const object = <T extends z.core.$ZodLooseShape>(shape: T, what = 'an object') =>
  z.looseObject(shape, what);
const list = <T extends z.ZodType>(item: T) => z.array(item, 'a list');
const amounts = z.record(z.string(), text, 'quantities by name').optional();
const resources = object({ requests: amounts }).optional();
const metadata = object({ name: text });

const reference = object({ kind: text, name: text, apiVersion: optionalText });
const target = object({
  type: optionalText,
  value: optionalText,
  averageValue: optionalText,
  averageUtilization: number.optional(),
});
const requirement = object({
  key: optionalText,
  operator: optionalText,
  values: list(text).optional(),
});
const selector = object({
  matchLabels: z.record(z.string(), text, 'labels by name').optional(),
  matchExpressions: list(requirement).optional(),
});
const identifier = object({ name: text, selector: selector.optional() });

const metric = object({
  type: text,
  resource: object({ name: text, target }).optional(),
  containerResource: object({ name: text, container: text, target }).optional(),
  pods: object({ metric: identifier, target }).optional(),
  object: object({ describedObject: reference, metric: identifier, target }).optional(),
  external: object({ metric: identifier, target }).optional(),
});

const rules = object({
  stabilizationWindowSeconds: number.optional(),
  selectPolicy: optionalText,
  policies: list(object({ type: text, value: number, periodSeconds: number })).optional(),
  tolerance: optionalText,
}).optional();

const current = object({
  value: optionalText,
  averageValue: optionalText,
  averageUtilization: number.optional(),
});

const status = object({
  currentReplicas: replicas.optional(),
  desiredReplicas: replicas.optional(),
  lastScaleTime: time.optional(),
  currentMetrics: list(
    object({
      type: text,
      resource: object({ name: text, current }).optional(),
      containerResource: object({ name: text, container: text, current }).optional(),
      pods: object({ metric: identifier, current }).optional(),
      object: object({ describedObject: reference, metric: identifier, current }).optional(),
      external: object({ metric: identifier, current }).optional(),
    }),
  ).optional(),
  conditions: list(
    object({
      type: text,
      status: text,
      reason: optionalText,
      message: optionalText,
      lastTransitionTime: time.optional(),
    }),
  ).optional(),
});

const hpa = object(
  {
    metadata,
    spec: object({
      scaleTargetRef: reference,
      minReplicas: replicas.optional(),
      maxReplicas: replicas,
      metrics: list(metric).optional(),
      behavior: object({ scaleUp: rules, scaleDown: rules }).optional(),
    }),
    status: status.optional(),
  },
  'a HorizontalPodAutoscaler',
);

const container = object({ name: text, resources, restartPolicy: optionalText });

const pod = object(
  {
    metadata: object({ name: text, deletionTimestamp: time.optional() }),
    spec: object({
      containers: list(container),
      initContainers: list(container).optional(),
      resources,
      overhead: amounts,
    }),
    status: object({
      phase: optionalText,
      startTime: time.optional(),
      conditions: list(
        object({ type: text, status: text, lastTransitionTime: time.optional() }),
      ).optional(),
    }).optional(),
  },
  'a pod',
);

const podMetrics = object(
  {
    metadata,
    timestamp: time.optional(),
    window: duration,
    containers: list(object({ name: text, usage: amounts })).optional(),
  },
  'metrics of a pod',
);

const metricValue = object({ describedObject: object({ name: text }), value: text });
const byName = <T extends z.ZodType>(value: T) =>
  z.record(z.string(), value, 'metric values by name').optional();

const step = object({
  now: time,
  scale: object({
    specReplicas: replicas.optional(),
    statusReplicas: replicas.optional(),
    selector: optionalText,
  }),
  pods: list(pod).optional(),
  podMetrics: list(podMetrics).optional(),
  resourceMetricsError: optionalText,
  customMetrics: byName(list(metricValue)),
  objectMetrics: byName(metricValue),
  externalMetrics: byName(list(object({ value: text }))),
  expect: object(
    {
      scaleTo: replicas.optional(),
      status: status.optional(),
      events: list(object({ type: text, reason: text, message: text })).optional(),
      error: optionalText,
    },
    'an outcome',
  ),
});

const line = object({
  name: text,
  controller: object({
    downscaleStabilizationSeconds: number,
    tolerance: number,
    cpuInitializationPeriodSeconds: number,
    initialReadinessDelaySeconds: number,
    hpaScaleToZero: z.boolean('true or false').optional(),
  }),
  hpa,
  steps: list(step),
});

/** One thing that keeps a value from being a scenario. */
export interface ScenarioFault {
  /** From the line's root: names of fields, indexes of lists. */
  readonly path: readonly (string | number)[];
  /** Completes "expected ...". */
  readonly expected: string;
}

/** Whether a line's value, without its nulls, is a scenario. */
export function isScenarioLine(value: unknown): value is ScenarioLine {
  return line.safeParse(value).success;
}

/** Every fault of a value that is no scenario. */
export function scenarioFaults(value: unknown): readonly ScenarioFault[] {
  const issues = line.safeParse(value).error?.issues ?? [];
  return issues.map(({ path, message }) => ({
    path: path.map((each) => (typeof each === 'symbol' ? '' : each)),
    expected: message,
  }));
}
