/** Steps of field paths as `fieldsV1` spells them: `f:name`, `k:{"name":"app"}`, `v:"x"`, `i:0`. */
import { isJsonObject } from '../schema/json.js';

/**
 * One step: `f:` a field or key, `k:` an item by its keys (sorted JSON), `v:` an item of a set, `i:` a
 * position. Equal steps are equal texts.
 *
 * @see Source: structured-merge-diff v6 `fieldpath/serialize-pe.go`, `SerializePathElement`.
 */
export type PathElement = string;

/** The step to a field of an object or a key of a map. */
export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** The step to an item of a list by what its key fields hold. */
export function keyElement(keys: Readonly<Record<string, unknown>>): PathElement {
  const sorted = Object.entries(keys).toSorted(([a], [b]) => compareText(a, b));
  return `k:{${sorted.map(([name, value]) => `${spelled(name)}:${spelled(value)}`).join(',')}}`;
}

/** The step to a scalar in a set. */
export function valueElement(value: unknown): PathElement {
  return `v:${spelled(value)}`;
}

/** JSON as Go writes it: signs of HTML are escaped, keys are sorted. */
function spelled(value: unknown): string {
  const text = JSON.stringify(sortedKeys(value)) ?? 'null';
  return /[<>&\u2028\u2029]/.test(text) ? text.replaceAll(/[<>&\u2028\u2029]/g, escaped) : text;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => compareText(a, b));
  return Object.fromEntries(entries.map(([name, item]) => [name, sortedKeys(item)]));
}

/**
 * A step that a client spelled, in its one spelling; '' for a type of step that is passed over, undefined
 * for what is none.
 *
 * @see Source: structured-merge-diff v6 `fieldpath/serialize-pe.go`, `DeserializePathElement`.
 */
export function canonicalElement(text: string): PathElement | undefined {
  if (text.length < 2 || text[1] !== ':') return undefined;
  const rest = text.slice(2);
  switch (text.slice(0, 1)) {
    case 'f':
      return text;
    case 'v':
      return parsedStep(rest, (value) => valueElement(value));
    case 'k':
      return parsedStep(rest, (value) => (isJsonObject(value) ? keyElement(value) : undefined));
    case 'i':
      return /^[+-]?\d+$/.test(rest) ? `i:${Number(rest)}` : undefined;
    default:
      return PASSED_OVER;
  }
}

const PASSED_OVER = '';

function parsedStep(
  text: string,
  element: (value: unknown) => PathElement | undefined,
): PathElement | undefined {
  const value = parsed(text);
  return value === undefined ? undefined : element(value.value);
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

/** How paths show a step: `.spec`, `[name="app"]`, `[="x"]`, `[0]`. */
export function shownElement(element: PathElement): string {
  const rest = element.slice(2);
  switch (element.slice(0, 1)) {
    case 'f':
      return `.${rest}`;
    case 'k': {
      const keys = parsed(rest)?.value;
      const pairs = isJsonObject(keys) ? Object.entries(keys) : [];
      return `[${pairs.map(([name, value]) => `${name}=${shownValue(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${shownValue(parsed(rest)?.value)}]`;
    default:
      return `[${rest}]`;
  }
}

/** @see Source: structured-merge-diff v6 `value/value.go`, `ToString`. */
function shownValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(shownValue).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, item]) => `${name}=${shownValue(item)}`)
    .join(';')}}`;
}

const RANKS: Readonly<Record<string, number>> = { '.': 0, f: 1, k: 2, v: 3, i: 4 };

/**
 * The order of steps: fields, keys, values, positions; `.` comes before all.
 *
 * @see Source: structured-merge-diff v6 `fieldpath/element.go`, `Compare`.
 */
export function compareElements(a: PathElement, b: PathElement): number {
  const type = a[0] ?? '';
  const rank = (RANKS[type] ?? 0) - (RANKS[b[0] ?? ''] ?? 0);
  if (rank !== 0) return rank;
  if (type === 'f' || type === '.') return compareText(a, b);
  if (type === 'i') return Number(a.slice(2)) - Number(b.slice(2));
  return compareValues(parsed(a.slice(2))?.value, parsed(b.slice(2))?.value);
}

/** @see Source: structured-merge-diff v6 `value/value.go`, `Compare`; keys compare as lists of pairs. */
function compareValues(a: unknown, b: unknown): number {
  const rank = valueRank(a) - valueRank(b);
  if (rank !== 0) return rank;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  if (isJsonObject(a) && isJsonObject(b)) {
    return compareLists(Object.entries(a).flat(), Object.entries(b).flat());
  }
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : 0;
}

function valueRank(value: unknown): number {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return 1;
  if (typeof value === 'boolean') return 2;
  if (Array.isArray(value)) return 3;
  return isJsonObject(value) ? 4 : 5;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const difference = compareValues(a[index], b[index]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
