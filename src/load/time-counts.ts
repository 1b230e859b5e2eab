/** Encoded histograms read as counts alone: what an analysis of thousands of seconds needs of them, cheaply. */
import { decodeFromCompressedBase64, Int32Histogram, JsHistogram } from 'hdr-histogram-js';
import { decompress } from 'hdr-histogram-js/dist/encoding.js';
import { fromBase64, toBase64 } from './base64.js';
import type { EncodedHistogram } from './sender.js';
import { storedBytes, zlibOf } from './stored-zlib.js';

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

/** The middle of the times of a place, µs. */
export function middleMicrosOf(place: number): number {
  return LAYOUT.medianEquivalentValue(leastMicrosOf(place));
}

/** The longest time of a place, ms. */
export function longestMsOf(place: number): number {
  return LAYOUT.highestEquivalentValue(leastMicrosOf(place)) / 1_000;
}

/** Times below it have places of their own, 1 µs wide: twice the power of ten of the digits, as a power of two. */
const EXACT_BELOW_BITS = 11;

/**
 * The place of a time in whole µs, 0 to {@link HIGHEST_MICROS}.
 *
 * @see Source: HdrHistogramJS 3.0.1 `src/JsHistogram.ts`, `countsArrayIndex`.
 */
export function placeOfMicros(micros: number): number {
  const bits = 32 - Math.clz32(micros);
  if (bits <= EXACT_BELOW_BITS) return micros;
  const shift = bits - EXACT_BELOW_BITS;
  return (shift << (EXACT_BELOW_BITS - 1)) + (micros >>> shift);
}

/**
 * The counts of an encoded histogram; empty of an empty one.
 *
 * @throws {Error} when the text is no encoded histogram.
 */
export function timeCounts(encoded: EncodedHistogram): TimeCounts {
  if (encoded === '') return new Uint32Array(0);
  const bytes = fromBase64(encoded);
  const payload = payloadOf(storedHistogram(bytes) ?? decompress(bytes));
  return payload === undefined ? countsOfAny(encoded) : countsOfPayload(payload);
}

/** The histogram in what we encoded; undefined of what somebody else did. */
function storedHistogram(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes);
  if (bytes.length < ENVELOPE_BYTES || view.getInt32(0) !== V2_COMPRESSED) return undefined;
  return storedBytes(bytes.subarray(ENVELOPE_BYTES, ENVELOPE_BYTES + view.getInt32(4)));
}

/** `HdrHistogram` V2: cookie, length, offset, digits (4 bytes each), lowest, highest, ratio (8 each). */
const V2_COOKIE = 0x1c849303;
const HEADER_BYTES = 40;
/** Around its compressed form: cookie and length. The bit says that numbers have as many bytes as they need. */
const V2_COMPRESSED = 0x1c849304 | 0x10;
const ENVELOPE_BYTES = 8;
/** Of a number up to 2^35 in groups of 7 bits. */
const NUMBER_BYTES = 5;

/**
 * Counts as text, in HdrHistogram's compressed V2 encoding, which its tools read; '' when there are none.
 *
 * @param times - in order of place, each once.
 * @see Source: HdrHistogramJS 3.0.1 `src/JsHistogram.encoding.ts`, `encodeIntoByteBuffer`.
 */
export function encodeTimeCounts(times: TimeCounts): EncodedHistogram {
  if (times.length === 0) return '';
  const bytes = new Uint8Array(HEADER_BYTES + times.length * NUMBER_BYTES);
  const end = writePayload(bytes, times);
  const view = viewOf(bytes);
  view.setInt32(0, V2_COOKIE | 0x10);
  view.setInt32(4, end - HEADER_BYTES);
  view.setInt32(8, 1);
  view.setInt32(12, SIGNIFICANT_DIGITS);
  view.setUint32(20, 1);
  view.setUint32(28, HIGHEST_MICROS);
  view.setUint32(36, 1);
  const stream = zlibOf(bytes.subarray(0, end));
  const whole = new Uint8Array(ENVELOPE_BYTES + stream.length);
  viewOf(whole).setInt32(0, V2_COMPRESSED);
  viewOf(whole).setInt32(4, stream.length);
  whole.set(stream, ENVELOPE_BYTES);
  return toBase64(whole);
}

/** Writes counts behind the header, and gives their end. */
function writePayload(bytes: Uint8Array, times: TimeCounts): number {
  let at = HEADER_BYTES;
  let next = 0;
  for (let index = 0; index < times.length; index += 2) {
    const place = times[index] ?? 0;
    const empty = place - next;
    // one empty place is a count of 0, several are a number below 0
    if (empty > 0) at = writeNumber(bytes, at, empty === 1 ? 0 : 2 * empty - 1);
    at = writeNumber(bytes, at, 2 * (times[index + 1] ?? 0));
    next = place + 1;
  }
  return at;
}

function writeNumber(bytes: Uint8Array, from: number, number: number): number {
  let at = from;
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  bytes[at++] = rest;
  return at;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The counts of a V2 histogram in our layout; undefined when it is in another. */
function payloadOf(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes);
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

const FIRST_PLACES = 1_024;

/** Counted times of many histograms together: as exact as one histogram of them all, and cheap to make. */
export class MergedTimes {
  /** As long as the longest time needs: there are many, and few hold times of an hour. */
  #counts = new Float64Array(0);
  #count = 0;
  #places = 0;

  /** How many times there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds all times of one histogram. */
  add(times: TimeCounts): void {
    this.#places = Math.max(this.#places, (times.at(-2) ?? -1) + 1);
    if (this.#places > this.#counts.length) {
      const counts = new Float64Array(Math.min(PLACES, Math.max(FIRST_PLACES, 2 * this.#places)));
      counts.set(this.#counts);
      this.#counts = counts;
    }
    for (let index = 0; index < times.length; index += 2) {
      const place = times[index] ?? 0;
      const count = times[index + 1] ?? 0;
      this.#counts[place] = (this.#counts[place] ?? 0) + count;
      this.#count += count;
    }
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
      const rank = rankOf(percentile, this.#count);
      while (below < rank && place < this.#places - 1) below += this.#counts[++place] ?? 0;
      result.push(below < rank ? undefined : longestMsOf(place));
    }
    return result;
  }
}

/** 99 % of 100 is 99, whatever floating point makes of it. */
const ROUNDING = 1e-6;

/** How many of `count` times, the shortest first, have to be at or below a percentile: the nearest rank. */
export function rankOf(percentile: number, count: number): number {
  return Math.max(1, Math.ceil((percentile / 100) * count - ROUNDING));
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
