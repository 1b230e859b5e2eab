/** What Go says of values that do not fit their types, where it converts them without going through JSON. */
import { isJsonObject } from '../schema/json.js';
import type { ScalarKind, Type } from '../schema/types.js';
import { typeOfChild } from '../managed-fields/typed-children.js';

/**
 * Why a value cannot be converted to a type; undefined when it can, as far as is looked at here.
 *
 * @see Source: kubernetes `apimachinery/pkg/runtime/converter.go`, `fromUnstructured`.
 */
export function conversionFault(type: Type, value: unknown): string | undefined {
  if (value === null || value === undefined || type.kind === 'raw') return undefined;
  if (type.kind === 'struct' || type.kind === 'map') return objectFault(type, value);
  if (type.kind === 'list') {
    if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
    return firstFault(value.map((item) => conversionFault(type.items, item)));
  }
  return scalarFault(type.kind, value);
}

function objectFault(type: Type, value: unknown): string | undefined {
  if (!isJsonObject(value)) {
    return type.kind === 'map'
      ? `cannot restore map from ${goKind(value)}`
      : `cannot restore struct from: ${goKind(value)}`;
  }
  const names = type.kind === 'struct' ? Object.keys(type.fields) : Object.keys(value);
  return firstFault(
    names
      .filter((name) => Object.hasOwn(value, name))
      .map((name) => conversionFault(typeOfChild(type, name), value[name])),
  );
}

function firstFault(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}

const GO_TYPES: Readonly<Partial<Record<ScalarKind, string>>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
};

/** Texts that are read by rules of their own (quantities, times) are left to those. */
function scalarFault(kind: ScalarKind, value: unknown): string | undefined {
  const wanted = GO_TYPES[kind];
  if (wanted === undefined) return undefined;
  if (typeof value === 'number') {
    const isWhole = Number.isInteger(value);
    const fits = wanted.startsWith('int') && isWhole;
    if (fits) return undefined;
    if (wanted === 'bool') return 'unrecognized type: bool';
    return `cannot convert ${isWhole ? 'int64' : 'float64'} to ${wanted}`;
  }
  const isFitting =
    (typeof value === 'string' && wanted === 'string') ||
    (typeof value === 'boolean' && wanted === 'bool');
  return isFitting ? undefined : `unrecognized type: ${wanted}`;
}

/** Go's name for the kind of a decoded JSON value. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (isJsonObject(value)) return 'map';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'string';
}
