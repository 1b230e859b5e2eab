/** Sets of field paths, kept in the very form in which `fieldsV1` writes them. */
import { isJsonObject } from '../schema/json.js';
import { canonicalElement, compareElements } from './path-element.js';
import type { PathElement } from './path-element.js';

/**
 * A trie of path elements. An element is a member when it has nothing below it or has `.` beside what
 * is below it. The root itself is never a member: an empty object is the empty set.
 *
 * @see Source: structured-merge-diff v6 `fieldpath/set.go` and `fieldpath/serialize.go`.
 */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

/** A set that is being made. */
export interface FieldSetDraft {
  [element: PathElement]: FieldSetDraft;
}

/** The way from the root to a field. */
export type FieldPath = readonly PathElement[];

/** Marks an element with others below it as a member too. */
const SELF = '.';

/** The set of nothing; also what stands at a member with nothing below it. */
export const EMPTY_SET: FieldSet = Object.freeze({});

/** Whether the set has no member. */
export function isEmptySet(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

/** A set of these paths. */
export function setOf(...paths: readonly FieldPath[]): FieldSet {
  const draft: FieldSetDraft = {};
  for (const path of paths) insertPath(draft, path);
  return sortedSet(draft);
}

/** Adds a path. The empty path, which is the whole object, is never tracked. */
export function insertPath(draft: FieldSetDraft, path: FieldPath): void {
  let here = draft;
  const last = path.length - 1;
  for (let depth = 0; depth < last; depth++) {
    const element = path[depth] ?? '';
    let next = here[element];
    if (next === undefined) {
      next = {};
      setElement(here, element, next);
    } else if (isEmptySet(next)) {
      next = { [SELF]: {} };
      setElement(here, element, next);
    }
    here = next;
  }
  const element = path[last];
  if (element === undefined) return;
  const present = here[element];
  if (present === undefined) setElement(here, element, {});
  else if (!isEmptySet(present)) present[SELF] ??= {};
}

/** Elements begin with a letter and a colon, so none is called `__proto__`. */
function setElement(draft: FieldSetDraft, element: PathElement, below: FieldSetDraft): void {
  draft[element] = below;
}

/** Whether what stands at an element makes it a member. */
function isMember(below: FieldSet | undefined): boolean {
  return below !== undefined && (isEmptySet(below) || below[SELF] !== undefined);
}

/** What to write at an element; undefined: nothing. */
function joined(member: boolean, below: FieldSet): FieldSet | undefined {
  if (isEmptySet(below)) return member ? EMPTY_SET : undefined;
  return member ? { [SELF]: EMPTY_SET, ...below } : below;
}

/** All members of both. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const result: Record<PathElement, FieldSet> = {};
  for (const element of Object.keys(a)) {
    if (element === SELF) continue;
    const [one, two] = [a[element], b[element]];
    if (one === undefined) continue;
    result[element] = two === undefined ? one : unionAt(one, two);
  }
  for (const element of Object.keys(b)) {
    const two = b[element];
    if (element !== SELF && two !== undefined && a[element] === undefined) result[element] = two;
  }
  return result;
}

function unionAt(one: FieldSet, two: FieldSet): FieldSet {
  if (one === two) return one;
  const below = union(withoutSelf(one), withoutSelf(two));
  return joined(isMember(one) || isMember(two), below) ?? EMPTY_SET;
}

/** What is below an element, without the mark of the element itself. */
function withoutSelf(set: FieldSet): FieldSet {
  if (set[SELF] === undefined) return set;
  const { [SELF]: _self, ...rest } = set;
  return rest;
}

/** Members of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combined(a, b, {
    keepsUnmatched: false,
    at(one, two) {
      return joined(isMember(one) && isMember(two), intersection(one, two));
    },
  });
}

/** Members of `a` that are not in `b`; a member below a member of `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  return combined(a, b, {
    keepsUnmatched: true,
    at(one, two) {
      return joined(
        isMember(one) && !isMember(two),
        difference(withoutSelf(one), withoutSelf(two)),
      );
    },
  });
}

/** As {@link difference}, and what is below a member of `b` goes with it. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  return combined(a, b, {
    keepsUnmatched: true,
    at(one, two) {
      if (isMember(two)) return undefined;
      return joined(isMember(one), recursiveDifference(withoutSelf(one), withoutSelf(two)));
    },
  });
}

function combined(
  a: FieldSet,
  b: FieldSet,
  rule: {
    readonly keepsUnmatched: boolean;
    readonly at: (one: FieldSet, two: FieldSet) => FieldSet | undefined;
  },
): FieldSet {
  const result: Record<PathElement, FieldSet> = {};
  for (const element of Object.keys(a)) {
    if (element === SELF) continue;
    const [one, two] = [a[element], b[element]];
    if (one === undefined) continue;
    const kept = two === undefined ? (rule.keepsUnmatched ? one : undefined) : rule.at(one, two);
    if (kept !== undefined) result[element] = kept;
  }
  return result;
}

/** Whether the path is a member. */
export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let here: FieldSet | undefined = set;
  for (const element of path) here = here?.[element];
  return path.length > 0 && isMember(here);
}

/** Whether the element is a member of the set. */
export function hasElement(set: FieldSet, element: PathElement): boolean {
  return isMember(set[element]);
}

/** Members below an element. */
export function belowElement(set: FieldSet, element: PathElement): FieldSet {
  const here = set[element];
  return here === undefined ? EMPTY_SET : withoutSelf(here);
}

/** Elements of the set's first level. */
export function elementsOf(set: FieldSet): readonly PathElement[] {
  return Object.keys(set).filter((element) => element !== SELF);
}

/** A set with one element, a member or not, and what is below it. */
export function withElement(
  set: FieldSet,
  element: PathElement,
  at: { readonly isMember: boolean; readonly below: FieldSet },
): FieldSet {
  const written = joined(at.isMember, at.below);
  return written === undefined ? set : { ...set, [element]: written };
}

/** Every member's path, members of a level before what is below them. */
export function pathsOf(set: FieldSet): readonly FieldPath[] {
  const elements = elementsOf(set).toSorted(compareElements);
  const members = elements.filter((element) => isMember(set[element]));
  return [
    ...members.map((element) => [element]),
    ...elements.flatMap((element) =>
      pathsOf(belowElement(set, element)).map((path) => [element].concat(path)),
    ),
  ];
}

/** Whether two sets have the same members, in whatever order they were made. */
export function isSameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  const elements = Object.keys(a);
  if (elements.length !== Object.keys(b).length) return false;
  return elements.every((element) => {
    const [one, two] = [a[element], b[element]];
    return one !== undefined && two !== undefined && isSameSet(one, two);
  });
}

/** The same set with its elements in upstream's order; its end points are shared. */
export function sortedSet(set: FieldSet): FieldSet {
  const elements = Object.keys(set);
  if (elements.length === 0) return EMPTY_SET;
  if (!isInOrder(elements)) elements.sort(compareElements);
  const result: Record<PathElement, FieldSet> = {};
  for (const element of elements) result[element] = sortedSet(set[element] ?? EMPTY_SET);
  return result;
}

/** Most sets are made in order, and sorting takes memory even then. */
function isInOrder(elements: readonly PathElement[]): boolean {
  for (let index = 1; index < elements.length; index++) {
    if (compareElements(elements[index - 1] ?? '', elements[index] ?? '') > 0) return false;
  }
  return true;
}

/**
 * The set that a client wrote as `fieldsV1`; undefined when it is none.
 *
 * @see Source: structured-merge-diff v6 `fieldpath/serialize.go`, `readIterV1`.
 */
export function readSet(value: unknown): FieldSet | undefined {
  const read = readBelow(value);
  return read === undefined ? undefined : sortedSet(read);
}

function readBelow(value: unknown): FieldSet | undefined {
  if (!isJsonObject(value)) return undefined;
  const result: Record<PathElement, FieldSet> = {};
  for (const [text, item] of Object.entries(value)) {
    if (text === SELF) {
      result[SELF] = EMPTY_SET;
      continue;
    }
    const element = canonicalElement(text);
    const below = readBelow(item);
    if (element === undefined || below === undefined) return undefined;
    if (element !== '') {
      const present = result[element];
      result[element] = present === undefined ? onlySelf(below) : unionAt(present, below);
    }
  }
  return result;
}

/** `{".":{}}` is written `{}`. */
function onlySelf(set: FieldSet): FieldSet {
  return Object.keys(set).length === 1 && set[SELF] !== undefined ? EMPTY_SET : set;
}
