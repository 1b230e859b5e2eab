/** Secret. */
import type { Secret } from '../../core/quota-objects.js';
import { configKeyFaults } from '../api-machinery/names.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { FieldError } from '../api-error.js';
import {
  forbiddenValue,
  immutableField,
  invalidValue,
  requiredValue,
  tooLongValue,
} from '../field-error.js';
import { SECRETS } from '../resources.js';
import { SECRET } from '../schema/quota-types.js';
import { base64Text, bytesOfBase64, textOfBase64 } from './base64.js';
import { SECRET_COLUMNS } from './columns/quota-columns.js';
import { jsonObjectFault } from './go-json.js';
import type { Draft, Kind } from './kind.js';
import { keyPairFault } from './tls-key-pair.js';

/** What a Secret or ConfigMap may hold in all. */
export const MAX_SECRET_BYTES = 1024 * 1024; // kubernetes pkg/apis/core/types.go, MaxSecretSize

const IMMUTABLE_MESSAGE = 'field is immutable when `immutable` is set';
const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';

/**
 * Secrets.
 *
 * @see Source: kubernetes `pkg/registry/core/secret/strategy.go`, `pkg/apis/core/v1/conversion.go`,
 *   `Convert_v1_Secret_To_core_Secret`, `pkg/apis/core/validation/validation.go`, `ValidateSecret`.
 */
export const SECRET_KIND: Kind<Secret> = {
  resource: SECRETS,
  singular: 'secret',
  shortNames: [],
  categories: [],
  type: SECRET,
  nameRule: 'subdomain',
  hasStatus: false,
  setDefaults(draft) {
    draft.type ??= 'Opaque';
    mergeTexts(draft);
  },
  validate: secretFaults,
  validateUpdate: (secret, old) => [
    ...(secret.type === old.type ? [] : [immutableField('type', secret.type)]),
    ...immutableFaults(secret, old, ['data']),
  ],
  warnings: ({ type, data }) => {
    if (type !== 'kubernetes.io/tls') return [];
    const fault = keyPairFault(
      textOfBase64(data?.['tls.crt'] ?? ''),
      textOfBase64(data?.['tls.key'] ?? ''),
    );
    return fault === undefined ? [] : [fault];
  },
  selectableFields: ({ type }) => ({ type: type ?? '' }),
  columns: SECRET_COLUMNS,
};

/** Texts take the place of data of the same key and are not kept. */
function mergeTexts(draft: Draft<Secret>): void {
  const { stringData } = draft;
  delete draft.stringData;
  if (stringData === undefined) return;
  const data = Object.entries(stringData).map(([key, text]) => [key, base64Text(text)] as const);
  draft.data = { ...draft.data, ...Object.fromEntries(data) };
}

/** The parts of a Secret or ConfigMap that may not change once it is immutable. */
export function immutableFaults<T extends { readonly immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): readonly FieldError[] {
  if (old.immutable !== true) return [];
  return [
    ...(object.immutable === true ? [] : [forbiddenValue('immutable', IMMUTABLE_MESSAGE)]),
    ...fields
      .filter((field) => !isEqualJson(object[field] ?? {}, old[field] ?? {}))
      .map((field) => forbiddenValue(field, IMMUTABLE_MESSAGE)),
  ];
}

function secretFaults(secret: Secret): readonly FieldError[] {
  const { data = {} } = secret;
  let bytes = 0;
  for (const value of Object.values(data)) bytes += bytesOfBase64(value);
  return [
    ...Object.keys(data).flatMap((key) =>
      configKeyFaults(key).map((fault) => invalidValue(`data[${key}]`, key, fault)),
    ),
    ...(bytes > MAX_SECRET_BYTES ? [tooLongValue('data', MAX_SECRET_BYTES)] : []),
    ...typeFaults(secret),
  ];
}

/** What each of Kubernetes' own types asks for. */
function typeFaults({ type, data = {}, metadata }: Secret): readonly FieldError[] {
  const missing = (key: string): readonly FieldError[] =>
    Object.hasOwn(data, key) ? [] : [requiredValue(`data[${key}]`)];
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if ((metadata.annotations?.[ACCOUNT_ANNOTATION] ?? '') !== '') return [];
      return [requiredValue(`metadata.annotations[${ACCOUNT_ANNOTATION}]`)];
    case 'kubernetes.io/dockercfg':
      return registryFaults('.dockercfg', data['.dockercfg']);
    case 'kubernetes.io/dockerconfigjson':
      return registryFaults('.dockerconfigjson', data['.dockerconfigjson']);
    case 'kubernetes.io/basic-auth': {
      const faults = [...missing('username'), ...missing('password')];
      return faults.length === 2 ? faults : [];
    }
    case 'kubernetes.io/ssh-auth':
      return (data['ssh-privatekey'] ?? '') === '' ? [requiredValue('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return [...missing('tls.crt'), ...missing('tls.key')];
    case undefined:
    default:
      return [];
  }
}

function registryFaults(key: string, value: string | undefined): readonly FieldError[] {
  if (value === undefined) return [requiredValue(`data[${key}]`)];
  const fault = jsonObjectFault(textOfBase64(value));
  return fault === undefined
    ? []
    : [invalidValue(`data[${key}]`, '<secret contents redacted>', fault)];
}
