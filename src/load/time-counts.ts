/** Encoded histograms read as counts alone: what an analysis of thousands of seconds needs of them, cheaply. */
import { decodeFromCompressedBase64, Int32Histogram, JsHistogram } from 'hdr-histogram-js';
import { decompress } from 'hdr-histogram-js/dist/encoding.js';
import type { EncodedHistogram } from './sender.js';

/** Longest time told apart, µs: one hour. What is longer counts as this. */
export const HIGHEST_MICROS = 3_600_000_000;
/** To so many digits two times are told apart. */
export const SIGNIFICANT_DIGITS = 3;

/**
 * What a histogram holds, without its empty places: of each time, in rising order, its place (the same for
 * the same times in every histogram) and how often it was recorded. Shape: place, count, place, count, ...
 */
export type TimeCounts = Uint32Array;

/** Tells the times of a place; nothing is ever recorded in it. */
const LAYOUT = new Int32Histogram(1, HIGHEST_MICROS, SIGNIFICANT_DIGITS);
const PLACES = LAYOUT.countsArrayIndex(HIGHEST_MICROS) + 1;
/** The least time of each place, µs. */
const LEAST_MICROS = Float64Array.from({ length: PLACES }, (_, place) =>
  LAYOUT.valueFromIndex(place),
);

/** The least time of a place, µs. */
export function leastMicrosOf(place: number): number {
  return LEAST_MICROS[place] ?? Infinity;
}

/**
 * The counts of an encoded histogram; empty of an empty one.
 *
 * @throws {Error} when the text is no encoded histogram.
 */
export function timeCounts(encoded: EncodedHistogram): TimeCounts {
  if (encoded === '') return new Uint32Array(0);
  const payload = payloadOf(decompress(bytesOf(encoded)));
  return payload === undefined ? countsOfAny(encoded) : countsOfPayload(payload);
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** `HdrHistogram` V2: cookie, length, offset, digits (4 bytes each), lowest, highest, ratio (8 each). */
const V2_COOKIE = 0x1c849303;
const HEADER_BYTES = 40;

/** The counts of a V2 histogram in our layout; undefined when it is in another. */
function payloadOf(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER_BYTES || (view.getInt32(0) & ~0xf0) !== V2_COOKIE) return undefined;
  const isOurs =
    view.getInt32(12) === SIGNIFICANT_DIGITS &&
    view.getUint32(16) === 0 &&
    view.getUint32(20) === 1 &&
    view.getUint32(24) === 0 &&
    view.getUint32(28) === HIGHEST_MICROS;
  return isOurs ? bytes.subarray(HEADER_BYTES, HEADER_BYTES + view.getInt32(4)) : undefined;
}

/**
 * Each number is a count, or, below 0, how many empty places follow; in ZigZag LEB128.
 *
 * @see Source: HdrHistogramJS 3.0.1 `src/JsHistogram.encoding.ts`, `fillCountsArrayFromSourceBuffer`, and
 *   `src/ZigZagEncoding.ts`, `decode`.
 */
function countsOfPayload(payload: Uint8Array): TimeCounts {
  const counts = new Uint32Array(2 * payload.length);
  let found = 0;
  let place = 0;
  for (let at = 0; at < payload.length; ) {
    let byte = payload[at++] ?? 0;
    let number = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80 && at < payload.length; factor *= 0x80) {
      byte = payload[at++] ?? 0;
      number += (byte & 0x7f) * factor;
    }
    if (number % 2 === 1) {
      place += (number + 1) / 2;
      continue;
    }
    if (number > 0) {
      counts[found] = place;
      counts[found + 1] = number / 2;
      found += 2;
    }
    place++;
  }
  if (place > PLACES) throw new TypeError('expected a histogram of times up to an hour');
  return counts.slice(0, found);
}

/** Of a histogram that somebody else made: what it holds, put into our places. */
function countsOfAny(encoded: EncodedHistogram): TimeCounts {
  const decoded = decodeFromCompressedBase64(encoded, 32, false);
  if (!(decoded instanceof JsHistogram)) throw new TypeError('expected a histogram of times');
  const ours = new Int32Histogram(1, HIGHEST_MICROS, SIGNIFICANT_DIGITS);
  ours.add(decoded);
  const counts: number[] = [];
  for (let place = 0; place < PLACES; place++) {
    const count = ours.getCountAtIndex(place);
    if (count > 0) counts.push(place, count);
  }
  return Uint32Array.from(counts);
}

/** Counted times of many histograms together: as exact as one histogram of them all, and cheap to make. */
export class MergedTimes {
  readonly #counts = new Float64Array(PLACES);
  #count = 0;
  #places = 0;

  /** How many times there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds all times of one histogram. */
  add(times: TimeCounts): void {
    for (let index = 0; index < times.length; index += 2) {
      const place = times[index] ?? 0;
      const count = times[index + 1] ?? 0;
      this.#counts[place] = (this.#counts[place] ?? 0) + count;
      this.#count += count;
    }
    this.#places = Math.max(this.#places, (times.at(-2) ?? -1) + 1);
  }

  /**
   * Of several percentiles that rise, the smallest recorded time that at least so many % of all are not
   * above, ms: as `LatencyHistogram.percentileMs`.
   */
  percentilesMs(percentiles: readonly number[]): readonly (number | undefined)[] {
    const result: (number | undefined)[] = [];
    let below = 0;
    let place = -1;
    for (const percentile of percentiles) {
      const rank = Math.max(1, Math.ceil((percentile / 100) * this.#count - ROUNDING));
      while (below < rank && place < this.#places - 1) below += this.#counts[++place] ?? 0;
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
export function countAtOrBelowMs(times: TimeCounts, limitMs: number): number {
  const limit = limitMs * 1_000;
  let count = 0;
  for (let index = 0; index < times.length; index += 2) {
    if (leastMicrosOf(times[index] ?? 0) > limit) break;
    count += times[index + 1] ?? 0;
  }
  return count;
}
