/** Texts with places such as `${int(1,9)}` that are filled in anew for each request, from a seed. */
import type { Random } from '../core/random.js';

/** A piece of a template. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  /** Number of the session in the load, 0 first. */
  | { readonly kind: 'seq' }
  /** A random UUID (version 4). */
  | { readonly kind: 'uuid' }
  /** A whole number, both ends included. */
  | { readonly kind: 'int'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A value of the session: one of its own, or one extracted from an earlier answer. */
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly isEncoded: boolean;
      /** Where its place begins in the text. */
      readonly offset: number;
    };

/** A place that says nothing that can be filled in. */
export interface TemplateFault {
  /** Completes "expected ...". */
  readonly expected: string;
  /** The place as it stands in the text. */
  readonly found: string;
  /** Where it begins in the text. */
  readonly offset: number;
}

/** A text, read. */
export interface ParsedTemplate {
  readonly parts: readonly TemplatePart[];
  readonly faults: readonly TemplateFault[];
}

/** What places may be, in words. */
export const PLACES =
  '${seq}, ${uuid}, ${int(1,9)}, ${choice(a,b)}, ${encode(name)} or the ${name} of a value';

/** Names that a value may not have, as they are places of their own. */
export const PLACE_WORDS: readonly string[] = ['seq', 'uuid', 'int', 'choice', 'encode'];

const VALUE_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

const PLACE = /\$\$\{|\$\{([^}]*)(\})?/g;
const CALL = /^([A-Za-z]+)\(([^]*)\)$/;

/**
 * The pieces of a text.
 *
 * Places are `${seq}`, `${uuid}`, `${int(min,max)}`, `${choice(a,b,...)}`, `${name}` and
 * `${encode(name)}` (percent-encoded, for a part of a query); `$${` stands for `${` itself. Choices are
 * trimmed and have no `,` and no `}` in them.
 */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = [];
  const faults: TemplateFault[] = [];
  let from = 0;
  let literal = '';
  for (const match of text.matchAll(PLACE)) {
    literal += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[0] === '$${') {
      literal += '${';
      continue;
    }
    const offset = match.index;
    const place =
      match[2] === undefined ? 'a place that ends with "}"' : placeOf(match[1] ?? '', offset);
    if (typeof place === 'string') {
      faults.push({ expected: place, found: match[0], offset });
      continue;
    }
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    parts.push(place);
  }
  literal += text.slice(from);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return { parts, faults };
}

/** The text with its places taken out: what stands in it for certain. */
export function withoutPlaces(text: string): string {
  return text.replaceAll(PLACE, '');
}

/** The part that a place stands for, or what it was expected to be. */
function placeOf(content: string, offset: number): TemplatePart | string {
  const inner = content.trim();
  if (inner === 'seq' || inner === 'uuid') return { kind: inner };
  if (isValueName(inner)) return { kind: 'value', name: inner, isEncoded: false, offset };
  const [, word = '', given = ''] = CALL.exec(inner) ?? [];
  const items = given.split(',').map((item) => item.trim());
  if (word === 'int') return intOf(items);
  if (word === 'choice') {
    return given.trim() === '' ? '${choice(a,b)} with choices' : { kind: 'choice', choices: items };
  }
  const [name = ''] = items;
  if (word === 'encode' && items.length === 1 && isValueName(name)) {
    return { kind: 'value', name, isEncoded: true, offset };
  }
  return `a place that names something: ${PLACES}`;
}

/** Whether a value may have a name. */
export function isValueName(name: string): boolean {
  return VALUE_NAME.test(name) && !PLACE_WORDS.includes(name);
}

function intOf(items: readonly string[]): TemplatePart | string {
  const [min, max] = items.map((item) => (/^-?\d+$/.test(item) ? Number(item) : Number.NaN));
  const isRight =
    items.length === 2 &&
    min !== undefined &&
    max !== undefined &&
    Number.isSafeInteger(min) &&
    Number.isSafeInteger(max) &&
    Number.isSafeInteger(max - min) &&
    min <= max;
  return isRight
    ? { kind: 'int', min, max }
    : '${int(min,max)} with two whole numbers, the smaller one first';
}

/** What fills the places of one request. */
export interface Filling {
  readonly number: number;
  readonly random: Random;
  readonly values: ReadonlyMap<string, string>;
}

/** Where a text stands decides what may stand in it. */
export type TextPlace = 'path' | 'header' | 'body';

/** A text whose places are all known to name something. */
export class Template {
  readonly #parts: readonly TemplatePart[];
  readonly #place: TextPlace;

  /** @param text - without faults, see {@link parseTemplate}. */
  constructor(text: string, place: TextPlace) {
    this.#parts = parseTemplate(text).parts;
    this.#place = place;
  }

  /** Whether it is the same text each time. */
  get isFixed(): boolean {
    return this.#parts.every(({ kind }) => kind === 'text');
  }

  /** Names of the values that it needs. */
  get names(): readonly string[] {
    return this.#parts.flatMap((part) => (part.kind === 'value' ? [part.name] : []));
  }

  /** The text with its places filled in; in a path, what must not stand there is percent-encoded. */
  render(filling: Filling): string {
    let text = '';
    for (const part of this.#parts) {
      if (part.kind === 'text') text += part.text;
      else if (this.#place === 'path') text += pathSafe(fillPart(part, filling));
      else text += fillPart(part, filling);
    }
    return text;
  }
}

function fillPart(part: Exclude<TemplatePart, { kind: 'text' }>, filling: Filling): string {
  const { random } = filling;
  if (part.kind === 'value') {
    const value = filling.values.get(part.name) ?? '';
    return part.isEncoded ? encoded(value) : value;
  }
  if (part.kind === 'choice') return part.choices[random.below(part.choices.length)] ?? '';
  if (part.kind === 'int') return String(intWithin(part, random));
  return part.kind === 'seq' ? String(filling.number) : uuid(random);
}

function intWithin({ min, max }: { readonly min: number; readonly max: number }, random: Random) {
  const size = max - min + 1;
  if (size <= 2 ** 32) return min + random.below(size);
  const share = (random.below(2 ** 27) * 2 ** 26 + random.below(2 ** 26)) / 2 ** 53;
  return min + Math.floor(share * size);
}

function uuid(random: Random): string {
  const word = (): string =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const [a, b, c, d] = [word(), word(), word(), word()];
  const variant = ((Number.parseInt(c.charAt(0), 16) & 3) | 8).toString(16);
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** Percent-encodes what must not stand in a path; what has a meaning there (`/?&%`) stays. */
function pathSafe(value: string): string {
  return value.replaceAll(/[^\x21\x22\x24-\x7e]+/g, encoded);
}

function encoded(value: string): string {
  return encodeURIComponent(wellFormed(value));
}

/** Half a surrogate pair has no bytes in UTF-8; what stands for it is what encoders write. */
function wellFormed(value: string): string {
  return value.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
