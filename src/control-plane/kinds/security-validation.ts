/** Faults of security contexts and lifecycle hooks. */
import type { Container, PodSpec } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue } from '../field-error.js';
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

const MAX_ID = 2_147_483_647;

/** Faults of user and group ids in a security context of a pod or of a container. */
export function idFaults(field: string, context: unknown): readonly FieldError[] {
  if (!isJsonObject(context)) return [];
  return ['runAsUser', 'runAsGroup', 'fsGroup'].flatMap((name) => {
    const id = context[name];
    if (typeof id !== 'number' || (id >= 0 && id <= MAX_ID)) return [];
    return [invalidValue(`${field}.${name}`, id, `must be between 0 and ${MAX_ID}, inclusive`)];
  });
}

/**
 * Faults of a container's security context and hooks.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateSecurityContext`,
 *   `validateLifecycle`.
 */
export function containerSecurityFaults(
  field: string,
  container: Container,
  spec: PodSpec,
): readonly FieldError[] {
  const { lifecycle, securityContext } = container;
  const hooks = isJsonObject(lifecycle) ? lifecycle : {};
  return [
    ...['postStart', 'preStop'].flatMap((name) =>
      hookFaults(`${field}.lifecycle.${name}`, hooks[name], spec),
    ),
    ...idFaults(`${field}.securityContext`, securityContext),
    ...escalationFaults(`${field}.securityContext`, securityContext),
  ];
}

function hookFaults(field: string, hook: unknown, spec: PodSpec): readonly FieldError[] {
  if (!isJsonObject(hook)) return [];
  const [first, ...others] = ['exec', 'httpGet', 'tcpSocket', 'sleep'].filter(
    (name) => hook[name] !== undefined,
  );
  if (first === undefined) return [requiredValue(field, 'must specify a handler type')];
  return [
    ...others.map((name) =>
      forbiddenValue(`${field}.${name}`, 'may not specify more than 1 handler type'),
    ),
    ...sleepFaults(`${field}.sleep`, hook['sleep'], spec.terminationGracePeriodSeconds ?? 30),
  ];
}

function sleepFaults(field: string, sleep: unknown, graceSeconds: number): readonly FieldError[] {
  if (!isJsonObject(sleep) || typeof sleep['seconds'] !== 'number') return [];
  const { seconds } = sleep;
  if (seconds >= 0 && seconds <= graceSeconds) return [];
  return [
    invalidValue(
      field,
      seconds,
      `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`,
    ),
  ];
}

function escalationFaults(field: string, context: unknown): readonly FieldError[] {
  if (!isJsonObject(context)) return [];
  if (context['allowPrivilegeEscalation'] !== false || context['privileged'] !== true) return [];
  return [
    invalidValue(
      field,
      internalContext(context),
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ),
  ];
}

/** Upstream prints its internal struct here, with Go's field names. */
function internalContext(context: JsonObject): JsonObject {
  const fields = [
    'capabilities',
    'privileged',
    'seLinuxOptions',
    'windowsOptions',
    'runAsUser',
    'runAsGroup',
    'runAsNonRoot',
    'readOnlyRootFilesystem',
    'allowPrivilegeEscalation',
    'procMount',
    'seccompProfile',
    'appArmorProfile',
  ];
  return Object.fromEntries(
    fields.map((name) => {
      const goName =
        name === 'seLinuxOptions'
          ? 'SELinuxOptions'
          : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return [goName, context[name] ?? null];
    }),
  );
}
