/** Names of field managers. */
import { utf8Length } from '../../core/utf8-length.js';
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';

/** Longest name of a manager, in bytes. */
const MAX_BYTES = 128;

/** Most names are of these characters only, one byte each. */
const PLAIN = /^[ -~]{0,128}$/;

const NOT_PRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/**
 * Faults of a name.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/validation/validation.go`, `ValidateFieldManager`.
 */
export function managerNameFaults(field: string, name: string): readonly FieldError[] {
  if (PLAIN.test(name)) return [];
  const faults: FieldError[] = [];
  if (utf8Length(name) > MAX_BYTES) {
    faults.push({
      reason: 'FieldValueTooLong',
      field,
      message: `Too long: may not be more than ${MAX_BYTES} bytes`,
    });
  }
  let position = 0;
  for (const character of name) {
    if (NOT_PRINTABLE.test(character)) {
      faults.push(
        invalidValue(
          field,
          name,
          `invalid character ${codePoint(character)} (at position ${position})`,
        ),
      );
    }
    position += utf8Length(character);
  }
  return faults;
}

/** Go's `%#U` of a character that cannot be printed. */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * The manager that a client is by its `User-Agent`: what comes before the first slash, printable and not
 * too long.
 *
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/create.go`, `prefixFromUserAgent`.
 */
export function managerOfUserAgent(userAgent: string | undefined): string {
  const product = (userAgent ?? '').split('/', 1)[0] ?? '';
  if (PLAIN.test(product)) return product;
  let name = '';
  let bytes = 0;
  for (const character of product) {
    if (NOT_PRINTABLE.test(character)) continue;
    bytes += utf8Length(character);
    if (bytes > MAX_BYTES) break;
    name += character;
  }
  return name;
}
