/** Response times in high resolution, mergeable without loss. */
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  Int32Histogram,
  JsHistogram,
} from 'hdr-histogram-js';
import type { EncodedHistogram } from './sender.js';

/** Longest time told apart, µs: one hour. What is longer counts as this. */
const HIGHEST_MICROS = 3_600_000_000;
const SIGNIFICANT_DIGITS = 3;

/** Times in whole microseconds, each kept to three significant digits. */
export class LatencyHistogram {
  readonly #hdr = new Int32Histogram(1, HIGHEST_MICROS, SIGNIFICANT_DIGITS);

  /** How many times were recorded. */
  get count(): number {
    return this.#hdr.totalCount;
  }

  /** Records a time; below 0 counts as 0 and above an hour as an hour. */
  recordMs(timeMs: number): void {
    const micros = Math.round(timeMs * 1_000);
    this.#hdr.recordValue(micros < 0 ? 0 : micros > HIGHEST_MICROS ? HIGHEST_MICROS : micros);
  }

  /** Adds all that an encoded histogram holds. */
  add(encoded: EncodedHistogram): void {
    if (encoded === '') return;
    const decoded = decodeFromCompressedBase64(encoded, 32, false);
    if (!(decoded instanceof JsHistogram))
      throw new TypeError('expected a histogram kept in JavaScript');
    this.#hdr.add(decoded);
  }

  /**
   * The smallest recorded time that at least `percentile` % of all are not above (nearest rank, in
   * histogram resolution), ms; absent when nothing was recorded.
   */
  percentileMs(percentile: number): number | undefined {
    return this.count === 0 ? undefined : this.#hdr.getValueAtPercentile(percentile) / 1_000;
  }

  /** The longest time, in histogram resolution, ms; absent when nothing was recorded. */
  maxMs(): number | undefined {
    return this.count === 0 ? undefined : this.#hdr.getValueAtPercentile(100) / 1_000;
  }

  /** The mean, ms; absent when nothing was recorded. */
  meanMs(): number | undefined {
    return this.count === 0 ? undefined : this.#hdr.mean / 1_000;
  }

  /**
   * How many recorded times are at or below `limitMs`. The histogram's resolution is the bound of what
   * it cannot tell apart: a time above the limit by less than 0.1 % of it may be counted.
   */
  countAtOrBelowMs(limitMs: number): number {
    const micros = Math.floor(limitMs * 1_000);
    if (micros < 0) return 0;
    if (micros >= HIGHEST_MICROS) return this.count;
    const last = this.#hdr.countsArrayIndex(micros);
    let count = 0;
    for (let index = 0; index <= last; index++) count += this.#hdr.getCountAtIndex(index);
    return count;
  }

  encode(): EncodedHistogram {
    return this.count === 0 ? '' : encodeIntoCompressedBase64(this.#hdr);
  }

  /** Forgets everything recorded. */
  reset(): void {
    this.#hdr.reset();
  }
}

/**
 * One histogram of several.
 *
 * @throws {Error} when a text is no encoded histogram.
 */
export function mergeHistograms(encoded: readonly EncodedHistogram[]): LatencyHistogram {
  const merged = new LatencyHistogram();
  for (const each of encoded) merged.add(each);
  return merged;
}
