/** Columns of Secrets, quotas, limit ranges, priority classes, Endpoints and component statuses. */
import type {
  Endpoints,
  LimitRange,
  PriorityClass,
  ResourceQuota,
  Secret,
} from '../../../core/quota-objects.js';
import type { TableColumn } from '../kind.js';
import { AGE_COLUMN, NAME_COLUMN, column, integerColumn } from './common-columns.js';

/** @see Source: kubernetes `pkg/printers/internalversion/printers.go` for all columns of this file. */
export const SECRET_COLUMNS: readonly TableColumn<Secret>[] = [
  NAME_COLUMN,
  column(
    'Type',
    'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
    ({ type }) => type ?? '',
  ),
  column(
    'Data',
    "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    ({ data }) => Object.keys(data ?? {}).length,
  ),
  AGE_COLUMN,
];

/** Columns of resource quotas: limits of limits in a column of their own. */
export const RESOURCE_QUOTA_COLUMNS: readonly TableColumn<ResourceQuota>[] = [
  NAME_COLUMN,
  column(
    'Request',
    'Request represents a minimum amount of cpu/memory that a container may consume.',
    (quota) => usedText(quota, (name) => !name.startsWith('limits.')),
  ),
  column(
    'Limit',
    'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
    (quota) => usedText(quota, (name) => name.startsWith('limits.')),
  ),
  AGE_COLUMN,
];

function usedText({ status }: ResourceQuota, isShown: (name: string) => boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([name]) => isShown(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? '0'}/${hard}`)
    .join(', ');
}

/**
 * Columns of what upstream has no printer for.
 *
 * @see Source: kubernetes `apiserver/pkg/registry/rest/table.go`, `defaultTableConvertor`.
 */
export const LIMIT_RANGE_COLUMNS: readonly TableColumn<LimitRange>[] = [
  NAME_COLUMN,
  {
    name: 'Created At',
    type: 'date',
    description: AGE_COLUMN.description,
    priority: 0,
    cell: ({ metadata }) => metadata.creationTimestamp ?? '',
  },
];

/** Columns of priority classes. */
export const PRIORITY_CLASS_COLUMNS: readonly TableColumn<PriorityClass>[] = [
  NAME_COLUMN,
  integerColumn(
    'Value',
    'value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec.',
    ({ value }) => value,
  ),
  {
    name: 'Global-Default',
    type: 'boolean',
    description:
      'globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority.',
    priority: 0,
    cell: ({ globalDefault }) => globalDefault ?? false,
  },
  AGE_COLUMN,
  column(
    'PreemptionPolicy',
    'preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.',
    ({ preemptionPolicy }) => preemptionPolicy ?? '',
  ),
];

/** Columns of Endpoints. */
export const ENDPOINTS_COLUMNS: readonly TableColumn<Endpoints>[] = [
  NAME_COLUMN,
  column(
    'Endpoints',
    'The set of all endpoints is the union of all subsets. Addresses are placed into subsets according to the IPs they share. A single address with multiple ports, some of which are ready and some of which are not (because they come from different containers) will result in the address being displayed in different subsets for the different ports. No address will appear in both Addresses and NotReadyAddresses in the same subset. Sets of addresses and ports that comprise a service.',
    endpointsText,
  ),
  AGE_COLUMN,
];

/** At most three are shown. */
const SHOWN_ENDPOINTS = 3;

function endpointsText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const shown = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  );
  const text = shown.slice(0, SHOWN_ENDPOINTS).join(',');
  const more = shown.length - SHOWN_ENDPOINTS;
  return more > 0 ? `${text} + ${more} more...` : text;
}

function hostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
