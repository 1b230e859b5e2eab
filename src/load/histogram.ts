/** Response times in high resolution, mergeable without loss. */
import type { EncodedHistogram } from './sender.js';
import {
  encodeTimeCounts,
  HIGHEST_MICROS,
  longestMsOf,
  middleMicrosOf,
  placeOfMicros,
  rankOf,
  timeCounts,
  type TimeCounts,
} from './time-counts.js';

/** Room for times up to 2 s at first; most never get longer. */
const FIRST_PLACES = 12_288;

/**
 * Times in whole microseconds, each kept to three significant digits: HdrHistogram's, which remembers where it
 * has something, because a second of load fills few of its thousands of places.
 */
export class LatencyHistogram {
  #counts = new Uint32Array(FIRST_PLACES);
  /** The places with a count, in the order in which they got it until they are wanted in their own. */
  readonly #places: number[] = [];
  #isSorted = true;
  #count = 0;

  /** How many times were recorded. */
  get count(): number {
    return this.#count;
  }

  /** Records a time; below 0 counts as 0 and above an hour as an hour. */
  recordMs(timeMs: number): void {
    const micros = Math.round(timeMs * 1_000);
    this.#add(placeOfMicros(micros < 0 ? 0 : micros > HIGHEST_MICROS ? HIGHEST_MICROS : micros), 1);
  }

  /** Adds all that an encoded histogram holds. */
  add(encoded: EncodedHistogram): void {
    const times = timeCounts(encoded);
    for (let index = 0; index < times.length; index += 2) {
      this.#add(times[index] ?? 0, times[index + 1] ?? 0);
    }
  }

  /** Adds all that another histogram holds. */
  addAll(other: LatencyHistogram): void {
    for (const place of other.#places) this.#add(place, other.#counts[place] ?? 0);
  }

  /**
   * The smallest recorded time that at least `percentile` % of all are not above (nearest rank, in
   * histogram resolution), ms; absent when nothing was recorded.
   */
  percentileMs(percentile: number): number | undefined {
    const rank = rankOf(percentile, this.#count);
    let below = 0;
    let last: number | undefined;
    for (const place of this.#sortedPlaces()) {
      below += this.#counts[place] ?? 0;
      last = place;
      if (below >= rank) break;
    }
    return last === undefined ? undefined : longestMsOf(last);
  }

  /** The longest time, in histogram resolution, ms; absent when nothing was recorded. */
  maxMs(): number | undefined {
    const last = this.#sortedPlaces().at(-1);
    return last === undefined ? undefined : longestMsOf(last);
  }

  /** The mean, ms; absent when nothing was recorded. */
  meanMs(): number | undefined {
    if (this.#count === 0) return undefined;
    let sum = 0;
    for (const place of this.#sortedPlaces()) {
      sum += middleMicrosOf(place) * (this.#counts[place] ?? 0);
    }
    return sum / this.#count / 1_000;
  }

  encode(): EncodedHistogram {
    return encodeTimeCounts(this.#timeCounts());
  }

  /** Forgets everything recorded. */
  reset(): void {
    for (const place of this.#places) this.#counts[place] = 0;
    this.#places.length = 0;
    this.#isSorted = true;
    this.#count = 0;
  }

  #add(place: number, count: number): void {
    if (place >= this.#counts.length) this.#makeRoomFor(place);
    const before = this.#counts[place] ?? 0;
    if (before === 0) {
      this.#isSorted &&= this.#places.length === 0;
      this.#places.push(place);
    }
    this.#counts[place] = before + count;
    this.#count += count;
  }

  #makeRoomFor(place: number): void {
    const counts = new Uint32Array(Math.max(place + 1, 2 * this.#counts.length));
    counts.set(this.#counts);
    this.#counts = counts;
  }

  #sortedPlaces(): readonly number[] {
    if (!this.#isSorted) {
      this.#places.sort((a, b) => a - b);
      this.#isSorted = true;
    }
    return this.#places;
  }

  #timeCounts(): TimeCounts {
    const places = this.#sortedPlaces();
    const times = new Uint32Array(2 * places.length);
    for (let index = 0; index < places.length; index++) {
      const place = places[index] ?? 0;
      times[2 * index] = place;
      times[2 * index + 1] = this.#counts[place] ?? 0;
    }
    return times;
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
