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
  /** Places in the histogram, the same for the same times in every histogram. */
  readonly places: readonly number[];
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
  const places: number[] = [];
  const micros: number[] = [];
  const counts: number[] = [];
  if (encoded === '') return { places, micros, counts };
  const decoded = decode(encoded);
  const last = decoded.countsArrayIndex(decoded.maxValue);
  for (let index = 0; index <= last; index++) {
    const count = decoded.getCountAtIndex(index);
    if (count === 0) continue;
    places.push(index);
    micros.push(decoded.valueFromIndex(index));
    counts.push(count);
  }
  return { places, micros, counts };
}

/** Tells the times of a place; nothing is ever recorded in it. */
const LAYOUT = new Int32Histogram(1, HIGHEST_MICROS, SIGNIFICANT_DIGITS);
const PLACES = LAYOUT.countsArrayIndex(HIGHEST_MICROS) + 1;

/** Counted times of many histograms together: as exact as one histogram of them all, and cheap to make. */
export class MergedTimes {
  readonly #counts = new Float64Array(PLACES);
  #count = 0;

  /** How many times there are. */
  get count(): number {
    return this.#count;
  }

  add({ places, counts }: TimeCounts): void {
    for (let index = 0; index < places.length; index++) {
      const count = counts[index] ?? 0;
      const place = places[index] ?? 0;
      this.#counts[place] = (this.#counts[place] ?? 0) + count;
      this.#count += count;
    }
  }

  /** As {@link LatencyHistogram.percentileMs}, of several percentiles that rise. */
  percentilesMs(percentiles: readonly number[]): readonly (number | undefined)[] {
    const result: (number | undefined)[] = [];
    let below = 0;
    let place = -1;
    for (const percentile of percentiles) {
      const rank = Math.max(1, Math.ceil((percentile / 100) * this.#count - ROUNDING));
      while (below < rank && place < PLACES - 1) below += this.#counts[++place] ?? 0;
      result.push(below < rank ? undefined : longestOf(place) / 1_000);
    }
    return result;
  }
}

/** 99 % of 100 is 99, whatever floating point makes of it. */
const ROUNDING = 1e-6;

function longestOf(place: number): number {
  return LAYOUT.highestEquivalentValue(LAYOUT.valueFromIndex(place));
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
