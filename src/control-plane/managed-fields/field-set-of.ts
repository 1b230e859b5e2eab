/** Which fields an object names: what its applier comes to own. */
import { isJsonObject } from '../schema/json.js';
import type { ListType, Type } from '../schema/types.js';
import { insertPath } from './field-set.js';
import type { FieldSet, FieldSetDraft } from './field-set.js';
import { fieldElement } from './path-element.js';
import type { PathElement } from './path-element.js';
import {
  isEmptyContainer,
  isNamedField,
  itemElement,
  itemsOrNone,
  objectOrNone,
  shapeOf,
  typeOfChild,
} from './typed-children.js';

/**
 * Every leaf, and every key and item that an object names.
 *
 * @see Source: structured-merge-diff v6 `typed/tofieldset.go`.
 */
export function fieldSetOf(type: Type, value: unknown): FieldSet {
  const set: FieldSetDraft = {};
  walk(type, value, { path: [], set });
  return set;
}

interface Place {
  readonly path: readonly PathElement[];
  readonly set: FieldSetDraft;
}

function walk(type: Type, value: unknown, place: Place): void {
  switch (shapeOf(type, value)) {
    case 'leaf':
      insertPath(place.set, place.path);
      return;
    case 'object':
      walkObject(type, value, place);
      return;
    case 'list':
      if (type.kind === 'list') walkList(type, value, place);
      return;
  }
}

function walkObject(type: Type, value: unknown, { path, set }: Place): void {
  for (const [name, item] of Object.entries(objectOrNone(value) ?? {})) {
    if (item === undefined) continue;
    const below = [...path, fieldElement(name)];
    walk(typeOfChild(type, name), item, { path: below, set });
    const isBare = item === null || (isJsonObject(item) && isEmptyContainer(item));
    if (isBare || !isNamedField(type, name)) insertPath(set, below);
  }
}

/** Items that are there more than once are owned whole. */
function walkList(type: ListType, value: unknown, { path, set }: Place): void {
  const items = itemsOrNone(value).flatMap((item) => {
    const { element } = itemElement(type, item);
    return element === undefined ? [] : [{ element, item }];
  });
  const counts = new Map<PathElement, number>();
  for (const { element } of items) counts.set(element, (counts.get(element) ?? 0) + 1);
  for (const { element, item } of items) {
    const below = [...path, element];
    if (counts.get(element) === 1) walk(type.items, item, { path: below, set });
    insertPath(set, below);
  }
}
