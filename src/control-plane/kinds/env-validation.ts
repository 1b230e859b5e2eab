/** Faults of a container's environment and of where its values come from. */
import type { Container } from '../../core/objects.js';
import { parseQuantity } from '../../core/quantity.js';
import { configKeyFaults, qualifiedNameFaults, subdomainFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { isJsonObject, jsonObjects, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

/** Printable ASCII but for `=`. */
const VARIABLE_NAME = /^[\x20-\x3c\x3e-\x7e]+$/;
const NAME_RULE =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";

/**
 * Faults of `env` and `envFrom`.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateEnv`, `ValidateEnvFrom`.
 */
export function environmentFaults(
  field: string,
  { env = [], envFrom = [] }: Container,
): readonly FieldError[] {
  return [
    ...jsonObjects(env).flatMap((variable, index) =>
      variableFaults(`${field}.env[${index}]`, variable),
    ),
    ...jsonObjects(envFrom).flatMap((source, index) =>
      fromFaults(`${field}.envFrom`, source, index),
    ),
  ];
}

function variableFaults(path: string, variable: JsonObject): readonly FieldError[] {
  const name = textOf(variable['name']);
  return [
    ...(name === '' ? [requiredValue(`${path}.name`)] : variableNameFaults(`${path}.name`, name)),
    ...valueFromFaults(`${path}.valueFrom`, variable),
  ];
}

/** @see Source: kubernetes `apimachinery/pkg/util/validation/validation.go`, `IsRelaxedEnvVarName`. */
function variableNameFaults(field: string, name: string): readonly FieldError[] {
  return VARIABLE_NAME.test(name) ? [] : [invalidValue(field, name, NAME_RULE)];
}

const SOURCES =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

/** @see Source: `validation.go`, `validateEnvVarValueFrom`. */
function valueFromFaults(field: string, variable: JsonObject): readonly FieldError[] {
  const from = variable['valueFrom'];
  if (!isJsonObject(from)) return [];
  const count = Object.keys(from).length;
  const detail =
    count === 0
      ? SOURCES
      : textOf(variable['value']) !== ''
        ? 'may not be specified when `value` is not empty'
        : count > 1
          ? 'may not have more than one field specified at a time'
          : undefined;
  return [
    ...fieldRefFaults(`${field}.fieldRef`, from['fieldRef'], VARIABLE_FIELDS),
    ...resourceRefFaults(`${field}.resourceFieldRef`, from['resourceFieldRef'], false),
    ...keyRefFaults(`${field}.configMapKeyRef`, from['configMapKeyRef']),
    ...keyRefFaults(`${field}.secretKeyRef`, from['secretKeyRef']),
    ...(detail === undefined ? [] : [invalidValue(field, '', detail)]),
  ];
}

/** Where the fault is of the number of sources, upstream names the list and not the entry. */
function fromFaults(field: string, source: JsonObject, index: number): readonly FieldError[] {
  const path = `${field}[${index}]`;
  const prefix = textOf(source['prefix']);
  const given = ['configMapRef', 'secretRef'].filter((name) => isJsonObject(source[name]));
  const detail =
    given.length === 0
      ? 'must specify one of: `configMapRef` or `secretRef`'
      : given.length > 1
        ? 'may not have more than one field specified at a time'
        : undefined;
  return [
    ...(prefix === '' ? [] : variableNameFaults(`${path}.prefix`, prefix)),
    ...given.flatMap((name) => {
      const reference = source[name];
      const named = isJsonObject(reference) ? textOf(reference['name']) : '';
      if (named === '') return [requiredValue(`${path}.${name}.name`)];
      return subdomainFaults(named).map((fault) =>
        invalidValue(`${path}.${name}.name`, named, fault),
      );
    }),
    ...(detail === undefined ? [] : [invalidValue(field, '', detail)]),
  ];
}

/** @see Source: `validation.go`, `validateConfigMapKeySelector`, `validateSecretKeySelector`. */
function keyRefFaults(field: string, reference: unknown): readonly FieldError[] {
  if (!isJsonObject(reference)) return [];
  const name = textOf(reference['name']);
  const key = textOf(reference['key']);
  return [
    ...subdomainFaults(name).map((fault) => invalidValue(`${field}.name`, name, fault)),
    ...(key === ''
      ? [requiredValue(`${field}.key`)]
      : configKeyFaults(key).map((fault) => invalidValue(`${field}.key`, key, fault))),
  ];
}

/** Fields of a pod that variables may show. */
const VARIABLE_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** Fields of a pod that files may show. */
export const FILE_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

/** Fields that are known at all, wherever they may be shown. */
const KNOWN_FIELDS = new Set([
  ...VARIABLE_FIELDS,
  ...FILE_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);
const SUBSCRIPTED = /^(.*)\['([^']*)'\]$/;

/**
 * Faults of a reference to a field of the pod.
 *
 * @param shown - the fields that may be shown where the reference stands.
 * @see Source: `validation.go`, `validateObjectFieldSelector`; `pkg/apis/core/pods/helpers.go`,
 *   `ConvertDownwardAPIFieldLabel`.
 */
export function fieldRefFaults(
  field: string,
  reference: unknown,
  shown: readonly string[],
): readonly FieldError[] {
  if (!isJsonObject(reference)) return [];
  const version = textOf(reference['apiVersion']);
  const path = textOf(reference['fieldPath']);
  if (version === '') return [requiredValue(`${field}.apiVersion`)];
  if (path === '') return [requiredValue(`${field}.fieldPath`)];
  const subscript = SUBSCRIPTED.exec(path);
  const unconverted = conversionFault(version, path, subscript?.[1]);
  if (unconverted !== undefined) {
    return [invalidValue(`${field}.fieldPath`, path, `error converting fieldPath: ${unconverted}`)];
  }
  if (subscript !== null) {
    const [, base = '', key = ''] = subscript;
    const name = base === 'metadata.annotations' ? key.toLowerCase() : key;
    return qualifiedNameFaults(name).map((fault) => invalidValue(field, name, fault));
  }
  return shown.includes(path) ? [] : [unsupportedValue(`${field}.fieldPath`, path, shown)];
}

function conversionFault(
  version: string,
  path: string,
  subscripted: string | undefined,
): string | undefined {
  if (version !== 'v1') return `unsupported pod version: ${version}`;
  if (subscripted !== undefined) {
    const hasKeys = subscripted === 'metadata.annotations' || subscripted === 'metadata.labels';
    return hasKeys ? undefined : `field label does not support subscript: ${path}`;
  }
  return KNOWN_FIELDS.has(path) ? undefined : `field label not supported: ${path}`;
}

const SHOWN_RESOURCES = ['limits', 'requests'].flatMap((list) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${list}.${name}`),
);
const HUGE_PAGES = /^(?:limits|requests)\.hugepages-/;
const BYTES = [
  '1',
  ...['k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((unit) => `1${unit}`),
];

/**
 * Faults of a reference to a limit or a request of a container.
 *
 * @param isFile - it must name its container then.
 * @see Source: `validation.go`, `validateContainerResourceFieldSelector`.
 */
export function resourceRefFaults(
  field: string,
  reference: unknown,
  isFile: boolean,
): readonly FieldError[] {
  if (!isJsonObject(reference)) return [];
  const resource = textOf(reference['resource']);
  const faults: FieldError[] = [];
  if (isFile && textOf(reference['containerName']) === '') {
    faults.push(requiredValue(`${field}.containerName`));
  } else if (resource === '') {
    faults.push(requiredValue(`${field}.resource`));
  } else if (!SHOWN_RESOURCES.includes(resource) && !HUGE_PAGES.test(resource)) {
    faults.push(unsupportedValue(`${field}.resource`, resource, SHOWN_RESOURCES));
  }
  return [...faults, ...divisorFaults(`${field}.divisor`, resource, reference['divisor'])];
}

function divisorFaults(field: string, resource: string, divisor: unknown): readonly FieldError[] {
  const text = typeof divisor === 'number' ? String(divisor) : textOf(divisor);
  if (text === '' || parseQuantity(text)?.nano === 0n) return [];
  const [, name = ''] = /^(?:limits|requests)\.(.*)$/.exec(resource) ?? [];
  if (name === 'cpu') {
    if (text === '1' || text === '1m') return [];
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource";
    return [invalidValue(field, resource, detail)];
  }
  const called =
    name === 'ephemeral-storage'
      ? 'local ephemeral storage'
      : name.startsWith('hugepages-')
        ? 'hugepages'
        : name;
  if (name === '' || BYTES.includes(text)) return [];
  const detail = `only divisor's values ${BYTES.join(', ')} are supported with the ${called} resource`;
  return [invalidValue(field, resource, detail)];
}
