/** Finds the spans that overlap a time without going through all of them. */
import type { Span } from './run-facts.js';

const MOST_PARTS = 1_024;

/** Spans by the parts of time that they reach into; spans without an end are cut at the last border of all. */
export class SpanIndex<T extends Span> {
  readonly #spans: readonly T[];
  readonly #firstT: number;
  readonly #partMs: number;
  /** Places in `spans`, rising, by part. */
  readonly #parts: readonly (readonly number[])[];

  /** @param spans - in any order. */
  constructor(spans: readonly T[]) {
    const borders = spans.flatMap(({ fromT, toT }) => [fromT, toT]).filter(Number.isFinite);
    this.#spans = spans;
    this.#firstT = borders.reduce((a, b) => Math.min(a, b), Infinity);
    const lastT = borders.reduce((a, b) => Math.max(a, b), -Infinity);
    this.#partMs = Math.max(1, (lastT - this.#firstT) / MOST_PARTS);
    const parts: number[][] = [];
    for (const [index, span] of spans.entries()) {
      for (let part = this.#partOf(span.fromT); part <= this.#partOf(span.toT); part++) {
        const indexes = parts[part];
        if (indexes === undefined) parts[part] = [index];
        else indexes.push(index);
      }
    }
    this.#parts = parts;
  }

  /** The first span, in the order in which they were given, that overlaps a time and is a wanted one. */
  firstWithin(time: Span, isWanted: (span: T) => boolean): T | undefined {
    let first = Infinity;
    for (let part = this.#partOf(time.fromT); part <= this.#partOf(time.toT); part++) {
      for (const index of this.#parts[part] ?? []) {
        if (index >= first) break;
        const span = this.#spans[index];
        if (span === undefined || span.fromT >= time.toT || span.toT <= time.fromT) continue;
        if (isWanted(span)) first = index;
      }
    }
    return this.#spans[first];
  }

  #partOf(t: number): number {
    const part = Math.floor((t - this.#firstT) / this.#partMs);
    return Math.min(MOST_PARTS, Math.max(0, part));
  }
}
