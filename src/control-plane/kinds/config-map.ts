/** ConfigMap. */
import { CONFIG_MAPS } from '../resources.js';
import type { ConfigMap } from '../../core/objects.js';
import { CONFIG_MAP } from '../schema/cluster-types.js';
import { CONFIG_MAP_COLUMNS } from './columns/cluster-columns.js';
import type { Kind } from './kind.js';

/** Config maps. */
export const CONFIG_MAP_KIND: Kind<ConfigMap> = {
  resource: CONFIG_MAPS,
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  type: CONFIG_MAP,
  nameRule: 'subdomain',
  hasStatus: false,
  columns: CONFIG_MAP_COLUMNS,
};
