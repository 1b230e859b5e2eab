/** A traffic profile as data: stages one after the other, nothing optional inside. */

/** Requests arriving per second. */
export type RatePerSecond = number;

interface StageBase {
  /** Unique within the profile; phases of the report carry it. */
  readonly name: string;
  readonly durationMs: number;
}

/**
 * One piece of a profile.
 *
 * - `constant`: one rate.
 * - `ramp`: linear from one rate to another.
 * - `step`: `steps` equal rises (or falls) from one rate to another, each held equally long.
 * - `spike`: a base rate; at `atMs` for `lengthMs` the peak rate instead.
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
    });

/** At least one stage. */
export interface ProfileSpec {
  readonly stages: readonly StageSpec[];
}
