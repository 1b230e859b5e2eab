/** Faults of what containers ask for. */
import type { ResourceList, ResourceRequirements } from '../../core/objects.js';
import { compareQuantities, parseQuantity } from '../../core/quantity.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue } from '../field-error.js';
import {
  containerResourceNameFaults,
  isHugePages,
  isOvercommitAllowed,
  resourceAmountFaults,
} from './resource-names.js';

/**
 * Faults of limits, of requests, and of the two together.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`,
 *   `ValidateContainerResourceRequirements`.
 */
export function requirementFaults(
  field: string,
  { requests = {}, limits = {} }: ResourceRequirements,
): readonly FieldError[] {
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  const isUseless =
    names.some((name) => isHugePages(name)) && !names.includes('cpu') && !names.includes('memory');
  return [
    ...listFaults(`${field}.limits`, limits),
    ...listFaults(`${field}.requests`, requests),
    ...Object.entries(requests).flatMap(([name, request]) =>
      requestFaults(field, { name, request, limit: limits[name] }),
    ),
    ...(isUseless ? [forbiddenValue(field, 'HugePages require cpu or memory')] : []),
  ];
}

function listFaults(field: string, amounts: ResourceList): readonly FieldError[] {
  return Object.entries(amounts).flatMap(([name, amount]) =>
    amountFaults(`${field}[${name}]`, name, amount),
  );
}

function amountFaults(field: string, name: string, amount: string): readonly FieldError[] {
  return [
    ...containerResourceNameFaults(field, name),
    ...resourceAmountFaults(field, name, amount),
    ...pageFaults(field, name, amount),
  ];
}

/** Huge pages come whole. */
function pageFaults(field: string, name: string, amount: string): readonly FieldError[] {
  if (!isHugePages(name)) return [];
  const page = parseQuantity(name.slice(name.indexOf('-') + 1))?.nano ?? 0n;
  const isWhole = page > 0n && (parseQuantity(amount)?.nano ?? 0n) % page === 0n;
  return isWhole
    ? []
    : [invalidValue(field, amount, `${amount} is not positive integer multiple of ${name}`)];
}

function requestFaults(
  field: string,
  asked: { readonly name: string; readonly request: string; readonly limit: string | undefined },
): readonly FieldError[] {
  const { name, request, limit } = asked;
  const isExact = !isOvercommitAllowed(name);
  if (limit === undefined) {
    return isExact
      ? [requiredValue(`${field}.limits`, 'Limit must be set for non overcommitable resources')]
      : [];
  }
  const order = compareQuantities(request, limit);
  const rule =
    isExact && order !== 0 ? 'equal to' : order > 0 ? 'less than or equal to' : undefined;
  if (rule === undefined) return [];
  return [invalidValue(`${field}.requests`, request, `must be ${rule} ${name} limit of ${limit}`)];
}
