/** Compares an answer with the recorded one. */
import type { Bindings } from './placeholders.js';

/** The first difference as `path: expected X, got Y`; undefined when there is none. */
export function firstDifference(
  expected: unknown,
  actual: unknown,
  of: { readonly bindings: Bindings; readonly path?: string },
): string | undefined {
  const { bindings, path = '' } = of;
  if (typeof expected === 'string') {
    const text = typeof actual === 'number' ? String(actual) : actual;
    if (typeof text === 'string' && bindings.matches(expected, text)) return undefined;
    if (
      path.endsWith('message') &&
      typeof text === 'string' &&
      isSameInAnyOrder(bindings.fill(expected), text)
    ) {
      return undefined;
    }
    return difference(path, bindings.fill(expected), actual);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return difference(path, expected, actual);
    const pairs = path.endsWith('causes')
      ? [expected.toSorted(byText), actual.toSorted(byText)]
      : [expected, actual];
    return firstItemDifference(pairs[0] ?? [], pairs[1] ?? [], { bindings, path });
  }
  if (typeof expected !== 'object' || expected === null) {
    return expected === actual ? undefined : difference(path, expected, actual);
  }
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return difference(path, expected, actual);
  }
  return firstFieldDifference(Object.entries(expected), new Map(Object.entries(actual)), {
    bindings,
    path,
  });
}

function firstFieldDifference(
  entries: readonly [string, unknown][],
  actual: ReadonlyMap<string, unknown>,
  { bindings, path }: { readonly bindings: Bindings; readonly path: string },
): string | undefined {
  const left = new Set(actual.keys());
  for (const [rawKey, value] of entries) {
    const key = bindings.fill(rawKey);
    if (!left.delete(key)) return `${path}.${key}: expected ${shown(value)}, got nothing`;
    const found = firstDifference(value, actual.get(key), { bindings, path: `${path}.${key}` });
    if (found !== undefined) return found;
  }
  const [extra] = left;
  return extra === undefined
    ? undefined
    : `${path}.${extra}: expected nothing, got ${shown(actual.get(extra))}`;
}

function firstItemDifference(
  expected: readonly unknown[],
  actual: readonly unknown[],
  { bindings, path }: { readonly bindings: Bindings; readonly path: string },
): string | undefined {
  for (const [index, item] of expected.entries()) {
    if (index >= actual.length) return `${path}[${index}]: expected ${shown(item)}, got nothing`;
    const found = firstDifference(item, actual[index], { bindings, path: `${path}[${index}]` });
    if (found !== undefined) return found;
  }
  return actual.length > expected.length
    ? `${path}[${expected.length}]: expected nothing, got ${shown(actual[expected.length])}`
    : undefined;
}

/** The server walks Go maps: parts of a `[a, b]` list come in any order. */
function isSameInAnyOrder(expected: string, actual: string): boolean {
  return expected.includes('[') && words(expected) === words(actual);
}

function words(text: string): string {
  return text
    .split(/[[\], ]+/)
    .toSorted()
    .join(' ');
}

function byText(a: unknown, b: unknown): number {
  return sortText(a) < sortText(b) ? -1 : 1;
}

function sortText(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, item]) => String(item))
        .join('|')
    : String(value);
}

function difference(path: string, expected: unknown, actual: unknown): string {
  return `${path}: expected ${shown(expected)}, got ${shown(actual)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 600 ? `${text.slice(0, 600)}...` : text;
}
