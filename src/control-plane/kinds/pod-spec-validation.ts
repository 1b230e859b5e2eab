/** Faults of pod specs, in pods and in templates. */
import type { Container, PodSpec } from '../../core/objects.js';
import { labelFaults, qualifiedNameFaults, subdomainFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { isJsonObject, jsonObjects, textOf } from '../schema/json.js';
import { containerFaults } from './container-validation.js';
import { networkFaults } from './pod-network-validation.js';
import { schedulingFaults } from './pod-scheduling-validation.js';
import { mountFaults, volumeFaults } from './pod-volume-validation.js';
import { lifecycleFaults } from './handler-validation.js';
import { containerSecurityFaults, podSecurityFaults } from './security-validation.js';

const MAX_DEADLINE_SECONDS = 2_147_483_647;

/**
 * Faults of a pod spec.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidatePodSpec`.
 */
export function podSpecFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const containers = spec.containers ?? [];
  return [
    ...(containers.length === 0 ? [requiredValue(`${field}.containers`)] : []),
    ...containerListFaults(field, spec),
    ...(['Always', 'OnFailure', 'Never'].includes(spec.restartPolicy ?? '')
      ? []
      : [
          unsupportedValue(`${field}.restartPolicy`, spec.restartPolicy, [
            'Always',
            'OnFailure',
            'Never',
          ]),
        ]),
    ...dnsPolicyFaults(field, spec),
    ...volumeFaults(field, spec),
    ...networkFaults(field, spec),
    ...gateFaults(field, spec),
    ...nameReferenceFaults(field, spec),
    ...podSecurityFaults(`${field}.securityContext`, spec['securityContext']),
    ...schedulingFaults(field, spec),
    ...deadlineFaults(field, spec['activeDeadlineSeconds']),
    ...priorityFaults(field, spec),
    ...(spec.nodeName === undefined
      ? []
      : subdomainFaults(spec.nodeName).map((fault) =>
          invalidValue(`${field}.nodeName`, spec.nodeName, fault),
        )),
    ...(spec['hostname'] === undefined
      ? []
      : labelFaults(textOf(spec['hostname'])).map((fault) =>
          invalidValue(`${field}.hostname`, spec['hostname'], fault),
        )),
  ];
}

function containerListFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const names = new Set<string>();
  // what is twice is told of the init container
  const lists = [
    ['containers', spec.containers ?? []],
    ['initContainers', spec.initContainers ?? []],
  ] as const;
  return lists.flatMap(([list, containers]) =>
    containers.flatMap((container, index) => {
      const path = `${field}.${list}[${index}]`;
      return [
        ...nameFaultsOf(path, container, names),
        ...containerFaults(path, container, list === 'initContainers'),
        ...mountFaults(path, container, spec),
        ...(list === 'initContainers' && container.restartPolicy !== 'Always'
          ? []
          : lifecycleFaults(path, container, spec)),
        ...containerSecurityFaults(path, container),
      ];
    }),
  );
}

function nameFaultsOf(
  path: string,
  { name }: Container,
  names: Set<string>,
): readonly FieldError[] {
  if (name === undefined || name === '') return [requiredValue(`${path}.name`)];
  const wrong = labelFaults(name).map((fault) => invalidValue(`${path}.name`, name, fault));
  if (wrong.length > 0) return wrong;
  if (names.has(name)) return [duplicateValue(`${path}.name`, name)];
  names.add(name);
  return [];
}

/** @see Source: `validation.go`, `validateReadinessGates`, `validateSchedulingGates`. */
function gateFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const seen = new Set<string>();
  return [
    ...jsonObjects(spec['readinessGates']).flatMap((gate, index) => {
      const type = textOf(gate['conditionType']);
      const path = `${field}.readinessGates[${index}].conditionType`;
      return qualifiedNameFaults(type).map((fault) => invalidValue(path, type, fault));
    }),
    ...jsonObjects(spec['schedulingGates']).flatMap((gate, index) => {
      const name = textOf(gate['name']);
      const path = `${field}.schedulingGates[${index}]`;
      const isRepeated = seen.has(name);
      seen.add(name);
      const wrong = qualifiedNameFaults(name).map((fault) => invalidValue(path, name, fault));
      return isRepeated ? wrong.concat(duplicateValue(path, name)) : wrong;
    }),
  ];
}

const SYSTEMS = ['linux', 'windows'];

/** Names of objects elsewhere, and of the operating system. */
function nameReferenceFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const system = spec['os'];
  const systemName = isJsonObject(system) ? textOf(system['name']) : '';
  return [
    ...(['serviceAccountName', 'runtimeClassName'] as const).flatMap((name) => {
      const value = textOf(spec[name]);
      if (value === '') return [];
      return subdomainFaults(value).map((fault) => invalidValue(`${field}.${name}`, value, fault));
    }),
    ...(system === undefined || SYSTEMS.includes(systemName)
      ? []
      : [
          systemName === ''
            ? requiredValue(`${field}.os.name`)
            : unsupportedValue(`${field}.os.name`, systemName, SYSTEMS),
        ]),
  ];
}

function priorityFaults(
  field: string,
  { priorityClassName, preemptionPolicy }: PodSpec,
): readonly FieldError[] {
  const policies: readonly string[] = ['PreemptLowerPriority', 'Never'];
  return [
    ...(priorityClassName === undefined
      ? []
      : subdomainFaults(priorityClassName).map((fault) =>
          invalidValue(`${field}.priorityClassName`, priorityClassName, fault),
        )),
    ...(preemptionPolicy === undefined || policies.includes(preemptionPolicy)
      ? []
      : [unsupportedValue(`${field}.preemptionPolicy`, preemptionPolicy, policies)]),
  ];
}

function deadlineFaults(field: string, seconds: unknown): readonly FieldError[] {
  if (typeof seconds !== 'number' || (seconds >= 1 && seconds <= MAX_DEADLINE_SECONDS)) return [];
  return [
    invalidValue(
      `${field}.activeDeadlineSeconds`,
      seconds,
      `must be between 1 and ${MAX_DEADLINE_SECONDS}, inclusive`,
    ),
  ];
}

function dnsPolicyFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const policies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  const policy = textOf(spec['dnsPolicy']);
  if (policies.includes(policy)) return [];
  return [unsupportedValue(`${field}.dnsPolicy`, policy, policies)];
}
