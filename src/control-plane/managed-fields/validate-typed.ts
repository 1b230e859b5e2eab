/** Whether a configuration to apply fits the schema of its kind, in upstream's words. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ListType, ScalarKind, Type } from '../schema/types.js';
import { shownElement } from './path-element.js';
import type { PathElement } from './path-element.js';
import { itemElement, typeOfChild } from './typed-children.js';

interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * Why a configuration does not fit its type; undefined when it does.
 *
 * @see Source: structured-merge-diff v6 `typed/validate.go` and `typed/helpers.go`, `ValidationErrors`.
 */
export function typedFault(type: Type, value: JsonObject): string | undefined {
  const faults = check(type, value).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  if (faults.length < 2) return faults[0];
  return ['errors:', ...faults.map((fault) => `  ${fault}`)].join('\n');
}

function check(type: Type, value: unknown): readonly Fault[] {
  if (value === null || value === undefined) return [];
  switch (type.kind) {
    case 'raw':
      return [];
    case 'struct':
    case 'map':
      return isJsonObject(value)
        ? checkObject(type, value)
        : [fault(`expected map, got ${goPointer(value)}`)];
    case 'list':
      return Array.isArray(value)
        ? checkList(type, value)
        : [fault(`expected list, got ${goPointer(value)}`)];
    default:
      return checkScalar(type.kind, value);
  }
}

function checkObject(type: Type, value: JsonObject): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [name, item] of Object.entries(value)) {
    if (type.kind === 'struct' && !Object.hasOwn(type.fields, name)) {
      faults.push({ path: `.${name}`, message: 'field not declared in schema' });
      break;
    }
    faults.push(...below(`.${name}`, check(typeOfChild(type, name), item)));
  }
  return faults;
}

function checkList(type: ListType, items: readonly unknown[]): readonly Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<PathElement>();
  for (const [index, item] of items.entries()) {
    let element = `i:${index}`;
    if (type.applyKeys !== undefined) {
      const found = itemElement(type, item);
      if (found.element === undefined) {
        return [...faults, fault(`element ${index}: ${found.fault}`)];
      }
      element = found.element;
      if (seen.has(element)) {
        faults.push(fault(`duplicate entries for key ${shownElement(element)}`));
      }
      seen.add(element);
    }
    faults.push(...below(shownElement(element), check(type.items, item)));
  }
  return faults;
}

function checkScalar(kind: ScalarKind, value: unknown): readonly Fault[] {
  switch (kind) {
    case 'string':
    case 'bytes':
      return typeof value === 'string'
        ? []
        : [fault(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [fault(`expected boolean, got ${goPointer(value)}`)];
    case 'int32':
    case 'int64':
      return typeof value === 'number'
        ? []
        : [fault(`expected numeric (int or float), got ${goTypeOf(value)}`)];
    case 'quantity':
    case 'intOrString':
    case 'time':
    case 'microTime':
      return typeof value === 'object'
        ? [fault(`expected any scalar, got ${goPointer(value)}`)]
        : [];
  }
}

function fault(message: string): Fault {
  return { path: '', message };
}

function below(prefix: string, faults: readonly Fault[]): readonly Fault[] {
  return faults.map(({ path, message }) => ({ path: `${prefix}${path}`, message }));
}

/** Go's `%T` of a decoded JSON value. */
function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isJsonObject(value)) return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value;
}

/** Go's `%#v` of a decoded JSON value. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const pairs = sortedEntries(value).map(([name, item]) => `${JSON.stringify(name)}:${goSyntax(item)}`);
  return `map[string]interface {}{${pairs.join(', ')}}`;
}

/** Go's `%v` of a pointer to a struct that holds the value. */
function goPointer(value: unknown): string {
  return `&{${goPlain(value)}}`;
}

/** Go's `%v` of a decoded JSON value. */
export function goPlain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`;
  if (!isJsonObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  return `map[${sortedEntries(value)
    .map(([name, item]) => `${name}:${goPlain(item)}`)
    .join(' ')}]`;
}

function sortedEntries(value: JsonObject): readonly (readonly [string, unknown])[] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
