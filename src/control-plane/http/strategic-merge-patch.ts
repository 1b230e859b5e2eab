/** Strategic merge patches: merge patches that know which lists are maps by a key. */
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ListType, Type } from '../schema/types.js';

/** A patch that cannot be merged; upstream answers it with a bare 500. */
export class StrategicMergeError extends Error {}

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/**
 * A copy of `original` with the patch merged in by the type's merge keys.
 *
 * @throws {StrategicMergeError} when an item lacks its merge key or a directive is unknown.
 * @see Source: kubernetes `apimachinery/pkg/util/strategicpatch/patch.go`, `StrategicMergeMapPatch`.
 */
export function applyStrategicMergePatch(
  type: Type,
  original: JsonObject,
  patch: JsonObject,
): JsonObject {
  return mergeObject(type, original, patch);
}

function mergeObject(type: Type, original: JsonObject, patch: JsonObject): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives({ ...patch, [DIRECTIVE]: undefined });
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw new StrategicMergeError(`unknown patch type: ${JSON.stringify(directive)}`);
  }
  const result = retained(original, patch[RETAIN_KEYS]);
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER)) continue;
    if (key.startsWith(DELETE_FROM_LIST)) {
      removePrimitives(result, key.slice(DELETE_FROM_LIST.length), value);
    } else if (value === null) Reflect.deleteProperty(result, key);
    else {
      const order = patch[`${ELEMENT_ORDER}${key}`];
      setOwn(result, key, mergeValue(childType(type, key), result[key], { value, order }));
    }
  }
  orderOnly(type, result, patch);
  return result;
}

/** Lists whose order is given although no item of them changes. */
function orderOnly(type: Type, result: JsonObject, patch: JsonObject): void {
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ELEMENT_ORDER)) continue;
    const name = key.slice(ELEMENT_ORDER.length);
    const list = result[name];
    const listType = childType(type, name);
    if (patch[name] !== undefined || !Array.isArray(list) || listType?.kind !== 'list') continue;
    result[name] = ordered(listType, list, { order, original: list });
  }
}

interface Patch {
  readonly value: unknown;
  readonly order: unknown;
}

function mergeValue(type: Type | undefined, original: unknown, patch: Patch): unknown {
  const { value, order } = patch;
  if (isJsonObject(value)) {
    return mergeObject(type ?? RAW, isJsonObject(original) ? original : {}, value);
  }
  if (!Array.isArray(value)) return value;
  if (type?.kind !== 'list' || type.mergeKey === undefined) return value.map(clean);
  const before: readonly unknown[] = Array.isArray(original) ? original : [];
  const merged =
    type.mergeKey === ''
      ? [...new Set([...before, ...value])]
      : mergeItems(type, type.mergeKey, { before, patch: value });
  return ordered(type, merged, { order: order ?? value, original: before });
}

function mergeItems(
  type: ListType,
  mergeKey: string,
  lists: { readonly before: readonly unknown[]; readonly patch: readonly unknown[] },
): readonly unknown[] {
  const isReplaced = lists.patch.some(
    (item) => isJsonObject(item) && item[DIRECTIVE] === 'replace',
  );
  if (isReplaced) {
    return lists.patch
      .filter(
        (item) =>
          !isJsonObject(item) || item[DIRECTIVE] !== 'replace' || Object.keys(item).length > 1,
      )
      .map(clean);
  }
  let result = [...lists.before];
  for (const item of lists.patch) {
    if (!isJsonObject(item)) throw new StrategicMergeError('list element is not a map');
    const key = item[mergeKey];
    if (key === undefined) throw missingKey(item, mergeKey);
    const index = result.findIndex((other) => isJsonObject(other) && other[mergeKey] === key);
    if (item[DIRECTIVE] === 'delete') {
      result = result.filter((other) => !isJsonObject(other) || other[mergeKey] !== key);
    } else if (index < 0) result.push(clean(item));
    else {
      const present = result[index];
      result[index] = mergeObject(type.items, isJsonObject(present) ? present : {}, item);
    }
  }
  return result;
}

/**
 * Items that the patch orders stand as it says; the others keep their places among them.
 *
 * @see Source: `patch.go`, `normalizeElementOrder`.
 */
function ordered(
  type: ListType,
  items: readonly unknown[],
  { order, original }: { readonly order: unknown; readonly original: readonly unknown[] },
): readonly unknown[] {
  if (!Array.isArray(order)) return items;
  const { mergeKey = '' } = type;
  const keyOf = (item: unknown): unknown =>
    mergeKey === '' || !isJsonObject(item) ? item : item[mergeKey];
  const wanted = order.map(keyOf);
  const before = original.map(keyOf);
  const placed = items
    .filter((item) => wanted.includes(keyOf(item)))
    .sort((a, b) => wanted.indexOf(keyOf(a)) - wanted.indexOf(keyOf(b)));
  const others = items.filter((item) => !wanted.includes(keyOf(item)));
  const result: unknown[] = [];
  while (placed.length > 0 && others.length > 0) {
    const placedIndex = before.indexOf(keyOf(placed[0]));
    const otherIndex = before.indexOf(keyOf(others[0]));
    const isOtherFirst = otherIndex >= 0 && placedIndex >= 0 && otherIndex < placedIndex;
    result.push(isOtherFirst ? others.shift() : placed.shift());
  }
  return [...result, ...placed, ...others];
}

function retained(original: JsonObject, keys: unknown): JsonObject {
  if (!Array.isArray(keys)) return { ...original };
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function removePrimitives(result: JsonObject, key: string, removed: unknown): void {
  const list = result[key];
  if (!Array.isArray(list) || !Array.isArray(removed)) return;
  result[key] = list.filter((item) => !removed.includes(item));
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  return isJsonObject(value) ? withoutDirectives(value) : value;
}

function withoutDirectives(value: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('$') || item === null || item === undefined) continue;
    setOwn(result, key, clean(item));
  }
  return result;
}

function setOwn(target: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

const RAW: Type = { kind: 'raw' };

function childType(type: Type, key: string): Type | undefined {
  if (type.kind === 'map') return type.values;
  if (type.kind !== 'struct' || !Object.hasOwn(type.fields, key)) return undefined;
  return type.fields[key]?.type;
}

function missingKey(item: JsonObject, mergeKey: string): StrategicMergeError {
  const shown = Object.entries(item)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}:${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  return new StrategicMergeError(
    `map: map[${shown}] does not contain declared merge key: ${mergeKey}`,
  );
}
