/** ConfigMap. */
import { CONFIG_MAPS } from '../resources.js';
import type { ConfigMap } from '../../core/objects.js';
import { CONFIG_MAP } from '../schema/cluster-types.js';
import { CONFIG_MAP_COLUMNS } from './columns/cluster-columns.js';
import type { Kind } from './kind.js';
import { configKeyFaults } from '../api-machinery/names.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue } from '../field-error.js';

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
  validateUpdate: (map, old) =>
    old.immutable !== true || isEqualJson(content(map), content(old))
      ? []
      : [forbiddenValue('data', 'field is immutable when `immutable` is set')],
  columns: CONFIG_MAP_COLUMNS,
};

function content({ immutable, data, binaryData }: ConfigMap): unknown {
  return { immutable, data, binaryData };
}

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
  return faults;
}
