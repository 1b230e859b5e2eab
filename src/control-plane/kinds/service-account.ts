/** ServiceAccount. */
import type { ServiceAccount } from '../../core/objects.js';
import { SERVICE_ACCOUNTS } from '../resources.js';
import { SERVICE_ACCOUNT } from '../schema/cluster-types.js';
import { SERVICE_ACCOUNT_COLUMNS } from './columns/cluster-columns.js';
import type { Kind } from './kind.js';

/** Service accounts. */
export const SERVICE_ACCOUNT_KIND: Kind<ServiceAccount> = {
  resource: SERVICE_ACCOUNTS,
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  type: SERVICE_ACCOUNT,
  nameRule: 'subdomain',
  hasStatus: false,
  isReturnedByDelete: true,
  columns: SERVICE_ACCOUNT_COLUMNS,
};
