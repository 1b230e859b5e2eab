/** Response times in high resolution, mergeable without loss. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as HdrHistogram,
} from 'hdr-histogram-js';
import type { EncodedHistogram } from './sender.js';

/** Longest time told apart, µs: one hour. What is longer counts as this. */
const HIGHEST_MICROS = 3_600_000_000;
const SIGNIFICANT_DIGITS = 3;

/** Times in whole microseconds, each kept to three significant digits. */
export class LatencyHistogram {
  readonly #hdr: HdrHistogram = build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_MICROS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
  });

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
    if (encoded !== '') this.#hdr.add(decodeFromCompressedBase64(encoded, 32, false));
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
