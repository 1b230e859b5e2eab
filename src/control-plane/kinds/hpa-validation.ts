/** Faults of autoscalers. */
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ScalingPolicy,
  ScalingRules,
} from '../../core/autoscaling-objects.js';
import { compareQuantities } from '../../core/quantity.js';
import { pathSegmentFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';

const MAX_PERIOD_SECONDS = 1_800;
const MAX_STABILIZATION_SECONDS = 3_600;

/**
 * Faults of an autoscaler's spec.
 *
 * @see Source: kubernetes `pkg/apis/autoscaling/validation/validation.go`,
 *   `validateHorizontalPodAutoscalerSpec`, for all of this file.
 */
export function hpaFaults({ spec }: HorizontalPodAutoscaler): readonly FieldError[] {
  const metrics = spec.metrics ?? [];
  return [
    ...boundFaults(spec.minReplicas ?? 1, spec.maxReplicas),
    ...referenceFaults('spec.scaleTargetRef', spec.scaleTargetRef),
    ...groupFaults('spec.scaleTargetRef.apiVersion', spec.scaleTargetRef),
    ...metrics.flatMap((metric, index) => metricFaults(`spec.metrics[${index}]`, metric)),
    ...(spec.minReplicas === 0 &&
    !metrics.some(({ type }) => type === 'Object' || type === 'External')
      ? [
          forbiddenValue(
            'spec.metrics',
            'must specify at least one Object or External metric to support scaling to zero replicas',
          ),
        ]
      : []),
    ...rulesFaults('spec.behavior.scaleUp', spec.behavior?.scaleUp),
    ...rulesFaults('spec.behavior.scaleDown', spec.behavior?.scaleDown),
  ];
}

function boundFaults(minReplicas: number, maxReplicas: number): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (minReplicas < 1) {
    faults.push(
      invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'),
    );
  }
  if (maxReplicas === 0) {
    faults.push(requiredValue('spec.maxReplicas', 'must be set and greater than 0'));
  } else if (maxReplicas < 0) {
    faults.push(
      invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'),
    );
  }
  if (maxReplicas < minReplicas) {
    faults.push(
      invalidValue(
        'spec.maxReplicas',
        maxReplicas,
        'must be greater than or equal to `minReplicas`',
      ),
    );
  }
  return faults;
}

function referenceFaults(
  field: string,
  reference: CrossVersionObjectReference,
): readonly FieldError[] {
  return (['kind', 'name'] as const).flatMap((name) => {
    const value = reference[name];
    if (value === '') return [requiredValue(`${field}.${name}`)];
    return pathSegmentFaults(value).map((fault) => invalidValue(`${field}.${name}`, value, fault));
  });
}

function groupFaults(
  field: string,
  { apiVersion = '', kind }: CrossVersionObjectReference,
): readonly FieldError[] {
  const parts = apiVersion.split('/');
  if (parts.length > 2) {
    return [invalidValue(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  }
  const isCore = apiVersion === 'v1' && kind === 'ReplicationController';
  if (parts.length === 2 || isCore || apiVersion !== '') return [];
  return [invalidValue(field, apiVersion, 'apiVersion must specify API group')];
}

const SOURCES = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;

function metricFaults(field: string, metric: MetricSpec): readonly FieldError[] {
  const faults: FieldError[] = [];
  const type: string = metric.type;
  if (type === '') faults.push(requiredValue(`${field}.type`, 'must specify a metric source type'));
  if (!Object.hasOwn(SOURCES, type)) {
    // told once for the type and once for the source that it should name
    const unsupported = unsupportedValue(`${field}.type`, type, Object.keys(SOURCES));
    return [...faults, unsupported, unsupported];
  }
  const own = SOURCES[metric.type];
  if (metric[own] === undefined) {
    return [
      requiredValue(`${field}.${own}`, 'must populate information for the given metric source'),
    ];
  }
  const others = Object.values(SOURCES).filter(
    (name) => name !== own && metric[name] !== undefined,
  );
  return [
    ...sourceFaults(field, metric),
    ...others.map((name) =>
      forbiddenValue(`${field}.${name}`, 'must populate the given metric source only'),
    ),
  ];
}

function sourceFaults(field: string, metric: MetricSpec): readonly FieldError[] {
  const { resource, containerResource, pods, object, external } = metric;
  if (resource !== undefined && metric.type === 'Resource') {
    return resourceFaults(`${field}.resource`, resource);
  }
  if (containerResource !== undefined && metric.type === 'ContainerResource') {
    const place = `${field}.containerResource`;
    return [
      ...(containerResource.container === ''
        ? [requiredValue(`${place}.container`, 'must specify a container')]
        : []),
      ...resourceFaults(place, containerResource),
    ];
  }
  if (pods !== undefined && metric.type === 'Pods') {
    const place = `${field}.pods`;
    return [
      ...identifierFaults(`${place}.metric`, pods.metric),
      ...targetFaults(`${place}.target`, pods.target),
      ...(isPositive(pods.target.averageValue)
        ? []
        : [
            requiredValue(
              `${place}.target.averageValue`,
              'must specify a positive target averageValue',
            ),
          ]),
    ];
  }
  if (object !== undefined && metric.type === 'Object') {
    const place = `${field}.object`;
    return [
      ...referenceFaults(`${place}.describedObject`, object.describedObject),
      ...identifierFaults(`${place}.metric`, object.metric),
      ...targetFaults(`${place}.target`, object.target),
      ...valueFaults(
        `${place}.target`,
        object.target,
        'must set either a target value or averageValue',
      ),
    ];
  }
  return external === undefined ? [] : externalFaults(`${field}.external`, external);
}

function externalFaults(
  field: string,
  { metric, target }: NonNullable<MetricSpec['external']>,
): readonly FieldError[] {
  return [
    ...identifierFaults(`${field}.metric`, metric),
    ...targetFaults(`${field}.target`, target),
    ...valueFaults(
      `${field}.target`,
      target,
      'must set either a target value for metric or a per-pod target',
    ),
    ...(target.value !== undefined && target.averageValue !== undefined
      ? [
          forbiddenValue(
            `${field}.target.value`,
            'may not set both a target value for metric and a per-pod target',
          ),
        ]
      : []),
  ];
}

function resourceFaults(
  field: string,
  source: { readonly name: string; readonly target: MetricTarget },
): readonly FieldError[] {
  const { name, target } = source;
  const place = `${field}.target`;
  const faults: FieldError[] = [];
  if (name === '') faults.push(requiredValue(`${field}.name`, 'must specify a resource name'));
  faults.push(...targetFaults(place, target));
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    faults.push(
      requiredValue(
        `${place}.averageUtilization`,
        'must set either a target raw value or a target utilization',
      ),
    );
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    faults.push(
      forbiddenValue(
        `${place}.averageValue`,
        'may not set both a target raw value and a target utilization',
      ),
    );
  }
  return faults;
}

function identifierFaults(field: string, { name }: MetricIdentifier): readonly FieldError[] {
  if (name === '') return [requiredValue(`${field}.name`, 'must specify a metric name')];
  return pathSegmentFaults(name).map((fault) => invalidValue(`${field}.name`, name, fault));
}

function targetFaults(field: string, target: MetricTarget): readonly FieldError[] {
  const faults: FieldError[] = [];
  const type: string = target.type;
  if (type === '') faults.push(requiredValue(`${field}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    faults.push(
      invalidValue(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'),
    );
  }
  for (const name of ['value', 'averageValue'] as const) {
    const value = target[name];
    if (value !== undefined && !isPositive(value)) {
      faults.push(invalidValue(`${field}.${name}`, value, 'must be positive'));
    }
  }
  const { averageUtilization } = target;
  if (averageUtilization !== undefined && averageUtilization < 1) {
    faults.push(
      invalidValue(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'),
    );
  }
  return faults;
}

function valueFaults(field: string, target: MetricTarget, detail: string): readonly FieldError[] {
  if (target.value !== undefined || target.averageValue !== undefined) return [];
  return [requiredValue(`${field}.averageValue`, detail)];
}

function isPositive(quantity: string | undefined): boolean {
  return quantity !== undefined && compareQuantities(quantity, '0') > 0;
}

function rulesFaults(field: string, rules: ScalingRules | undefined): readonly FieldError[] {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies, tolerance } = rules;
  const faults: FieldError[] = [];
  if (window !== undefined && window < 0) {
    faults.push(
      invalidValue(
        `${field}.stabilizationWindowSeconds`,
        window,
        'must be greater than or equal to zero',
      ),
    );
  }
  if (window !== undefined && window > MAX_STABILIZATION_SECONDS) {
    faults.push(
      invalidValue(
        `${field}.stabilizationWindowSeconds`,
        window,
        `must be less than or equal to ${MAX_STABILIZATION_SECONDS}`,
      ),
    );
  }
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy)) {
    faults.push(
      unsupportedValue(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']),
    );
  }
  if ((policies ?? []).length === 0) {
    faults.push(requiredValue(`${field}.policies`, 'must specify at least one Policy'));
  }
  for (const [index, policy] of (policies ?? []).entries()) {
    faults.push(...policyFaults(`${field}.policies[${index}]`, policy));
  }
  if (tolerance !== undefined && compareQuantities(tolerance, '0') < 0) {
    faults.push(
      invalidValue(`${field}.tolerance`, tolerance, 'must be greater than or equal to 0'),
    );
  }
  return faults;
}

function policyFaults(field: string, policy: ScalingPolicy): readonly FieldError[] {
  const { type, value, periodSeconds } = policy;
  const faults: FieldError[] = [];
  if (!['Percent', 'Pods'].includes(type)) {
    faults.push(unsupportedValue(`${field}.type`, type, ['Percent', 'Pods']));
  }
  if (value <= 0) faults.push(invalidValue(`${field}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0) {
    faults.push(invalidValue(`${field}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  }
  if (periodSeconds > MAX_PERIOD_SECONDS) {
    faults.push(
      invalidValue(
        `${field}.periodSeconds`,
        periodSeconds,
        `must be less than or equal to ${MAX_PERIOD_SECONDS}`,
      ),
    );
  }
  return faults;
}
