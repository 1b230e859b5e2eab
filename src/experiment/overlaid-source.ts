/** A file with some of its fields replaced by values that stand elsewhere in it, and still the place of each. */
import { withValueAt } from './matrix-path.js';
import type { DocumentSource, FieldPath, Place, SyntaxFault } from './yaml-source.js';

/** A field and the value it gets. */
export interface Overlay {
  readonly path: FieldPath;
  readonly value: unknown;
  /** Where in the file the value stands. */
  readonly at: FieldPath;
}

/** Reads as the file would with those values written at those fields; places are where values really stand. */
export class OverlaidSource implements DocumentSource {
  readonly #source: DocumentSource;
  readonly #content: unknown;
  readonly #overlays: readonly Overlay[];

  /** @param content - of the source, in which fields are replaced. */
  constructor(source: DocumentSource, content: unknown, overlays: readonly Overlay[]) {
    this.#source = source;
    this.#overlays = overlays;
    this.#content = overlays.reduce(
      (before, { path, value }) => withValueAt(before, path, value),
      content,
    );
  }

  syntaxFaults(): readonly SyntaxFault[] {
    return [];
  }

  value(): unknown {
    return this.#content;
  }

  placeOfValue(path: FieldPath): Place {
    return this.#source.placeOfValue(this.#really(path));
  }

  placeOfPart(path: FieldPath, offset: number): Place {
    return this.#source.placeOfPart(this.#really(path), offset);
  }

  placeOfKey(path: FieldPath): Place {
    const really = this.#really(path);
    const isWhole = this.#overlays.some(({ at }) => at === really);
    return isWhole ? this.#source.placeOfValue(really) : this.#source.placeOfKey(really);
  }

  /** Where in the file that stands which this reads at a path. */
  #really(path: FieldPath): FieldPath {
    const inside = this.#overlays.findLast((overlay) => isPrefix(overlay.path, path));
    if (inside === undefined) return path;
    const { at } = inside;
    return path.length === inside.path.length ? at : [...at, ...path.slice(inside.path.length)];
  }
}

/** Whether one path leads to the other or beyond it. */
export function isPrefix(short: FieldPath, long: FieldPath): boolean {
  return short.length <= long.length && short.every((step, index) => step === long[index]);
}
