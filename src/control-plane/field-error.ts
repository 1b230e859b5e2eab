/** Field errors in upstream's words. */
import type { FieldError } from './api-error.js';

/**
 * A value that is there and wrong.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/validation/field/errors.go`; texts of this file follow it.
 */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  const message = `Invalid value: ${printed(value)}${suffix(detail)}`;
  return { reason: 'FieldValueInvalid', field, message };
}

/** A value that must be there and is not. */
export function requiredValue(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: `Required value${suffix(detail)}` };
}

/** A value outside a closed list. */
export function unsupportedValue(
  field: string,
  value: unknown,
  supported: readonly string[],
): FieldError {
  const list = supported.map((text) => JSON.stringify(text)).join(', ');
  const message = `Unsupported value: ${printed(value)}: supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', field, message };
}

/** A value that must be unique and is not. */
export function duplicateValue(field: string, value: unknown): FieldError {
  const message = `Duplicate value: ${printed(value)}`;
  return { reason: 'FieldValueDuplicate', field, message };
}

/** A value that may not be given here. */
export function forbiddenValue(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden${suffix(detail)}` };
}

/** A reference to something that is not there. */
export function notFoundValue(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${printed(value)}` };
}

/** A value that is wrong as a whole and is not repeated. */
export function invalidPlace(field: string, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value${suffix(detail)}` };
}

/** A text of more than `max` bytes. */
export function tooLongValue(field: string, max: number): FieldError {
  const message = `Too long: may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`;
  return { reason: 'FieldValueTooLong', field, message };
}

/** A list of `count` items that may have `max`. */
export function tooManyValues(field: string, count: number, max: number): FieldError {
  const message = `Too many: ${count}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`;
  return { reason: 'FieldValueTooMany', field, message };
}

/** Upstream's fault of a number below 0; nothing when it is fine. */
export function negativeValue(field: string, value: number | undefined): readonly FieldError[] {
  if (value === undefined || value >= 0) return [];
  return [invalidValue(field, value, 'must be greater than or equal to 0')];
}

/** Upstream's fault of a field that changed and may not. */
export function immutableField(field: string, value: unknown): FieldError {
  return invalidValue(field, value ?? null, 'field is immutable');
}

function printed(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

function suffix(detail: string): string {
  return detail === '' ? '' : `: ${detail}`;
}
