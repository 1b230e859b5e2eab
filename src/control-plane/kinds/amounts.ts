/** Amounts that are a count or a percentage. */
import type { IntOrString } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, negativeValue } from '../field-error.js';

const PERCENTAGE = /^[0-9]+%$/;

/** @see Source: kubernetes `pkg/apis/apps/validation/validation.go`, `ValidatePositiveIntOrPercent`. */
export function amountFaults(field: string, amount: IntOrString): readonly FieldError[] {
  if (typeof amount === 'number') return negativeValue(field, amount);
  if (PERCENTAGE.test(amount)) return [];
  return [
    invalidValue(
      field,
      amount,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ];
}

/** Whether an amount is more than 100 %. @see Source: `validation.go`, `IsNotMoreThan100Percent`. */
export function isOverAll(amount: IntOrString): boolean {
  return typeof amount === 'string' && PERCENTAGE.test(amount) && Number.parseInt(amount, 10) > 100;
}

/**
 * How many of `total` an amount is, percentages rounded up.
 *
 * @throws {RangeError} when it is neither a number nor a percentage.
 * @see Source: kubernetes `apimachinery/pkg/util/intstr/intstr.go`, `GetScaledValueFromIntOrPercent`.
 */
export function scaledAmount(amount: IntOrString, total: number): number {
  if (typeof amount === 'number') return amount;
  if (!PERCENTAGE.test(amount)) {
    throw new RangeError(`invalid value for IntOrString: invalid type: string is not a percentage`);
  }
  return Math.ceil((Number.parseInt(amount, 10) * total) / 100);
}
