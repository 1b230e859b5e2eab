/** Recorded rates, read from the texts in which other programs leave them. */
import type { RatePoint } from '../profile-spec.js';

/** A recorded rate, or every reason why a text holds none. */
export type Recording =
  | {
      readonly kind: 'recorded';
      readonly points: readonly RatePoint[];
      readonly durationMs: number;
    }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** A rate at an instant of the recording's own time. */
export interface Sample {
  readonly atMs: number;
  readonly ratePerSecond: number;
  /** Where it stands: `line 12`. */
  readonly place: string;
}

const TOLD_FAULTS = 10;

/**
 * The samples as points from 0 on. The last one lasts as long as the one before it (a single one a
 * second), as a recording does not say when it ended.
 *
 * @param samples - in the order of the recording; an instant that does not rise is a fault.
 */
export function recordingOf(samples: readonly Sample[], faults: readonly string[]): Recording {
  const found = [...faults];
  let before: Sample | undefined;
  for (const sample of samples) {
    if (before !== undefined && sample.atMs <= before.atMs) {
      found.push(`${sample.place}: expected a time after that of ${before.place}`);
    }
    if (!(sample.ratePerSecond >= 0) || !Number.isFinite(sample.ratePerSecond)) {
      found.push(`${sample.place}: expected a rate, at least 0, got ${sample.ratePerSecond}`);
    }
    before = sample;
  }
  const [first] = samples;
  if (first === undefined || found.length > 0) {
    const told = found.slice(0, TOLD_FAULTS);
    const more = found.length - told.length;
    if (more > 0) told.push(`and ${more} more faults`);
    return { kind: 'faults', faults: told.length > 0 ? told : ['expected at least one sample'] };
  }
  const points = samples.map(({ atMs, ratePerSecond }) => ({
    atMs: atMs - first.atMs,
    ratePerSecond,
  }));
  const last = points.at(-1)?.atMs ?? 0;
  const beforeLast = points.at(-2)?.atMs ?? last - 1_000;
  return { kind: 'recorded', points, durationMs: last + (last - beforeLast) };
}

/**
 * The recording faster or slower, higher or lower.
 *
 * @param scale - `time` 0.1 makes an hour six minutes; `rate` 2 doubles every rate; both above 0.
 */
export function scaled(
  recording: Extract<Recording, { kind: 'recorded' }>,
  scale: { readonly time: number; readonly rate: number },
): Extract<Recording, { kind: 'recorded' }> {
  return {
    kind: 'recorded',
    durationMs: recording.durationMs * scale.time,
    points: recording.points.map(({ atMs, ratePerSecond }) => ({
      atMs: atMs * scale.time,
      ratePerSecond: ratePerSecond * scale.rate,
    })),
  };
}
