/** Faults of the files that volumes are made of: keys of ConfigMaps and Secrets, fields of the pod. */
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue } from '../field-error.js';
import { isJsonObject, jsonObjects, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { FILE_FIELDS, fieldRefFaults, resourceRefFaults } from './env-validation.js';
import { localPathFaults, modeFaults } from './path-rules.js';

/** @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `validateKeyToPath`. */
export function itemFaults(field: string, items: unknown): readonly FieldError[] {
  return jsonObjects(items).flatMap((item, index) => itemFaultsAt(`${field}[${index}]`, item));
}

function itemFaultsAt(path: string, item: JsonObject): readonly FieldError[] {
  const target = textOf(item['path']);
  return [
    ...(textOf(item['key']) === '' ? [requiredValue(`${path}.key`)] : []),
    ...(target === '' ? [requiredValue(`${path}.path`)] : []),
    ...localPathFaults(`${path}.path`, target),
    ...modeFaults(`${path}.mode`, item['mode']),
  ];
}

/** @see Source: `validation.go`, `validateDownwardAPIVolumeSource`. */
export function downwardFaults(field: string, source: JsonObject): readonly FieldError[] {
  return [
    ...modeFaults(`${field}.defaultMode`, source['defaultMode']),
    // upstream names the volume here, not the file
    ...jsonObjects(source['items']).flatMap((file) => fileFaults(field, file)),
  ];
}

/** @see Source: `validation.go`, `validateDownwardAPIVolumeFile`. */
function fileFaults(field: string, file: JsonObject): readonly FieldError[] {
  const path = textOf(file['path']);
  const hasField = isJsonObject(file['fieldRef']);
  const hasResource = isJsonObject(file['resourceFieldRef']);
  const faults: FieldError[] = [
    ...(path === '' ? [requiredValue(`${field}.path`)] : []),
    ...localPathFaults(`${field}.path`, path),
    ...modeFaults(`${field}.mode`, file['mode']),
  ];
  if (hasField) {
    faults.push(...fieldRefFaults(`${field}.fieldRef`, file['fieldRef'], FILE_FIELDS));
    if (hasResource) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      faults.push(invalidValue(field, 'resource', detail));
    }
  } else if (hasResource) {
    faults.push(...resourceRefFaults(`${field}.resourceFieldRef`, file['resourceFieldRef'], true));
  } else {
    faults.push(requiredValue(field, 'one of fieldRef and resourceFieldRef is required'));
  }
  return faults;
}

const MIN_TOKEN_SECONDS = 600;

/** @see Source: `validation.go`, `validateProjectedVolumeSource`, `validateProjectionSources`. */
export function projectionFaults(field: string, projection: JsonObject): readonly FieldError[] {
  return [
    ...modeFaults(`${field}.defaultMode`, projection['defaultMode']),
    ...jsonObjects(projection['sources']).flatMap((source, index) =>
      projectedFaults(`${field}.sources[${index}]`, source),
    ),
  ];
}

function projectedFaults(path: string, source: JsonObject): readonly FieldError[] {
  const faults = ['secret', 'configMap'].flatMap((type) =>
    projectedKeysFaults(`${path}.${type}`, source[type]),
  );
  if (isJsonObject(source['downwardAPI'])) {
    const { items } = source['downwardAPI'];
    faults.push(...jsonObjects(items).flatMap((file) => fileFaults(`${path}.downwardAPI`, file)));
  }
  const token = source['serviceAccountToken'];
  if (isJsonObject(token) && Number(token['expirationSeconds']) < MIN_TOKEN_SECONDS) {
    faults.push(
      invalidValue(
        `${path}.serviceAccountToken.expirationSeconds`,
        token['expirationSeconds'],
        'may not specify a duration less than 10 minutes',
      ),
    );
  }
  if (Object.keys(source).length > 1) {
    faults.push(forbiddenValue(path, 'may not specify more than 1 volume type per source'));
  }
  return faults;
}

function projectedKeysFaults(field: string, from: unknown): FieldError[] {
  if (!isJsonObject(from)) return [];
  return [
    ...(textOf(from['name']) === '' ? [requiredValue(`${field}.name`)] : []),
    ...itemFaults(`${field}.items`, from['items']),
  ];
}
