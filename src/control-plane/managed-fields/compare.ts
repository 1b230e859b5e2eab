/** What differs between two states of an object, field by field. */
import { isEqualJson } from '../api-machinery/equality.js';
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ListType, Type } from '../schema/types.js';
import { EMPTY_SET, belowElement, hasElement, insertPath, isEmptySet } from './field-set.js';
import type { FieldSet, FieldSetDraft } from './field-set.js';
import { fieldElement } from './path-element.js';
import type { PathElement } from './path-element.js';
import {
  isEmptyContainer,
  itemElement,
  itemsOrNone,
  objectOrNone,
  presentAt,
  shapeOf,
  typeOfChild,
} from './typed-children.js';

/** Fields by what became of them; no field is in two of the sets. Not in any order. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** Two states of a value; undefined: it is not there. */
export interface States {
  readonly before: unknown;
  readonly after: unknown;
}

interface Place {
  readonly path: PathElement[];
  readonly removed: FieldSetDraft;
  readonly modified: FieldSetDraft;
  readonly added: FieldSetDraft;
}

/**
 * Compares two states of an object.
 *
 * @param ignored - what is left out, with all that is below it.
 * @see Source: structured-merge-diff v6 `typed/compare.go`.
 */
export function compare(type: Type, states: States, ignored: FieldSet = EMPTY_SET): Comparison {
  const place: Place = { path: [], removed: {}, modified: {}, added: {} };
  walk(type, states, { place, ignored });
  const { removed, modified, added } = place;
  return { removed, modified, added };
}

/** Whether nothing differs. */
export function isSame({ removed, modified, added }: Comparison): boolean {
  return isEmptySet(removed) && isEmptySet(modified) && isEmptySet(added);
}

interface Walk {
  readonly place: Place;
  readonly ignored: FieldSet;
}

function walk(type: Type, states: States, at: Walk): void {
  const { before, after } = states;
  if (before === after) return;
  const shape = shapeOf(type, before, after);
  if (shape === 'leaf' || (isBare(before) && isBare(after))) {
    leaf(states, at.place);
    return;
  }
  if (shape === 'object') walkObject(type, states, at);
  else if (type.kind === 'list') walkList(type, states, at.place);
  if (before === undefined) insertPath(at.place.added, at.place.path);
  else if (after === undefined) insertPath(at.place.removed, at.place.path);
}

/** Absent, null or empty: such a value counts as a leaf, so that null and empty are told apart. */
function isBare(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && isEmptyContainer(value))
  );
}

function leaf({ before, after }: States, { path, removed, modified, added }: Place): void {
  if (before === undefined) insertPath(added, path);
  else if (after === undefined) insertPath(removed, path);
  else if (!isEqualJson(before, after)) insertPath(modified, path);
}

function walkObject(type: Type, states: States, { place, ignored }: Walk): void {
  const before = objectOrNone(states.before);
  const after = objectOrNone(states.after);
  const visit = (name: string): void => {
    const element = fieldElement(name);
    if (ignored !== EMPTY_SET && hasElement(ignored, element)) return;
    const child = { before: presentAt(type, before, name), after: presentAt(type, after, name) };
    if (child.before === child.after) return;
    place.path.push(element);
    const below = ignored === EMPTY_SET ? ignored : belowElement(ignored, element);
    walk(typeOfChild(type, name), child, { place, ignored: below });
    place.path.pop();
  };
  for (const name in before) visit(name);
  for (const name in after) if (before === undefined || !Object.hasOwn(before, name)) visit(name);
}

/** @see Source: structured-merge-diff v6 `typed/compare.go`, `visitListItems`. */
function walkList(type: ListType, states: States, place: Place): void {
  const before = indexed(type, states.before);
  const after = indexed(type, states.after);
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    place.path.push(element);
    compareItems(
      type,
      { before: before.get(element) ?? [], after: after.get(element) ?? [] },
      place,
    );
    place.path.pop();
  }
}

interface Items {
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
}

/** Items that are there more than once are compared as one. */
function compareItems(type: ListType, { before, after }: Items, place: Place): void {
  const at = { place, ignored: EMPTY_SET };
  if (before.length <= 1 && after.length <= 1) {
    walk(type.items, { before: before[0], after: after[0] }, at);
  } else if (before.length >= 2 && after.length >= 2) {
    if (!isEqualJson(before, after)) insertPath(place.modified, place.path);
  } else if (before.length >= 2) {
    if (after.length > 0) walk(type.items, { before: undefined, after: after[0] }, at);
    insertPath(place.removed, place.path);
  } else {
    if (before.length > 0) walk(type.items, { before: before[0], after: undefined }, at);
    insertPath(place.added, place.path);
  }
}

function indexed(type: ListType, value: unknown): ReadonlyMap<PathElement, readonly unknown[]> {
  const items = new Map<PathElement, unknown[]>();
  for (const item of itemsOrNone(value)) {
    const { element } = itemElement(type, item);
    if (element === undefined) continue;
    const present = items.get(element);
    if (present === undefined) items.set(element, [item]);
    else present.push(item);
  }
  return items;
}

/** Whether two states of an object are the same JSON. */
export function isSameObject(before: JsonObject, after: unknown): boolean {
  return isJsonObject(after) && isEqualJson(before, after);
}
