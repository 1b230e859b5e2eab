/** Faults of pod specs, in pods and in templates. */
import type { Container, PodSpec } from '../../core/objects.js';
import { labelFaults, subdomainFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { textOf } from '../schema/json.js';
import { containerFaults } from './container-validation.js';
import { schedulingFaults } from './pod-scheduling-validation.js';
import { mountFaults, volumeFaults } from './pod-volume-validation.js';
import { containerSecurityFaults, idFaults } from './security-validation.js';

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
    ...idFaults(`${field}.securityContext`, spec['securityContext']),
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
  const lists = [
    ['initContainers', spec.initContainers ?? []],
    ['containers', spec.containers ?? []],
  ] as const;
  return lists.flatMap(([list, containers]) =>
    containers.flatMap((container, index) => {
      const path = `${field}.${list}[${index}]`;
      return [
        ...nameFaultsOf(path, container, names),
        ...containerFaults(path, container, list === 'initContainers'),
        ...mountFaults(path, container, spec),
        ...containerSecurityFaults(path, container, spec),
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
