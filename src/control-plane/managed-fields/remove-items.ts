/** Takes fields and items out of an object. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ListType, Type } from '../schema/types.js';
import {
  belowElement,
  elementsOf,
  hasElement,
  isEmptySet,
  withElement,
  EMPTY_SET,
} from './field-set.js';
import type { FieldSet } from './field-set.js';
import { fieldElement } from './path-element.js';
import {
  RAW_TYPE,
  isEmptyContainer,
  isNamedField,
  itemElement,
  shapeOf,
  typeOfChild,
} from './typed-children.js';

/**
 * The object without the members of `removed`.
 *
 * @see Source: structured-merge-diff v6 `typed/remove.go`.
 */
export function removeItems(type: Type, value: JsonObject, removed: FieldSet): JsonObject {
  const left = remove(type, value, removed);
  return isJsonObject(left) ? left : {};
}

/** What is owned whole and stands below a removed field goes with it; null stands for nothing left. */
function remove(type: Type, value: unknown, removed: FieldSet): unknown {
  if (isEmptySet(removed)) return value;
  const shape = shapeOf(type, value);
  if (shape === 'object' && isJsonObject(value)) return removeFromObject(type, value, removed);
  if (shape === 'list' && type.kind === 'list' && Array.isArray(value)) {
    return removeFromList(type, value, removed);
  }
  return typeof value === 'object' ? null : value;
}

function removeFromObject(type: Type, value: JsonObject, removed: FieldSet): unknown {
  const kept = Object.entries(value).flatMap(([name, item]) => {
    const element = fieldElement(name);
    if (hasElement(removed, element)) return [];
    const below = belowElement(removed, element);
    return [[name, remove(typeOfChild(type, name), item, below)] as const];
  });
  const result = Object.fromEntries(kept);
  return isEmptyContainer(result) ? null : result;
}

function removeFromList(type: ListType, items: readonly unknown[], removed: FieldSet): unknown {
  const kept = items.flatMap((item) => {
    const { element } = itemElement(type, item);
    if (element === undefined) return [item];
    if (hasElement(removed, element)) return [];
    return [remove(type.items, item, belowElement(removed, element))];
  });
  return kept.length === 0 ? null : kept;
}

/**
 * The set with every named field on the way to a member as a member too. Keys of maps and items of lists
 * are not named fields.
 *
 * @see Source: structured-merge-diff v6 `fieldpath/set.go`, `EnsureNamedFieldsAreMembers`.
 */
export function withNamedFields(type: Type, set: FieldSet): FieldSet {
  let result: FieldSet = {};
  for (const element of elementsOf(set)) {
    const name = element.slice(2);
    const isField = element.startsWith('f:');
    const below = withNamedFields(typeAt(type, element), belowElement(set, element));
    const isNamed = isField && !isEmptySet(below) && isNamedField(type, name);
    result = withElement(result, element, {
      isMember: isNamed || hasElement(set, element),
      below,
    });
  }
  return isEmptySet(result) ? EMPTY_SET : result;
}

function typeAt(type: Type, element: string): Type {
  if (element.startsWith('f:')) return typeOfChild(type, element.slice(2));
  return type.kind === 'list' && element.startsWith('k:') ? type.items : RAW_TYPE;
}
