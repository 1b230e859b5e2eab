/** A figure, or the reason why there is none. */

/**
 * - `measured`: the value.
 * - `not-reached`: it was looked for and did not happen within the run.
 * - `no-data`: the run does not hold what is needed to tell.
 */
export type Measure<T = number> =
  | { readonly kind: 'measured'; readonly value: T }
  | { readonly kind: 'not-reached'; readonly because: string }
  | { readonly kind: 'no-data'; readonly because: string };

/** A figure that was measured. */
export function measured<T>(value: T): Measure<T> {
  return { kind: 'measured', value };
}

/** A figure whose event did not happen. */
export function notReached(because: string): Measure<never> {
  return { kind: 'not-reached', because };
}

/** A figure that cannot be told. */
export function noData(because: string): Measure<never> {
  return { kind: 'no-data', because };
}

/** The value where there is one; else undefined. */
export function valueOf<T>(measure: Measure<T>): T | undefined {
  return measure.kind === 'measured' ? measure.value : undefined;
}

/** A figure made from another; absent for the same reason. */
export function mapMeasure<T, U>(measure: Measure<T>, make: (value: T) => U): Measure<U> {
  return measure.kind === 'measured' ? measured(make(measure.value)) : measure;
}
