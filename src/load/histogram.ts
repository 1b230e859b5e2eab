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
    if (encoded !== '') this.#hdr.add(decode(encoded));
  }

  /** Adds counted times; as exact as adding the histogram they are from. */
  addCounts({ micros, counts }: TimeCounts): void {
    for (let index = 0; index < micros.length; index++) {
      this.#hdr.recordValueWithCount(micros[index] ?? 0, counts[index] ?? 0);
    }
  }

  /** Adds all that another histogram holds. */
  addAll(other: LatencyHistogram): void {
    this.#hdr.add(other.#hdr);
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

/** What a histogram holds, without its empty places: times in rising order and how often each was recorded. */
export interface TimeCounts {
  /** The least time of each place, µs. */
  readonly micros: readonly number[];
  readonly counts: readonly number[];
}

/**
 * The counts of an encoded histogram; empty of an empty one.
 *
 * @throws {Error} when the text is no encoded histogram.
 */
export function timeCounts(encoded: EncodedHistogram): TimeCounts {
  const micros: number[] = [];
  const counts: number[] = [];
  if (encoded === '') return { micros, counts };
  const decoded = decode(encoded);
  const last = decoded.countsArrayIndex(decoded.maxValue);
  for (let index = 0; index <= last; index++) {
    const count = decoded.getCountAtIndex(index);
    if (count === 0) continue;
    micros.push(decoded.valueFromIndex(index));
    counts.push(count);
  }
  return { micros, counts };
}

/**
 * How many counted times are at or below a limit. Times are told apart to 0.1 %: one above the limit by
 * less than that may be counted.
 */
export function countAtOrBelowMs({ micros, counts }: TimeCounts, limitMs: number): number {
  const limit = limitMs * 1_000;
  let count = 0;
  for (let index = 0; index < micros.length; index++) {
    if ((micros[index] ?? Infinity) > limit) break;
    count += counts[index] ?? 0;
  }
  return count;
}

function decode(encoded: EncodedHistogram): JsHistogram {
  const decoded = decodeFromCompressedBase64(encoded, 32, false);
  if (decoded instanceof JsHistogram) return decoded;
  throw new TypeError('expected a histogram kept in JavaScript');
}
