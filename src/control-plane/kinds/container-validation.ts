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
    ...imageFaults(`${field}.image`, container.image ?? ''),
    ...portFaults(`${field}.ports`, container.ports ?? []),
    ...envFaults(`${field}.env`, container),
    ...pullPolicyFaults(field, container),
    ...requirementFaults(`${field}.resources`, container.resources ?? {}),
    ...(hasProbes
      ? [
          ...probeFaults(`${field}.livenessProbe`, container.livenessProbe, true),
          ...probeFaults(`${field}.readinessProbe`, container.readinessProbe, false),
          ...probeFaults(`${field}.startupProbe`, container.startupProbe, true),
        ]
      : (['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
          .filter((name) => container[name] !== undefined)
          .map((name) =>
            forbiddenValue(
              `${field}.${name}`,
              'may not be set for init containers without restartPolicy=Always',
            ),
          )),
  ];
}

function imageFaults(field: string, image: string): readonly FieldError[] {
  if (image === '') return [requiredValue(field)];
  if (image === image.trim()) return [];
  return [invalidValue(field, image, 'must not have leading or trailing whitespace')];
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
    if (port.hostPort !== undefined) {
      faults.push(...portNumberFaults(`${path}.hostPort`, port.hostPort));
    }
    const protocols = ['SCTP', 'TCP', 'UDP'];
    if (!protocols.includes(port.protocol ?? '')) {
      faults.push(unsupportedValue(`${path}.protocol`, port.protocol, protocols));
    }
    return faults;
  });
}

function envFaults(field: string, { env = [] }: Container): readonly FieldError[] {
  return env.flatMap((variable, index) => {
    const path = `${field}[${index}]`;
    const faults: FieldError[] = [];
    if (variable.name === undefined || variable.name === '')
      faults.push(requiredValue(`${path}.name`));
    const sources = Object.keys(variable.valueFrom ?? {});
    if (variable.valueFrom !== undefined) {
      if (sources.length === 0) {
        faults.push(
          invalidValue(
            `${path}.valueFrom`,
            '',
            'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
          ),
        );
      } else if (variable.value !== undefined) {
        faults.push(
          invalidValue(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'),
        );
      } else if (sources.length > 1) {
        faults.push(
          invalidValue(
            `${path}.valueFrom`,
            '',
            'may not have more than one field specified at a time',
          ),
        );
      }
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

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

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

function handlerFaults(field: string, probe: Probe): readonly FieldError[] {
  const given = HANDLERS.filter((name) => probe[name] !== undefined);
  const [first, ...others] = given;
  if (first === undefined) return [requiredValue(field, 'must specify a handler type')];
  const faults: FieldError[] = others.map((name) =>
    forbiddenValue(`${field}.${name}`, 'may not specify more than 1 handler type'),
  );
  if (first === 'httpGet' && probe.httpGet !== undefined) {
    const { path, port, scheme } = probe.httpGet;
    if (path === undefined || path === '') faults.push(requiredValue(`${field}.httpGet.path`));
    faults.push(...intOrStringPortFaults(`${field}.httpGet.port`, port));
    if (scheme !== 'HTTP' && scheme !== 'HTTPS') {
      faults.push(unsupportedValue(`${field}.httpGet.scheme`, scheme, ['HTTP', 'HTTPS']));
    }
  }
  if (first === 'tcpSocket' && probe.tcpSocket !== undefined) {
    faults.push(...intOrStringPortFaults(`${field}.tcpSocket.port`, probe.tcpSocket.port));
  }
  if (first === 'exec' && (probe.exec?.command ?? []).length === 0) {
    faults.push(requiredValue(`${field}.exec.command`));
  }
  if (first === 'grpc' && probe.grpc !== undefined) {
    faults.push(...portNumberFaults(`${field}.grpc.port`, probe.grpc.port));
  }
  return faults;
}

function intOrStringPortFaults(field: string, port: number | string): readonly FieldError[] {
  if (typeof port === 'number') return portNumberFaults(field, port);
  return portNameFaults(port).map((fault) => invalidValue(field, port, fault));
}
