/** CPU use as another program recorded it, before it is known what an HPA would have seen of it. */
import type { RecordingFault, RecordingPlace } from '../../load/replay/recording.js';

/** One value of a series. */
export interface UsageSample {
  /** ms since the epoch. */
  readonly atMs: number;
  /** Cores, percent or a count: the series' user knows. */
  readonly value: number;
}

/** Values of one pod, or of all pods together, in order of time, each instant once. */
export interface UsageSeries {
  /** The pod's name; '' for one series without. */
  readonly name: string;
  readonly samples: readonly UsageSample[];
}

/** Series, or every reason why a text holds none, in the text's order. */
export type UsageRecording =
  | { readonly kind: 'series'; readonly series: readonly UsageSeries[] }
  | { readonly kind: 'faults'; readonly faults: readonly RecordingFault[] };

/** A value, where it stands. */
export interface PlacedSample extends UsageSample, RecordingPlace {
  readonly name: string;
}

const TOLD_FAULTS = 20;

/**
 * Samples as series: those of one name in order of time.
 *
 * @param samples - in the text's order; an instant that a series has twice is a fault.
 */
export function recordedSeries(
  samples: readonly PlacedSample[],
  faults: readonly RecordingFault[],
): UsageRecording {
  const byName = new Map<string, Map<number, UsageSample>>();
  const found = [...faults];
  for (const { name, atMs, value, line, column } of samples) {
    const series = byName.get(name) ?? new Map<number, UsageSample>();
    byName.set(name, series);
    if (series.has(atMs)) {
      const of = name === '' ? 'each time once' : `each time of ${name} once`;
      found.push({ line, column, expected: of, found: new Date(atMs).toISOString() });
    }
    series.set(atMs, { atMs, value });
  }
  if (found.length > 0) return { kind: 'faults', faults: firstOf(found) };
  if (byName.size === 0) {
    const fault = { line: 1, column: 1, expected: 'at least one sample', found: 'none' };
    return { kind: 'faults', faults: [fault] };
  }
  const series = [...byName].map(([name, all]) => ({
    name,
    samples: [...all.values()].sort((a, b) => a.atMs - b.atMs),
  }));
  return { kind: 'series', series };
}

/** In the text's order; a broken recording has as many faults as lines. */
function firstOf(faults: readonly RecordingFault[]): readonly RecordingFault[] {
  const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const [told, more] = [sorted.slice(0, TOLD_FAULTS), sorted.length - TOLD_FAULTS];
  const last = told.at(-1);
  if (more <= 0 || last === undefined) return told;
  return [...told.slice(0, -1), { ...last, found: `${last.found}, and ${more} more faults` }];
}
