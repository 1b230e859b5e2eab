/** Whether a configuration to apply fits the schema of its kind, in upstream's words. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ListType, ScalarKind, Type } from '../schema/types.js';
import { goPointer, goSyntax, goTypeOf } from './go-values.js';
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
  return ['errors:', ...faults.map((line) => `  ${line}`)].join('\n');
}

function check(type: Type, value: unknown): readonly Fault[] {
  if (value === null || value === undefined || type.kind === 'raw') return [];
  if (type.kind === 'struct' || type.kind === 'map') {
    return isJsonObject(value)
      ? checkObject(type, value)
      : [fault(`expected map, got ${goPointer(value)}`)];
  }
  if (type.kind === 'list') {
    return Array.isArray(value)
      ? checkList(type, value)
      : [fault(`expected list, got ${goPointer(value)}`)];
  }
  const message = SCALAR_FAULTS[type.kind](value);
  return message === undefined ? [] : [fault(message)];
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

type ScalarFault = (value: unknown) => string | undefined;

const text: ScalarFault = (value) =>
  typeof value === 'string'
    ? undefined
    : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;

const wholeNumber: ScalarFault = (value) =>
  typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`;

const anyScalar: ScalarFault = (value) =>
  typeof value === 'object' ? `expected any scalar, got ${goPointer(value)}` : undefined;

/** @see Source: structured-merge-diff v6 `typed/validate.go`, `validateScalar`. */
const SCALAR_FAULTS: Readonly<Record<ScalarKind, ScalarFault>> = {
  string: text,
  bytes: text,
  boolean: (value) =>
    typeof value === 'boolean' ? undefined : `expected boolean, got ${goPointer(value)}`,
  int32: wholeNumber,
  int64: wholeNumber,
  quantity: anyScalar,
  intOrString: anyScalar,
  time: anyScalar,
  microTime: anyScalar,
};

function fault(message: string): Fault {
  return { path: '', message };
}

function below(prefix: string, faults: readonly Fault[]): readonly Fault[] {
  return faults.map(({ path, message }) => ({ path: `${prefix}${path}`, message }));
}
