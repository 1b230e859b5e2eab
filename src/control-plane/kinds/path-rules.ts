/** Rules for paths within volumes, and for the permissions of files. */
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';

const MAX_MODE = 0o777;

/**
 * A path that leads upwards; one fault however often it does.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `validatePathNoBacksteps`; the rest of
 *   this file follows its neighbors.
 */
export function backstepFaults(field: string, path: string): readonly FieldError[] {
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : [];
}

/** A path that is not one downwards from where it starts. */
export function descendingPathFaults(field: string, path: string): readonly FieldError[] {
  return [
    ...(path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : []),
    ...backstepFaults(field, path),
  ];
}

/** A path that is not one of a file in a volume: names that begin with `..` are the volume's own. */
export function localPathFaults(field: string, path: string): readonly FieldError[] {
  return [
    ...descendingPathFaults(field, path),
    ...(path.startsWith('..') && !path.startsWith('../')
      ? [invalidValue(field, path, "must not start with '..'")]
      : []),
  ];
}

/** A mode of a file; absent is fine. */
export function modeFaults(field: string, mode: unknown): readonly FieldError[] {
  if (typeof mode !== 'number' || (mode >= 0 && mode <= MAX_MODE)) return [];
  return [invalidValue(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}
