/** What a kind of stage must be able to do. */
import type { StageSpec } from '../profile-spec.js';
import type { Shape } from '../shape.js';

/** Highest rate that a profile may ask for; instants of arrivals stay distinct up to it. */
export const MAX_RATE_PER_SECOND = 1_000_000;

/** Most pieces that one stage may be made of. */
export const MAX_PARTS = 100_000;

/** One kind of stage: its faults, and its shape when it has none. */
export interface StageKind<K extends StageSpec['kind']> {
  /** Every fault of a stage of this kind, as `field: expected ..., got ...`; empty when there is none. */
  faults(stage: Extract<StageSpec, { kind: K }>): readonly string[];
  /** Call it only for a stage without faults. */
  shape(stage: Extract<StageSpec, { kind: K }>): Shape;
}

/** The fault of a rate; none when it is a number in [0, {@link MAX_RATE_PER_SECOND}]. */
export function rateFaults(field: string, value: number): readonly string[] {
  return value >= 0 && value <= MAX_RATE_PER_SECOND
    ? []
    : [`${field}: expected a rate from 0 to ${MAX_RATE_PER_SECOND} a second, got ${value}`];
}

/** The fault of a length of time; none when it is finite and above 0. */
export function lengthFaults(field: string, value: number): readonly string[] {
  return value > 0 && Number.isFinite(value)
    ? []
    : [`${field}: expected a number of milliseconds above 0, got ${value}`];
}

/** The fault of a period: it must be above 0 and not make more than {@link MAX_PARTS} of a stage. */
export function periodFaults(periodMs: number, durationMs: number): readonly string[] {
  const faults = lengthFaults('periodMs', periodMs);
  if (faults.length > 0 || durationMs / periodMs <= MAX_PARTS / 2) return faults;
  return [
    `periodMs: expected at most ${MAX_PARTS / 2} periods in a stage, got a length of ${periodMs} ms`,
  ];
}
