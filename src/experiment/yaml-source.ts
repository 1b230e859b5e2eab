/** A YAML text with the place of each of its fields. */
import { isAlias, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';

/** From the root: names of mappings, indexes of lists. */
export type FieldPath = readonly (string | number)[];

/** A place in a text; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with the YAML itself. */
export interface SyntaxFault extends Place {
  readonly message: string;
  /** True when the structure can be trusted in spite of it (a field that stands twice). */
  readonly isStructureKnown: boolean;
}

/** A content with the place of each of its fields. */
export interface DocumentSource {
  /** Faults of the syntax, in order; empty when there are none. */
  syntaxFaults(): readonly SyntaxFault[];
  /** The content as plain values; may throw. */
  value(): unknown;
  /** Where a field's value stands. */
  placeOfValue(path: FieldPath): Place;
  /** Where a part of a text field stands. */
  placeOfPart(path: FieldPath, offset: number): Place;
  /** Where a field's name stands. */
  placeOfKey(path: FieldPath): Place;
}

/** A parsed YAML text. */
export class YamlSource implements DocumentSource {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  /** Faults of the syntax, in order; empty when there are none. */
  syntaxFaults(): readonly SyntaxFault[] {
    return this.#document.errors.map(({ message, pos, code }) => ({
      ...this.#placeOf(pos[0]),
      message: message.split('\n')[0] ?? message,
      isStructureKnown: code === 'DUPLICATE_KEY',
    }));
  }

  /**
   * The content as plain values.
   *
   * @throws {Error} for aliases without an anchor, or so many that they look like an attack.
   */
  value(): unknown {
    return this.#document.toJS();
  }

  /** Where a field's value stands; of one without a value, its name; of a missing one, its mapping's name. */
  placeOfValue(path: FieldPath): Place {
    const node = this.#nodeAt(path);
    if (node?.range && !isEmpty(node)) return this.#placeOf(node.range[0]);
    for (let length = path.length; length > 0; length--) {
      const known = path.slice(0, length);
      if (this.#nodeAt(known) !== undefined) return this.placeOfKey(known);
    }
    return this.#placeOf(this.#document.contents?.range?.[0] ?? 0);
  }

  /**
   * Where a part of a text field stands, `offset` UTF-16 units into the text; the field's place when
   * the text is not written in one piece (escapes, several lines).
   */
  placeOfPart(path: FieldPath, offset: number): Place {
    const place = this.placeOfValue(path);
    const node = this.#nodeAt(path);
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return place;
    const quote = node.type === 'PLAIN' ? 0 : 1;
    const [start, end] = node.range;
    const isOnePiece = end - start === node.value.length + 2 * quote;
    return isOnePiece ? { ...place, column: place.column + quote + offset } : place;
  }

  /** Where a field's name stands; of a list's item, where the item does. */
  placeOfKey(path: FieldPath): Place {
    const parent = this.#nodeAt(path.slice(0, -1));
    const key = isMap(parent) ? pairOf(parent, path.at(-1))?.key : undefined;
    if (isNode(key) && key.range) return this.#placeOf(key.range[0]);
    const node = this.#nodeAt(path);
    return this.#placeOf(node?.range?.[0] ?? 0);
  }

  #nodeAt(path: FieldPath): Node | undefined {
    let node: unknown = this.#document.contents;
    for (const step of path) {
      const parent = this.#resolved(node);
      if (isMap(parent)) node = pairOf(parent, step)?.value;
      else if (parent !== undefined && 'get' in parent) node = parent.get(step, true);
      else return undefined;
    }
    return isNode(node) ? node : undefined;
  }

  #resolved(node: unknown): (Node & { get?(key: unknown, keep: true): unknown }) | undefined {
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    return isNode(target) ? target : undefined;
  }

  #placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function pairOf(map: YAMLMap, name: string | number | undefined): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
}

/** A field whose value was left out (`rate:`) has no place of its own worth pointing at. */
function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && node.source === '';
}
