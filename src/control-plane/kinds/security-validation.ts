/** Faults of security contexts. */
import type { Container } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { isJsonObject, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { descendingPathFaults } from './path-rules.js';

const MAX_ID = 2_147_483_647;
const ID_RULE = `must be between 0 and ${MAX_ID}, inclusive`;

/** Faults of user and group ids in a security context of a pod or of a container. */
function idFaults(field: string, context: unknown): readonly FieldError[] {
  if (!isJsonObject(context)) return [];
  return ['runAsUser', 'runAsGroup', 'fsGroup'].flatMap((name) => {
    const id = context[name];
    if (typeof id !== 'number' || (id >= 0 && id <= MAX_ID)) return [];
    return [invalidValue(`${field}.${name}`, id, ID_RULE)];
  });
}

/**
 * Faults of a container's security context.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateSecurityContext`.
 */
export function containerSecurityFaults(
  field: string,
  { securityContext }: Container,
): readonly FieldError[] {
  return [
    ...idFaults(`${field}.securityContext`, securityContext),
    ...profileFaults(`${field}.securityContext`, securityContext),
    ...escalationFaults(`${field}.securityContext`, securityContext),
  ];
}

const CHANGE_POLICIES = ['Always', 'OnRootMismatch'];

/** @see Source: `validation.go`, `validatePodSpecSecurityContext`. */
export function podSecurityFaults(field: string, context: unknown): readonly FieldError[] {
  if (!isJsonObject(context)) return [];
  const groups = context['supplementalGroups'];
  const policy = context['fsGroupChangePolicy'];
  return [
    ...idFaults(field, context),
    ...(Array.isArray(groups) ? groups : [])
      .filter((id) => typeof id === 'number' && (id < 0 || id > MAX_ID))
      .map((id: unknown) => invalidValue(`${field}.supplementalGroups`, id, ID_RULE)),
    ...profileFaults(field, context),
    ...(policy === undefined || CHANGE_POLICIES.includes(textOf(policy))
      ? []
      : [unsupportedValue(`${field}.fsGroupChangePolicy`, policy, CHANGE_POLICIES)]),
  ];
}

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** @see Source: `validation.go`, `validateSeccompProfileField`. */
function profileFaults(field: string, context: unknown): readonly FieldError[] {
  const profile = isJsonObject(context) ? context['seccompProfile'] : undefined;
  if (!isJsonObject(profile)) return [];
  const path = `${field}.seccompProfile`;
  const type = textOf(profile['type']);
  const local = textOf(profile['localhostProfile']);
  if (!PROFILE_TYPES.includes(type)) {
    return [
      type === ''
        ? requiredValue(`${path}.type`, 'type is required when seccompProfile is set')
        : unsupportedValue(`${path}.type`, type, PROFILE_TYPES),
    ];
  }
  if (type === 'Localhost') {
    return local === ''
      ? [requiredValue(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')]
      : descendingPathFaults(`${path}.localhostProfile`, local);
  }
  if (local === '') return [];
  const detail = 'can only be set when seccomp type is Localhost';
  return [invalidValue(`${path}.localhostProfile`, local, detail)];
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
