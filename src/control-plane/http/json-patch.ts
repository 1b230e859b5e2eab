/** JSON Patch (RFC 6902), as lenient as the library upstream uses. */
import { isEqualJson } from '../api-machinery/equality.js';
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

/** A patch that does not fit the document. */
export class PatchError extends Error {}

/**
 * A copy of `document` with the operations carried out in order.
 *
 * Differs from the RFC where upstream does: `replace` adds what is not there in an object, and a path
 * loses whatever stands before its first slash.
 *
 * @throws {PatchError} when an operation cannot be carried out.
 * @see Source: github.com/evanphx/json-patch, as kubernetes `handlers/patch.go` uses it.
 */
export function applyJsonPatch(document: unknown, operations: readonly unknown[]): unknown {
  let result = structuredClone(document);
  for (const operation of operations) {
    if (!isJsonObject(operation)) throw new PatchError('an operation must be an object');
    result = applyOperation(result, operation);
  }
  return result;
}

function applyOperation(document: unknown, operation: JsonObject): unknown {
  const path = pointer(operation['path']);
  const value = structuredClone(operation['value'] ?? null);
  switch (operation['op']) {
    case 'add':
      return changed(document, path, { kind: 'add', value });
    case 'replace':
      return changed(document, path, { kind: 'replace', value });
    case 'remove':
      return changed(document, path, { kind: 'remove' });
    case 'move': {
      const from = pointer(operation['from']);
      const moved = read(document, from);
      return changed(changed(document, from, { kind: 'remove' }), path, {
        kind: 'add',
        value: moved,
      });
    }
    case 'copy': {
      const copied = structuredClone(read(document, pointer(operation['from'])));
      return changed(document, path, { kind: 'add', value: copied });
    }
    case 'test':
      if (!isEqualJson(readOrNull(document, path), value)) throw new PatchError('test failed');
      return document;
    default:
      throw new PatchError(`unexpected operation ${String(operation['op'])}`);
  }
}

type Change =
  | { readonly kind: 'add' | 'replace'; readonly value: unknown }
  | { readonly kind: 'remove' };

function changed(document: unknown, path: readonly string[], change: Change): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    if (change.kind === 'remove') throw new PatchError('the whole document cannot be removed');
    return change.value;
  }
  if (rest.length > 0) {
    const child = step(document, key);
    const next = changed(child, rest, change);
    if (Array.isArray(document)) document[position(document, key)] = next;
    else if (isJsonObject(document)) setOwn(document, key, next);
    return document;
  }
  if (Array.isArray(document)) changeItem(document, key, change);
  else if (isJsonObject(document)) changeKey(document, key, change);
  else throw new PatchError(`nothing at ${key}`);
  return document;
}

function changeItem(items: unknown[], key: string, change: Change): void {
  if (change.kind === 'add') {
    const index = key === '-' ? items.length : insertPosition(items, key);
    items.splice(index, 0, change.value);
    return;
  }
  const index = position(items, key);
  if (change.kind === 'remove') items.splice(index, 1);
  else items[index] = change.value;
}

function changeKey(object: JsonObject, key: string, change: Change): void {
  if (change.kind !== 'remove') {
    setOwn(object, key, change.value);
    return;
  }
  if (!Object.hasOwn(object, key)) throw new PatchError(`nothing at ${key}`);
  Reflect.deleteProperty(object, key);
}

/** Sets a key that may be called `__proto__`. */
function setOwn(object: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function read(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const key of path) value = step(value, key);
  return value;
}

function readOrNull(document: unknown, path: readonly string[]): unknown {
  const parent = read(document, path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined) return document;
  return isJsonObject(parent) && !Object.hasOwn(parent, key) ? null : step(parent, key);
}

function step(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[position(value, key)];
  if (isJsonObject(value) && Object.hasOwn(value, key)) return value[key];
  throw new PatchError(`nothing at ${key}`);
}

function position(items: readonly unknown[], key: string): number {
  const index = /^-?\d+$/.test(key) ? Number(key) : Number.NaN;
  const place = index < 0 ? items.length + index : index;
  if (Number.isNaN(place) || place < 0 || place >= items.length) {
    throw new PatchError(`index ${key} is out of bounds`);
  }
  return place;
}

function insertPosition(items: readonly unknown[], key: string): number {
  const index = /^-?\d+$/.test(key) ? Number(key) : Number.NaN;
  const place = index < 0 ? items.length + index + 1 : index;
  if (Number.isNaN(place) || place < 0 || place > items.length) {
    throw new PatchError(`index ${key} is out of bounds`);
  }
  return place;
}

function pointer(path: unknown): readonly string[] {
  if (typeof path !== 'string') throw new PatchError('an operation needs a path');
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
