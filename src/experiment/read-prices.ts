/** Reads the prices that an experiment names: from a bundled book, or from a user's own file. */
import { fieldOf } from '../core/json.js';
import type { Prices } from '../pricing/prices.js';
import type { Fault } from './fault.js';
import {
  bundledPriceBook,
  choosePrices,
  PRICE_BOOK_NAMES,
  type PriceChoice,
} from './price-books.js';
import { priceBookFaults, priceBookSchema, type PriceBook } from './price-book-schema.js';
import type { ReadText } from './read-files.js';
import { parseYamlDocument, type RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

const BOOK_FILE = /\.(?:json|ya?ml)$/;

type FoundBook =
  | { readonly kind: 'book'; readonly book: PriceBook }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/** The prices of one experiment. */
export class ReadPrices {
  readonly #resolvePath: (path: string) => string;
  readonly #readText: ReadText | undefined;
  #chosen: Prices | undefined;

  constructor(from: {
    readonly resolvePath: (path: string) => string;
    readonly readText?: ReadText;
  }) {
    this.#resolvePath = from.resolvePath;
    this.#readText = from.readText;
  }

  /** Reads what stands at a path; what the schema tells is not told again. */
  faults(document: RawDocument, path: readonly [string]): readonly Fault[] {
    const value = fieldOf(document.content, path[0]);
    const name = typeof value === 'string' ? value : fieldOf(value, 'book');
    if (typeof name !== 'string' || name === '') return [];
    const bookPath = typeof value === 'string' ? path : [...path, 'book'];
    const found = this.#book(document, name, bookPath);
    if (found.kind === 'faults') return found.faults;
    const chosen = choosePrices(found.book, choiceOf(value), name);
    if (chosen.kind === 'fault') {
      return [document.fault([...path, chosen.field], chosen.expected)];
    }
    this.#chosen = chosen.prices;
    return [];
  }

  /** The chosen prices; undefined where the experiment names no book. */
  get chosen(): Prices | undefined {
    return this.#chosen;
  }

  #book(document: RawDocument, name: string, path: FieldPath): FoundBook {
    const bundled = bundledPriceBook(name);
    if (bundled !== undefined) return { kind: 'book', book: bundled };
    if (!BOOK_FILE.test(name)) {
      const expected = `one of the price books ${PRICE_BOOK_NAMES.join(', ')}, or the path of your own (.json or .yaml)`;
      return { kind: 'faults', faults: [document.fault(path, expected)] };
    }
    const full = this.#resolvePath(name);
    const read = this.#readText?.(full) ?? NO_FILES;
    if (read.kind === 'unreadable') {
      const found = `"${name}": ${read.because}`;
      return { kind: 'faults', faults: [document.fault(path, 'a file that can be read', found)] };
    }
    const parsed = parseYamlDocument(read.text, {
      fileName: full,
      schema: priceBookSchema,
      otherFaults: priceBookFaults,
    });
    return parsed.kind === 'faults' ? parsed : { kind: 'book', book: parsed.value };
  }
}

const NO_FILES = { kind: 'unreadable', because: 'no files are read here' } as const;

function choiceOf(value: unknown): PriceChoice {
  const region = fieldOf(value, 'region');
  const node = fieldOf(value, 'node');
  return {
    ...(typeof region === 'string' ? { region } : {}),
    ...(typeof node === 'string' ? { node } : {}),
  };
}
