/** Which names of resources upstream knows, and where each may stand. */
import { compareQuantities, parseQuantity } from '../../core/quantity.js';
import { qualifiedNameFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';

/**
 * @see Source: kubernetes `pkg/apis/core/helper/helpers.go` for all lists of this file.
 */
const COMPUTE = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
] as const;

const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
] as const;

const QUOTA: ReadonlySet<string> = new Set([...COMPUTE, ...COUNTED, 'requests.storage']);
const STANDARD: ReadonlySet<string> = new Set([...QUOTA, 'storage']);
const CONTAINER: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const INTEGER: ReadonlySet<string> = new Set(COUNTED);

const REQUESTS_PREFIX = 'requests.';
const HUGE_PAGES = 'hugepages-';
const REQUESTED_HUGE_PAGES = `${REQUESTS_PREFIX}${HUGE_PAGES}`;

/** Whether a name is one of the resources that quotas have without a prefix. */
export function isStandardQuotaResource(name: string): boolean {
  return QUOTA.has(name) || isQuotaHugePages(name);
}

/** Whether quotas track a name as huge pages. */
export function isQuotaHugePages(name: string): boolean {
  return isHugePages(name) || name.startsWith(REQUESTED_HUGE_PAGES);
}

/** Whether containers ask for huge pages by this name. */
export function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES);
}

/** Whether a name is Kubernetes' own: without a domain, or with its. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Whether a name is that of a device or the like: `example.com/gpu`. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith(REQUESTS_PREFIX)) return false;
  return qualifiedNameFaults(`${REQUESTS_PREFIX}${name}`).length === 0;
}

/** Whether limits of a resource may be above its requests. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/**
 * Faults of the name of any resource.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go` for this and the rest of the file.
 */
export function resourceNameFaults(field: string, name: string): readonly FieldError[] {
  const faults = qualifiedNameFaults(name).map((fault) => invalidValue(field, name, fault));
  if (faults.length > 0 || name.includes('/')) return faults;
  if (STANDARD.has(name) || isQuotaHugePages(name)) return [];
  return [invalidValue(field, name, 'must be a standard resource type or fully qualified')];
}

/** Faults of the name of a resource that containers ask for. */
export function containerResourceNameFaults(field: string, name: string): readonly FieldError[] {
  const faults = resourceNameFaults(field, name);
  if (!name.includes('/')) {
    if (CONTAINER.has(name) || isHugePages(name)) return faults;
    return [...faults, invalidValue(field, name, 'must be a standard resource for containers')];
  }
  if (isNativeResource(name) || isExtendedResource(name)) return faults;
  return [...faults, invalidValue(field, name, "doesn't follow extended resource name standard")];
}

/** Faults of the name of a resource that a quota limits. */
export function quotaResourceNameFaults(field: string, name: string): readonly FieldError[] {
  const faults = resourceNameFaults(field, name);
  if (name.includes('/') || isStandardQuotaResource(name)) return faults;
  return [...faults, invalidValue(field, name, 'must be a standard resource for quota')];
}

/** Faults of an amount: below 0, or a part of what is counted. */
export function resourceAmountFaults(
  field: string,
  name: string,
  amount: string,
): readonly FieldError[] {
  const isCounted = INTEGER.has(name) || isExtendedResource(name);
  const isWhole = (parseQuantity(amount)?.nano ?? 0n) % 1_000_000_000n === 0n;
  return [
    ...(compareQuantities(amount, '0') < 0
      ? [invalidValue(field, amount, 'must be greater than or equal to 0')]
      : []),
    ...(isCounted && !isWhole ? [invalidValue(field, amount, 'must be an integer')] : []),
  ];
}
