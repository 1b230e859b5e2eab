/** A traffic profile as data: stages one after the other, nothing optional inside. */

/** Requests arriving per second. */
export type RatePerSecond = number;

interface StageBase {
  /** Unique within the profile; phases of the report carry it. */
  readonly name: string;
  readonly durationMs: number;
}

/** A recorded rate: it holds from its instant until that of the next point. */
export interface RatePoint {
  /** Since the beginning of the stage; the first point's is 0. */
  readonly atMs: number;
  readonly ratePerSecond: RatePerSecond;
}

/**
 * One piece of a profile.
 *
 * - `constant`: one rate.
 * - `ramp`: linear from one rate to another.
 * - `step`: `steps` equal rises (or falls) from one rate to another, each held equally long.
 * - `spike`: a base rate; at `atMs` for `lengthMs` the peak rate instead.
 * - `sine`: swings around a mean, lowest at its beginning, with one high and one low a period.
 * - `square`: periods of `highMs` at the high rate and the rest at the low one.
 * - `sawtooth`: periods that go from one rate to the other in a straight line and begin again.
 * - `random-walk`: every `everyMs` a step of random size, the same ones for the same seed.
 * - `replay`: what was recorded.
 */
export type StageSpec =
  | (StageBase & { readonly kind: 'constant'; readonly ratePerSecond: RatePerSecond })
  | (StageBase & {
      readonly kind: 'ramp';
      readonly fromPerSecond: RatePerSecond;
      readonly toPerSecond: RatePerSecond;
    })
  | (StageBase & {
      readonly kind: 'step';
      readonly fromPerSecond: RatePerSecond;
      readonly toPerSecond: RatePerSecond;
      readonly steps: number;
    })
  | (StageBase & {
      readonly kind: 'spike';
      readonly basePerSecond: RatePerSecond;
      readonly peakPerSecond: RatePerSecond;
      readonly atMs: number;
      readonly lengthMs: number;
    })
  | (StageBase & {
      readonly kind: 'sine';
      /** What a file calls it where that is another name; absent: a sine. */
      readonly writtenAs?: 'diurnal';
      readonly meanPerSecond: RatePerSecond;
      /** At most the mean. */
      readonly amplitudePerSecond: RatePerSecond;
      readonly periodMs: number;
    })
  | (StageBase & {
      readonly kind: 'square';
      readonly lowPerSecond: RatePerSecond;
      readonly highPerSecond: RatePerSecond;
      readonly periodMs: number;
      readonly highMs: number;
    })
  | (StageBase & {
      readonly kind: 'sawtooth';
      readonly fromPerSecond: RatePerSecond;
      readonly toPerSecond: RatePerSecond;
      readonly periodMs: number;
    })
  | (StageBase & {
      readonly kind: 'random-walk';
      readonly startPerSecond: RatePerSecond;
      readonly minPerSecond: RatePerSecond;
      readonly maxPerSecond: RatePerSecond;
      /** Largest change at once. */
      readonly stepPerSecond: RatePerSecond;
      readonly everyMs: number;
      readonly seed: number;
    })
  | (StageBase & { readonly kind: 'replay'; readonly points: readonly RatePoint[] });

/** At least one stage. */
export interface ProfileSpec {
  readonly stages: readonly StageSpec[];
}
