/** Response times in high resolution, mergeable without loss. */
import { encodeIntoCompressedBase64, Int32Histogram } from 'hdr-histogram-js';
import type { EncodedHistogram } from './sender.js';
import { HIGHEST_MICROS, leastMicrosOf, SIGNIFICANT_DIGITS, timeCounts } from './time-counts.js';

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
    const times = timeCounts(encoded);
    for (let index = 0; index < times.length; index += 2) {
      this.#hdr.recordValueWithCount(leastMicrosOf(times[index] ?? 0), times[index + 1] ?? 0);
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
