/** Annotations of pods that once were fields. */
import type { PodSpec, StringMap } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
import { isJsonObject } from '../schema/json.js';

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const LOCALHOST = 'localhost/';
const SECCOMP_PROFILES: ReadonlySet<string> = new Set([
  'runtime/default',
  'docker/default',
  'unconfined',
]);
const APP_ARMOR_PROFILES: ReadonlySet<string> = new Set(['', 'runtime/default', 'unconfined']);

/**
 * Faults of seccomp and AppArmor annotations.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidatePodSpecificAnnotations`.
 */
export function podAnnotationFaults(
  field: string,
  annotations: StringMap = {},
  spec: PodSpec,
): readonly FieldError[] {
  return Object.entries(annotations).flatMap(([key, value]) => {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) {
      return seccompFaults(`${field}.${key}`, value);
    }
    if (key === DELETION_COST) return costFaults(`${field}[${key}]`, value);
    return key.startsWith(APP_ARMOR)
      ? appArmorFaults(`${field}[${key}]`, { key, value }, spec)
      : [];
  });
}

/** @see Source: kubernetes `pkg/apis/core/helper/helpers.go`, `GetDeletionCostFromPodAnnotations`. */
function costFaults(field: string, value: string): readonly FieldError[] {
  const isNumber = /^(0|-?[1-9]\d*|-0+\d*)$/.test(value) && Math.abs(Number(value)) < 2 ** 31;
  return isNumber ? [] : [invalidValue(field, value, 'must be a 32bit integer')];
}

function seccompFaults(field: string, profile: string): readonly FieldError[] {
  if (SECCOMP_PROFILES.has(profile)) return [];
  if (!profile.startsWith(LOCALHOST)) {
    return [invalidValue(field, profile, 'must be a valid seccomp profile')];
  }
  const path = profile.slice(LOCALHOST.length);
  return [
    ...(path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : []),
    ...(path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : []),
  ];
}

function appArmorFaults(
  field: string,
  { key, value }: { readonly key: string; readonly value: string },
  spec: PodSpec,
): readonly FieldError[] {
  const name = key.slice(APP_ARMOR.length);
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const isThere = containers.some((container) => container.name === name);
  const isProfile = APP_ARMOR_PROFILES.has(value) || value.startsWith(LOCALHOST);
  return [
    ...(isThere ? [] : [invalidValue(field, name, 'container not found')]),
    ...(isProfile
      ? []
      : [invalidValue(field, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`)]),
  ];
}

/**
 * Warnings of annotations that do nothing any more.
 *
 * @param field - of the pod's metadata: `metadata`, `spec.template.metadata`.
 * @see Source: kubernetes `pkg/api/pod/warnings.go`.
 */
export function podAnnotationWarnings(
  field: string,
  annotations: StringMap = {},
  spec: PodSpec,
): readonly string[] {
  const warning = (key: string): string =>
    `${field}.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  return [
    ...(annotations[SECCOMP_POD] === undefined || hasProfile(spec['securityContext'])
      ? []
      : [warning(SECCOMP_POD)]),
    ...containers
      .filter(
        (container) =>
          annotations[`${SECCOMP_CONTAINER}${container.name}`] !== undefined &&
          !hasProfile(container['securityContext']),
      )
      .map(({ name }) => warning(`${SECCOMP_CONTAINER}${name}`)),
  ];
}

function hasProfile(context: unknown): boolean {
  return isJsonObject(context) && context['seccompProfile'] !== undefined;
}
