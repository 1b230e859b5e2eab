/** Faults of containers. */
import type { Container, ContainerPort, Probe } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import {
  duplicateValue,
  forbiddenValue,
  invalidValue,
  negativeValue,
  requiredValue,
  unsupportedValue,
} from '../field-error.js';
import { environmentFaults } from './env-validation.js';
import { handlerFaults } from './handler-validation.js';
import { portNameFaults, portNumberFaults } from './port-rules.js';
import { requirementFaults } from './resource-requirements.js';

/**
 * Faults of one container, its name apart.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `validateContainerCommon`.
 */
export function containerFaults(
  field: string,
  container: Container,
  isInit: boolean,
): readonly FieldError[] {
  const hasProbes = !isInit || container.restartPolicy === 'Always';
  return [
    ...(container.image === '' || container.image === undefined
      ? [requiredValue(`${field}.image`)]
      : []),
    ...portFaults(`${field}.ports`, container.ports ?? []),
    ...environmentFaults(field, container),
    ...terminationFaults(field, container),
    ...pullPolicyFaults(field, container),
    ...requirementFaults(`${field}.resources`, container.resources ?? {}),
    ...(hasProbes
      ? [
          ...probeFaults(`${field}.livenessProbe`, container.livenessProbe, true),
          ...probeFaults(`${field}.readinessProbe`, container.readinessProbe, false),
          ...probeFaults(`${field}.startupProbe`, container.startupProbe, true),
        ]
      : (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
          .filter((name) => container[name] !== undefined)
          .map((name) =>
            forbiddenValue(
              `${field}.${name}`,
              'may not be set for init containers without restartPolicy=Always',
            ),
          )),
  ];
}

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

function terminationFaults(
  field: string,
  { terminationMessagePolicy: policy = '' }: Container,
): readonly FieldError[] {
  if (MESSAGE_POLICIES.includes(policy)) return [];
  const path = `${field}.terminationMessagePolicy`;
  return [policy === '' ? requiredValue(path) : unsupportedValue(path, policy, MESSAGE_POLICIES)];
}

function portFaults(field: string, ports: readonly ContainerPort[]): readonly FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = `${field}[${index}]`;
    const faults: FieldError[] = [];
    if (port.name !== undefined) {
      const wrong = portNameFaults(port.name);
      faults.push(...wrong.map((fault) => invalidValue(`${path}.name`, port.name, fault)));
      if (wrong.length === 0 && names.has(port.name)) {
        faults.push(duplicateValue(`${path}.name`, port.name));
      }
      names.add(port.name);
    }
    if (port.containerPort === undefined || port.containerPort === 0) {
      faults.push(requiredValue(`${path}.containerPort`));
    } else faults.push(...portNumberFaults(`${path}.containerPort`, port.containerPort));
    if (port.hostPort !== undefined && port.hostPort !== 0) {
      faults.push(...portNumberFaults(`${path}.hostPort`, port.hostPort));
    }
    const protocols = ['SCTP', 'TCP', 'UDP'];
    if (!protocols.includes(port.protocol ?? '')) {
      faults.push(unsupportedValue(`${path}.protocol`, port.protocol, protocols));
    }
    return faults;
  });
}

function pullPolicyFaults(field: string, { imagePullPolicy }: Container): readonly FieldError[] {
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (imagePullPolicy === undefined) return [requiredValue(`${field}.imagePullPolicy`)];
  if (policies.includes(imagePullPolicy)) return [];
  return [unsupportedValue(`${field}.imagePullPolicy`, imagePullPolicy, policies)];
}

/** @see Source: `validation.go`, `validateProbe`, `validateLivenessProbe`. */
function probeFaults(
  field: string,
  probe: Probe | undefined,
  isSuccessOnce: boolean,
): readonly FieldError[] {
  if (probe === undefined) return [];
  const faults: FieldError[] = [...handlerFaults(field, probe)];
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    faults.push(...negativeValue(`${field}.${name}`, probe[name]));
  }
  if (isSuccessOnce && probe.successThreshold !== 1) {
    faults.push(invalidValue(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && (grace <= 0 || !isSuccessOnce)) {
    faults.push(
      invalidValue(
        `${field}.terminationGracePeriodSeconds`,
        grace,
        isSuccessOnce ? 'must be greater than 0' : 'must not be set for readinessProbes',
      ),
    );
  }
  return faults;
}
