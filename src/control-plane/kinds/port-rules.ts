/** Rules for port numbers and port names. */
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';

/** Faults of a port number. */
export function portNumberFaults(field: string, port: number): readonly FieldError[] {
  if (port >= 1 && port <= 65_535) return [];
  return [invalidValue(field, port, 'must be between 1 and 65535, inclusive')];
}

/**
 * What is wrong with the name of a container port.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/validation/validation.go`, `IsValidPortName`.
 */
export function portNameFaults(name: string): readonly string[] {
  const faults: string[] = [];
  if (name.length > 15) faults.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name)) {
    faults.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) faults.push('must contain at least one letter (a-z)');
  if (name.includes('--')) faults.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) {
    faults.push('must not begin or end with a hyphen');
  }
  return faults;
}
