/** How a value falls into the parts that can be owned apart, by its type. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ListType, Type } from '../schema/types.js';
import { keyElement, valueElement } from './path-element.js';
import type { PathElement } from './path-element.js';

/** Values of which nothing is known: objects fall apart by key, lists are one. */
export const RAW_TYPE: Type = { kind: 'raw' };

/** What a type or value is for ownership. */
export type Shape = 'leaf' | 'object' | 'list';

/**
 * Whether values of a type are owned whole (`leaf`), by field or key (`object`) or by item (`list`). What
 * has no described type goes by the values themselves.
 */
export function shapeOf(type: Type, ...values: readonly unknown[]): Shape {
  if (type.kind === 'struct' || type.kind === 'map') {
    return type.isAtomic === true ? 'leaf' : 'object';
  }
  if (type.kind === 'list') return type.applyKeys === undefined ? 'leaf' : 'list';
  if (type.kind !== 'raw') return 'leaf';
  const isObject = values.every(
    (value) => isJsonObject(value) || value === undefined || value === null,
  );
  return isObject && values.some((value) => isJsonObject(value)) ? 'object' : 'leaf';
}

/** The type of a field or key. */
export function typeOfChild(type: Type, name: string): Type {
  if (type.kind === 'map') return type.values;
  if (type.kind !== 'struct' || !Object.hasOwn(type.fields, name)) return RAW_TYPE;
  return type.fields[name]?.type ?? RAW_TYPE;
}

/** Whether the type has a field of that name; keys of maps are none. */
export function isNamedField(type: Type, name: string): boolean {
  return type.kind === 'struct' && Object.hasOwn(type.fields, name);
}

/**
 * What is at a field, as Go would write it: an empty list or map in a field with `omitempty` is absent.
 *
 * @returns undefined when there is nothing.
 */
export function presentAt(type: Type, value: JsonObject | undefined, name: string): unknown {
  if (value === undefined || !Object.hasOwn(value, name)) return undefined;
  const item = value[name];
  if (type.kind !== 'struct' || typeof item !== 'object' || item === null) return item;
  const field = type.fields[name];
  if (field === undefined || field.presence !== 'optional' || field.type.kind === 'struct') {
    return item;
  }
  return isEmptyContainer(item) ? undefined : item;
}

/** Whether a value is an empty list or an object without fields. */
export function isEmptyContainer(value: object): boolean {
  if (Array.isArray(value)) return value.length === 0;
  for (const _name in value) return false;
  return true;
}

/** An object, or undefined for anything else. */
export function objectOrNone(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** A list, empty for anything else. */
export function itemsOrNone(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The step to an item, or why it has none. */
export type ItemElement =
  | { readonly element: PathElement }
  | { readonly element: undefined; readonly fault: string };

/**
 * The step to an item of a list that is owned by item.
 *
 * @see Source: structured-merge-diff v6 `typed/helpers.go`, `listItemToPathElement`.
 */
export function itemElement(type: ListType, item: unknown): ItemElement {
  const keys = type.applyKeys ?? [];
  if (keys.length === 0) return setElement(item);
  if (item === null || item === undefined) {
    return withoutElement('associative list with keys may not have a null element');
  }
  if (!isJsonObject(item)) {
    return withoutElement('associative list with keys may not have non-map elements');
  }
  const held: JsonObject = {};
  let count = 0;
  for (const name of keys) {
    const value = item[name] === undefined ? keyDefault(type, name) : item[name];
    if (value === undefined) continue;
    held[name] = value;
    count++;
  }
  if (count > 0) return { element: keyElement(held) };
  return withoutElement(
    `associative list with keys has an element that omits all key fields [${keys.map((name) => JSON.stringify(name)).join(' ')}] (and doesn't have default values for any key fields)`,
  );
}

function setElement(item: unknown): ItemElement {
  if (isJsonObject(item)) {
    return withoutElement("associative list without keys has an element that's a map type");
  }
  if (Array.isArray(item)) {
    return withoutElement('not supported: associative list with lists as elements');
  }
  if (item === null || item === undefined) {
    return withoutElement("associative list without keys has an element that's an explicit null");
  }
  return { element: valueElement(item) };
}

function withoutElement(fault: string): ItemElement {
  return { element: undefined, fault };
}

/** @see Source: structured-merge-diff v6 `typed/helpers.go`, `getAssociativeKeyDefault`. */
function keyDefault(type: ListType, name: string): unknown {
  const given = type.keyDefaults?.[name];
  if (given !== undefined) return given;
  const field = type.items.kind === 'struct' ? type.items.fields[name] : undefined;
  if (field === undefined || field.presence !== 'required') return undefined;
  const { kind } = field.type;
  if (kind === 'int32' || kind === 'int64') return 0;
  if (kind === 'boolean') return false;
  return kind === 'string' ? '' : undefined;
}
