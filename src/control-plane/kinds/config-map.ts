/** ConfigMap. */
import { utf8Length } from '../../core/utf8-length.js';
import { CONFIG_MAPS } from '../resources.js';
import type { ConfigMap } from '../../core/objects.js';
import { CONFIG_MAP } from '../schema/cluster-types.js';
import { CONFIG_MAP_COLUMNS } from './columns/cluster-columns.js';
import type { Kind } from './kind.js';
import { configKeyFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, tooLongValue } from '../field-error.js';
import { bytesOfBase64 } from './base64.js';
import { MAX_SECRET_BYTES, immutableFaults } from './secret.js';

/** Config maps. */
export const CONFIG_MAP_KIND: Kind<ConfigMap> = {
  resource: CONFIG_MAPS,
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  type: CONFIG_MAP,
  nameRule: 'subdomain',
  hasStatus: false,
  validate: configMapFaults,
  validateUpdate: (map, old) => immutableFaults(map, old, ['data', 'binaryData']),
  columns: CONFIG_MAP_COLUMNS,
};

/** @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateConfigMap`. */
function configMapFaults({ data = {}, binaryData = {} }: ConfigMap): readonly FieldError[] {
  const faults: FieldError[] = [];
  for (const key of Object.keys(data)) {
    faults.push(...configKeyFaults(key).map((fault) => invalidValue(`data[${key}]`, key, fault)));
    if (Object.hasOwn(binaryData, key)) {
      faults.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
  }
  for (const key of Object.keys(binaryData)) {
    faults.push(
      ...configKeyFaults(key).map((fault) => invalidValue(`binaryData[${key}]`, key, fault)),
    );
  }
  let bytes = 0;
  for (const text of Object.values(data)) bytes += utf8Length(text);
  for (const value of Object.values(binaryData)) bytes += bytesOfBase64(value);
  // upstream names no field here
  if (bytes > MAX_SECRET_BYTES) faults.push(tooLongValue('[]', MAX_SECRET_BYTES));
  return faults;
}
