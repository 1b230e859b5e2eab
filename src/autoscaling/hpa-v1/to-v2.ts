/** An HPA of the older version as `autoscaling/v2` has it. */
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  ScalingPolicy,
  ScalingRules,
} from '../../core/autoscaling-objects.js';
import { isRecord } from '../../core/json.js';
import type { Condition, LabelSelector, StringMap } from '../../core/objects.js';
import { parseQuantity } from '../../core/quantity.js';
import { DEFAULT_METRIC } from '../hpa/defaults.js';
import { type HorizontalPodAutoscalerV1, V1_ANNOTATIONS, withoutV1Annotations } from './hpa-v1.js';

/**
 * The `autoscaling/v2` form: what the annotations hold goes back to its fields, and an HPA with no
 * target at all gets CPU at 80 %. An annotation that cannot be read is dropped, as upstream drops it.
 *
 * @see Source: kubernetes 1.36 `pkg/apis/autoscaling/v1/conversion.go`.
 */
export function hpaV2FromV1(hpa: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { kind, metadata, spec, status } = hpa;
  const { targetCPUUtilizationPercentage: cpu, ...bounds } = spec;
  const { annotations = {}, ...rest } = metadata;
  const kept = withoutV1Annotations(annotations);
  const others = recordsIn(annotations, V1_ANNOTATIONS.metrics)?.map(metricOf) ?? [];
  const metrics = cpu === undefined ? others : [...others, cpuMetric(cpu)];
  const behavior = behaviorOf(annotations);
  return {
    apiVersion: 'autoscaling/v2',
    kind,
    metadata: Object.keys(kept).length === 0 ? rest : { ...rest, annotations: kept },
    spec: {
      ...bounds,
      metrics: metrics.length === 0 ? [DEFAULT_METRIC] : metrics,
      ...(behavior === undefined ? {} : { behavior }),
    },
    ...(status === undefined ? {} : { status: statusOf(status, annotations) }),
  };
}

function cpuMetric(averageUtilization: number): MetricSpec {
  const target = { type: 'Utilization', averageUtilization } as const;
  return { type: 'Resource', resource: { name: 'cpu', target } };
}

function statusOf(
  status: NonNullable<HorizontalPodAutoscalerV1['status']>,
  annotations: StringMap,
): HorizontalPodAutoscalerStatus {
  const { currentCPUUtilizationPercentage: cpu, currentReplicas, ...rest } = status;
  const fromField: readonly MetricStatus[] | null =
    cpu === undefined
      ? null
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: cpu } } }];
  const annotated = recordsIn(annotations, V1_ANNOTATIONS.currentMetrics)?.map(metricStatusOf);
  const conditions = recordsIn(annotations, V1_ANNOTATIONS.conditions)?.map(conditionOf);
  return {
    ...rest,
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    currentMetrics: annotated ?? fromField,
    ...(conditions === undefined ? {} : { conditions }),
  };
}

/** Looks into values that were written as JSON into an annotation. */
class Fields {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** A field by its name; upstream reads names whatever their case. */
  get(name: string): unknown {
    if (!isRecord(this.#value)) return undefined;
    const found = Object.entries(this.#value).find(
      ([key]) => key.toLowerCase() === name.toLowerCase(),
    );
    return found?.[1] ?? undefined;
  }

  of(name: string): Fields | undefined {
    const value = this.get(name);
    return isRecord(value) ? new Fields(value) : undefined;
  }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : '';
  }

  number(name: string): number | undefined {
    const value = this.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  quantity(name: string): string | undefined {
    const value = this.text(name);
    return parseQuantity(value) === undefined ? undefined : value;
  }
}

/** The objects of a list in an annotation; undefined when there is none that can be read. */
function recordsIn(annotations: StringMap, name: string): readonly Fields[] | undefined {
  const value = jsonIn(annotations, name);
  return Array.isArray(value) ? value.map((each) => new Fields(each)) : undefined;
}

function jsonIn(annotations: StringMap, name: string): unknown {
  const text = annotations[name];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function metricOf(fields: Fields): MetricSpec {
  const object = fields.of('object');
  const pods = fields.of('pods');
  const resource = fields.of('resource');
  const container = fields.of('containerResource');
  const external = fields.of('external');
  return {
    type: word(fields, 'type'),
    ...(object === undefined ? {} : { object: objectOf(object) }),
    ...(pods === undefined ? {} : { pods: podsOf(pods) }),
    ...(resource === undefined ? {} : { resource: resourceOf(resource) }),
    ...(container === undefined
      ? {}
      : {
          containerResource: { ...resourceOf(container), container: container.text('container') },
        }),
    ...(external === undefined ? {} : { external: externalOf(external) }),
  };
}

/** A word that should be one of a few; validation refuses it later if it is none. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each caller knows its few words
function word<T extends string>(fields: Fields, name: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- conversion must pass on what validation is to refuse
  return fields.text(name) as T;
}

function objectOf(fields: Fields): NonNullable<MetricSpec['object']> {
  const averageValue = fields.quantity('averageValue');
  const value = fields.quantity('targetValue') ?? '0';
  // the older version cannot leave the value out, so a 0 beside an average means nothing
  const hasValue = averageValue === undefined || parseQuantity(value)?.nano !== 0n;
  return {
    describedObject: referenceOf(fields.of('target')),
    metric: identifierOf(fields, 'selector'),
    target: {
      type: averageValue === undefined ? 'Value' : 'AverageValue',
      ...(hasValue ? { value } : {}),
      ...(averageValue === undefined ? {} : { averageValue }),
    },
  };
}

function podsOf(fields: Fields): NonNullable<MetricSpec['pods']> {
  return {
    metric: identifierOf(fields, 'selector'),
    target: { type: 'AverageValue', averageValue: fields.quantity('targetAverageValue') ?? '0' },
  };
}

function resourceOf(fields: Fields): NonNullable<MetricSpec['resource']> {
  const averageUtilization = fields.number('targetAverageUtilization');
  const averageValue = fields.quantity('targetAverageValue');
  return {
    name: fields.text('name'),
    target: {
      type: averageUtilization === undefined ? 'AverageValue' : 'Utilization',
      ...(averageValue === undefined ? {} : { averageValue }),
      ...(averageUtilization === undefined ? {} : { averageUtilization }),
    },
  };
}

function externalOf(fields: Fields): NonNullable<MetricSpec['external']> {
  const value = fields.quantity('targetValue');
  const averageValue = fields.quantity('targetAverageValue');
  return {
    metric: identifierOf(fields, 'metricSelector'),
    target: {
      type: value === undefined ? 'AverageValue' : 'Value',
      ...(value === undefined ? {} : { value }),
      ...(averageValue === undefined ? {} : { averageValue }),
    },
  };
}

function identifierOf(fields: Fields, selectorField: string): MetricIdentifier {
  const selector = fields.get(selectorField);
  const name = fields.text('metricName');
  return isSelector(selector) ? { name, selector } : { name };
}

function isSelector(value: unknown): value is LabelSelector {
  return isRecord(value);
}

function referenceOf(fields: Fields | undefined): CrossVersionObjectReference {
  const apiVersion = fields?.text('apiVersion') ?? '';
  const reference = { kind: fields?.text('kind') ?? '', name: fields?.text('name') ?? '' };
  return apiVersion === '' ? reference : { ...reference, apiVersion };
}

function metricStatusOf(fields: Fields): MetricStatus {
  const object = fields.of('object');
  const pods = fields.of('pods');
  const resource = fields.of('resource');
  const container = fields.of('containerResource');
  const external = fields.of('external');
  return {
    type: word(fields, 'type'),
    ...(object === undefined
      ? {}
      : {
          object: {
            describedObject: referenceOf(object.of('target')),
            metric: identifierOf(object, 'selector'),
            current: valuesOf(object, 'averageValue'),
          },
        }),
    ...(pods === undefined
      ? {}
      : {
          pods: {
            metric: identifierOf(pods, 'selector'),
            current: { averageValue: pods.quantity('currentAverageValue') ?? '0' },
          },
        }),
    ...(resource === undefined ? {} : { resource: resourceStatusOf(resource) }),
    ...(container === undefined
      ? {}
      : {
          containerResource: {
            ...resourceStatusOf(container),
            container: container.text('container'),
          },
        }),
    ...(external === undefined
      ? {}
      : {
          external: {
            metric: identifierOf(external, 'metricSelector'),
            current: valuesOf(external, 'currentAverageValue'),
          },
        }),
  };
}

function valuesOf(
  fields: Fields,
  averageField: string,
): { readonly value: string; readonly averageValue?: string } {
  const value = fields.quantity('currentValue') ?? '0';
  const averageValue = fields.quantity(averageField);
  return averageValue === undefined ? { value } : { value, averageValue };
}

function resourceStatusOf(fields: Fields): NonNullable<MetricStatus['resource']> {
  const averageUtilization = fields.number('currentAverageUtilization');
  const averageValue = fields.quantity('currentAverageValue') ?? '0';
  return {
    name: fields.text('name'),
    current: {
      averageValue,
      ...(averageUtilization === undefined ? {} : { averageUtilization }),
    },
  };
}

function conditionOf(fields: Fields): Condition {
  const status = fields.text('status');
  const lastTransitionTime = fields.text('lastTransitionTime');
  const [reason, message] = [fields.text('reason'), fields.text('message')];
  return {
    type: fields.text('type'),
    status: status === 'True' || status === 'False' ? status : 'Unknown',
    ...(lastTransitionTime === '' ? {} : { lastTransitionTime }),
    ...(reason === '' ? {} : { reason }),
    ...(message === '' ? {} : { message }),
  };
}

function behaviorOf(annotations: StringMap): HorizontalPodAutoscaler['spec']['behavior'] {
  const fields = new Fields(jsonIn(annotations, V1_ANNOTATIONS.behavior));
  const scaleUp = fields.of('ScaleUp');
  const scaleDown = fields.of('ScaleDown');
  if (scaleUp === undefined && scaleDown === undefined) return undefined;
  return {
    ...(scaleUp === undefined ? {} : { scaleUp: rulesOf(scaleUp) }),
    ...(scaleDown === undefined ? {} : { scaleDown: rulesOf(scaleDown) }),
  };
}

function rulesOf(fields: Fields): ScalingRules {
  const window = fields.number('StabilizationWindowSeconds');
  const hasSelectPolicy = fields.get('SelectPolicy') !== undefined;
  const policies = fields.get('Policies');
  const tolerance = fields.quantity('Tolerance');
  return {
    ...(window === undefined ? {} : { stabilizationWindowSeconds: window }),
    ...(hasSelectPolicy ? { selectPolicy: word(fields, 'SelectPolicy') } : {}),
    ...(Array.isArray(policies)
      ? { policies: policies.map((each) => policyOf(new Fields(each))) }
      : {}),
    ...(tolerance === undefined ? {} : { tolerance }),
  };
}

function policyOf(fields: Fields): ScalingPolicy {
  return {
    type: word(fields, 'Type'),
    value: fields.number('Value') ?? 0,
    periodSeconds: fields.number('PeriodSeconds') ?? 0,
  };
}
