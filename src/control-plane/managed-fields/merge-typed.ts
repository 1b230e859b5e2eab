/** Merges what is applied into what there is. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ListType, Type } from '../schema/types.js';
import type { PathElement } from './path-element.js';
import {
  isEmptyContainer,
  itemElement,
  itemsOrNone,
  objectOrNone,
  shapeOf,
  typeOfChild,
} from './typed-children.js';

/**
 * `live` with `applied` merged in: nothing goes, what both name has the applied value, lists keep the
 * order of `applied` among what it names.
 *
 * @see Source: structured-merge-diff v6 `typed/merge.go`.
 */
export function mergeTyped(type: Type, live: JsonObject, applied: JsonObject): JsonObject {
  return objectOrNone(merge(type, live, applied)) ?? {};
}

function merge(type: Type, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  if (live === undefined && !isJsonObject(applied) && !Array.isArray(applied)) return applied;
  const shape = shapeOf(type, live, applied);
  if (shape === 'leaf' || (isBare(live) && isBare(applied))) return applied;
  if (shape === 'object') return mergeObjects(type, objectOrNone(live), objectOrNone(applied));
  return type.kind === 'list' ? mergeLists(type, itemsOrNone(live), itemsOrNone(applied)) : applied;
}

function isBare(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && isEmptyContainer(value))
  );
}

function mergeObjects(
  type: Type,
  live: JsonObject | undefined,
  applied: JsonObject | undefined,
): unknown {
  const result: JsonObject = {};
  for (const name of new Set([...Object.keys(live ?? {}), ...Object.keys(applied ?? {})])) {
    const merged = merge(typeOfChild(type, name), ownValue(live, name), ownValue(applied, name));
    if (merged !== undefined) defineOwn(result, name, merged);
  }
  return isEmptyContainer(result) ? undefined : result;
}

function ownValue(object: JsonObject | undefined, name: string): unknown {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A key may be called `__proto__`. */
function defineOwn(target: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

interface Item {
  readonly element: PathElement;
  readonly value: unknown;
}

/** Walks both lists; items that only `live` has stay before the shared item that followed them. */
function mergeLists(
  type: ListType,
  live: readonly unknown[],
  applied: readonly unknown[],
): unknown {
  const walk = new ListWalk(withElements(type, live), withElements(type, applied));
  const result = walk.pairs().flatMap(({ before, after }) => {
    const merged = merge(type.items, before, after);
    return merged === undefined ? [] : [merged];
  });
  return result.length === 0 ? undefined : result;
}

function withElements(type: ListType, values: readonly unknown[]): readonly Item[] {
  return values.flatMap((value) => {
    const { element } = itemElement(type, value);
    return element === undefined ? [] : [{ element, value }];
  });
}

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
}

/** The order of merged lists. @see Source: structured-merge-diff v6 `typed/merge.go`, `visitListItems`. */
class ListWalk {
  readonly #live: readonly Item[];
  readonly #applied: readonly Item[];
  readonly #liveValues: ReadonlyMap<PathElement, unknown>;
  readonly #appliedElements: ReadonlySet<PathElement>;
  readonly #merged = new Set<PathElement>();
  readonly #pairs: Pair[] = [];
  /** What both lists name, in the applied order; the first is the next to be met. */
  #shared: readonly PathElement[];
  #left = 0;
  #right = 0;

  constructor(live: readonly Item[], applied: readonly Item[]) {
    this.#live = live;
    this.#applied = applied;
    const counts = new Map<PathElement, number>();
    for (const { element } of live) counts.set(element, (counts.get(element) ?? 0) + 1);
    // what is there more than once is replaced, not merged
    this.#liveValues = new Map(
      live.map(({ element, value }) => [element, counts.get(element) === 1 ? value : null]),
    );
    this.#appliedElements = new Set(applied.map(({ element }) => element));
    this.#shared = applied
      .map(({ element }) => element)
      .filter((element) => this.#liveValues.has(element));
  }

  pairs(): readonly Pair[] {
    while (this.#left < this.#live.length || this.#right < this.#applied.length) this.#step();
    return this.#pairs;
  }

  #step(): void {
    const left = this.#live[this.#left];
    const right = this.#applied[this.#right];
    if (left !== undefined && right !== undefined) {
      if (left.element === right.element) {
        this.#left++;
        this.#take(right);
        this.#shared = this.#shared.slice(1);
        return;
      }
      const [next] = this.#shared;
      if (this.#appliedElements.has(left.element) && next !== undefined && next !== left.element) {
        this.#left++;
        return;
      }
    }
    if (left !== undefined) {
      if (!this.#appliedElements.has(left.element)) {
        this.#pairs.push({ before: left.value, after: undefined });
        this.#left++;
        return;
      }
      if (this.#merged.has(left.element)) this.#left++;
    }
    if (right === undefined) return;
    this.#take(right);
    if (this.#shared[0] === right.element) this.#shared = this.#shared.slice(1);
  }

  #take({ element, value }: Item): void {
    this.#merged.add(element);
    this.#pairs.push({ before: this.#liveValues.get(element), after: value });
    this.#right++;
  }
}
