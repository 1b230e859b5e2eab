/** Faults of an autoscaler's metrics. */
import type {
  CrossVersionObjectReference,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../core/autoscaling-objects.js';
import { compareQuantities } from '../../core/quantity.js';
import { labelFaults, pathSegmentFaults, qualifiedNameFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';

/** Faults of kind and name of a reference. */
export function referenceFaults(
  field: string,
  reference: CrossVersionObjectReference,
): readonly FieldError[] {
  return (['kind', 'name'] as const).flatMap((name) => {
    const value = reference[name];
    if (value === '') return [requiredValue(`${field}.${name}`)];
    return pathSegmentFaults(value).map((fault) => invalidValue(`${field}.${name}`, value, fault));
  });
}

/**
 * Faults of the group of a reference.
 *
 * @param isCoreAllowed - whether the group may be the core one, whose name is empty.
 */
export function versionFaults(
  field: string,
  { apiVersion = '' }: CrossVersionObjectReference,
  isCoreAllowed: boolean,
): readonly FieldError[] {
  const parts = apiVersion.split('/');
  if (parts.length > 2) {
    const detail = `unexpected GroupVersion string: ${apiVersion}`;
    return [invalidValue(`${field}.apiVersion`, apiVersion, detail)];
  }
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  if (group !== '' || isCoreAllowed) return [];
  return [invalidValue(`${field}.apiVersion`, apiVersion, 'apiVersion must specify API group')];
}

/** Types of metrics, in the order in which messages list them, and the fields of their sources. */
const SOURCES: Readonly<Record<string, Source>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
type Source = 'containerResource' | 'external' | 'object' | 'pods' | 'resource';
/** Only the first source that is there is looked into. */
const SOURCE_ORDER: readonly Source[] = [
  'object',
  'external',
  'pods',
  'resource',
  'containerResource',
];

/**
 * Faults of one metric.
 *
 * @see Source: kubernetes `pkg/apis/autoscaling/validation/validation.go`, `validateMetricSpec`.
 */
export function metricFaults(field: string, metric: MetricSpec): readonly FieldError[] {
  const type: string = metric.type;
  const own = Object.hasOwn(SOURCES, type) ? SOURCES[type] : undefined;
  const present = SOURCE_ORDER.filter((source) => metric[source] !== undefined);
  const unsupported = unsupportedValue(`${field}.type`, type, Object.keys(SOURCES));
  const faults: FieldError[] = [];
  if (type === '') faults.push(requiredValue(`${field}.type`, 'must specify a metric source type'));
  if (own === undefined) faults.push(unsupported);
  faults.push(...sourceFaults(field, metric));
  if (own === undefined) {
    // told once for the type and once for the source that it should name
    faults.push(unsupported);
  } else if (metric[own] === undefined) {
    faults.push(
      requiredValue(`${field}.${own}`, 'must populate information for the given metric source'),
    );
  }
  if (present.length === 1) return faults;
  const others = present.filter((source) => source !== own);
  return [
    ...faults,
    ...others.map((source) =>
      forbiddenValue(`${field}.${source}`, 'must populate the given metric source only'),
    ),
  ];
}

function sourceFaults(
  field: string,
  { object, external, pods, resource, containerResource }: MetricSpec,
): readonly FieldError[] {
  if (object !== undefined) return objectFaults(`${field}.object`, object);
  if (external !== undefined) return externalFaults(`${field}.external`, external);
  if (pods !== undefined) return podsFaults(`${field}.pods`, pods);
  if (resource !== undefined) {
    const place = `${field}.resource`;
    const isNamed = resource.name !== '';
    return [
      ...(isNamed ? [] : [requiredValue(`${place}.name`, 'must specify a resource name')]),
      ...resourceTargetFaults(`${place}.target`, resource.target),
    ];
  }
  if (containerResource === undefined) return [];
  return containerResourceFaults(`${field}.containerResource`, containerResource);
}

function containerResourceFaults(
  field: string,
  { name, container, target }: NonNullable<MetricSpec['containerResource']>,
): readonly FieldError[] {
  return [
    ...(name === ''
      ? [requiredValue(`${field}.name`, 'must specify a resource name')]
      : resourceNameFaults(name).map((fault) => invalidValue(`${field}.name`, name, fault))),
    ...(container === ''
      ? [requiredValue(`${field}.container`, 'must specify a container')]
      : labelFaults(container).map((fault) =>
          invalidValue(`${field}.container`, container, fault),
        )),
    ...resourceTargetFaults(`${field}.target`, target),
  ];
}

/**
 * @see Source: kubernetes `pkg/apis/core/v1/validation/validation.go`, `ValidateContainerResourceName`;
 *   `pkg/apis/core/helper/helpers.go`, `IsStandardContainerResourceName`, `IsExtendedResourceName`.
 */
function resourceNameFaults(name: string): readonly string[] {
  const faults = qualifiedNameFaults(name);
  if (faults.length > 0) return faults;
  if (name.includes('/')) {
    const isExtended =
      !name.startsWith('requests.') && qualifiedNameFaults(`requests.${name}`).length === 0;
    return name.includes('kubernetes.io/') || isExtended
      ? []
      : ["doesn't follow extended resource name standard"];
  }
  const isHugePages = name.startsWith('hugepages-');
  if (['cpu', 'memory', 'ephemeral-storage'].includes(name) || isHugePages) return [];
  return STANDARD_RESOURCES.has(name)
    ? ['must be a standard resource for containers']
    : [
        'must be a standard resource type or fully qualified',
        'must be a standard resource for containers',
      ];
}

/** Resources that Kubernetes knows, but not of containers. */
const STANDARD_RESOURCES: ReadonlySet<string> = new Set([
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
  'storage',
]);

function podsFaults(
  field: string,
  { metric, target }: NonNullable<MetricSpec['pods']>,
): readonly FieldError[] {
  const isSet = target.averageValue !== undefined;
  const detail = 'must specify a positive target averageValue';
  return [
    ...identifierFaults(`${field}.metric`, metric),
    ...targetFaults(`${field}.target`, target),
    ...(isSet ? [] : [requiredValue(`${field}.target.averageValue`, detail)]),
  ];
}

function objectFaults(
  field: string,
  { describedObject, metric, target }: NonNullable<MetricSpec['object']>,
): readonly FieldError[] {
  const place = `${field}.describedObject`;
  return [
    ...referenceFaults(place, describedObject),
    ...versionFaults(place, describedObject, true),
    ...identifierFaults(`${field}.metric`, metric),
    ...targetFaults(`${field}.target`, target),
    ...valueFaults(`${field}.target`, target, 'must set either a target value or averageValue'),
  ];
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

function resourceTargetFaults(field: string, target: MetricTarget): readonly FieldError[] {
  const { averageUtilization, averageValue } = target;
  const faults = [...targetFaults(field, target)];
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    faults.push(requiredValue(`${field}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    faults.push(forbiddenValue(`${field}.averageValue`, detail));
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
