/** Recorded rates, read from the texts in which other programs leave them. */
import type { RatePoint } from '../profile-spec.js';

/** A place in a recording's text; both from 1. */
export interface RecordingPlace {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a recording. */
export interface RecordingFault extends RecordingPlace {
  /** Completes "expected ...". */
  readonly expected: string;
  /** Completes "found ...". */
  readonly found: string;
}

/** A recorded rate. */
export interface Recorded {
  readonly kind: 'recorded';
  readonly points: readonly RatePoint[];
  readonly durationMs: number;
}

/** A recorded rate, or every reason why a text holds none, in the text's order. */
export type Recording =
  | Recorded
  | { readonly kind: 'faults'; readonly faults: readonly RecordingFault[] };

/** A rate at an instant of the recording's own time. */
export interface Sample extends RecordingPlace {
  readonly atMs: number;
  readonly ratePerSecond: number;
  /** Where the rate stands; absent: with the rest. */
  readonly rateColumn?: number;
}

const TOLD_FAULTS = 10;
const NO_SAMPLE: RecordingFault = {
  line: 1,
  column: 1,
  expected: 'at least one sample',
  found: 'none',
};

/**
 * The samples as points from 0 on. The last one lasts as long as the one before it (a single one a
 * second), as a recording does not say when it ended.
 *
 * @param samples - in the order of the recording; an instant that does not rise is a fault.
 */
export function recordingOf(
  samples: readonly Sample[],
  faults: readonly RecordingFault[],
): Recording {
  const found = [...faults];
  let before: Sample | undefined;
  for (const sample of samples) {
    found.push(...sampleFaults(sample, before));
    before = sample;
  }
  const [first] = samples;
  if (first === undefined || found.length > 0) {
    return { kind: 'faults', faults: found.length > 0 ? firstFew(found) : [NO_SAMPLE] };
  }
  const points = samples.map(({ atMs, ratePerSecond }) => ({
    atMs: atMs - first.atMs,
    ratePerSecond,
  }));
  const last = points.at(-1)?.atMs ?? 0;
  const beforeLast = points.at(-2)?.atMs ?? last - 1_000;
  return { kind: 'recorded', points, durationMs: last + (last - beforeLast) };
}

function sampleFaults(sample: Sample, before: Sample | undefined): readonly RecordingFault[] {
  const { line, column, atMs, ratePerSecond, rateColumn = column } = sample;
  const isInOrder = before === undefined || atMs > before.atMs;
  const isRate = ratePerSecond >= 0 && Number.isFinite(ratePerSecond);
  return [
    ...(isInOrder
      ? []
      : [
          {
            line,
            column,
            expected: `a time after that of line ${before.line}`,
            found: atMs === before.atMs ? 'the same time' : 'an earlier one',
          },
        ]),
    ...(isRate
      ? []
      : [
          {
            line,
            column: rateColumn,
            expected: 'a rate of at least 0',
            found: String(ratePerSecond),
          },
        ]),
  ];
}

/** In the order of the text; a broken recording has as many faults as lines. */
function firstFew(faults: readonly RecordingFault[]): readonly RecordingFault[] {
  const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const told = sorted.slice(0, TOLD_FAULTS);
  const last = told.at(-1);
  const more = sorted.length - told.length;
  if (more <= 0 || last === undefined) return told;
  return [...told.slice(0, -1), { ...last, found: `${last.found}, and ${more} more faults` }];
}

/**
 * The recording faster or slower, higher or lower.
 *
 * @param scale - `time` 0.1 makes an hour six minutes; `rate` 2 doubles every rate; both above 0.
 */
export function scaled(
  recording: Recorded,
  scale: { readonly time: number; readonly rate: number },
): Recorded {
  return {
    kind: 'recorded',
    durationMs: recording.durationMs * scale.time,
    points: recording.points.map(({ atMs, ratePerSecond }) => ({
      atMs: atMs * scale.time,
      ratePerSecond: ratePerSecond * scale.rate,
    })),
  };
}
