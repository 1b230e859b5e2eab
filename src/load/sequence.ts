/** Shapes one after the other, as one shape. */
import type { Shape } from './shape.js';

/** A shape within a sequence, and where it begins. */
export interface Part<S extends Shape = Shape> {
  readonly shape: S;
  readonly startMs: number;
  /** Arrivals before it begins. */
  readonly arrivalsBefore: number;
}

/** A shape that knows its parts. */
export interface Sequence<S extends Shape = Shape> extends Shape {
  readonly parts: readonly Part<S>[];
  /** The part that an instant is in; the last one from the end on, the first one before 0. */
  partAt(elapsedMs: number): Part<S>;
}

/**
 * The shapes in their order, each beginning where the one before it ends.
 *
 * @throws {RangeError} when there is none (specifications are validated before they get here).
 */
export function sequence<S extends Shape>(shapes: readonly S[]): Sequence<S> {
  const parts: Part<S>[] = [];
  let startMs = 0;
  let arrivalsBefore = 0;
  for (const shape of shapes) {
    parts.push({ shape, startMs, arrivalsBefore });
    startMs += shape.durationMs;
    arrivalsBefore += shape.totalArrivals;
  }
  const [first] = parts;
  if (first === undefined) throw new RangeError('expected at least one shape');
  const durationMs = startMs;
  const totalArrivals = arrivalsBefore;
  const partAt = (elapsedMs: number): Part<S> =>
    lastPart(parts, (part) => part.startMs <= elapsedMs) ?? first;
  return {
    parts,
    durationMs,
    totalArrivals,
    peakPerSecond: shapes.reduce((peak, shape) => Math.max(peak, shape.peakPerSecond), 0),
    pieces: shapes.flatMap((shape) => shape.pieces),
    partAt,
    ratePerSecondAt: (elapsedMs) => {
      const part = partAt(elapsedMs);
      return part.shape.ratePerSecondAt(elapsedMs - part.startMs);
    },
    arrivalsBefore: (elapsedMs) => {
      const part = partAt(elapsedMs);
      return part.arrivalsBefore + part.shape.arrivalsBefore(elapsedMs - part.startMs);
    },
    dueMs: (arrivals) => {
      // strictly fewer before it: the first of several parts (some without arrivals) that reaches it
      const part = lastPart(parts, (each) => each.arrivalsBefore < arrivals) ?? first;
      return part.startMs + part.shape.dueMs(arrivals - part.arrivalsBefore);
    },
  };
}

/** The last part for which a condition holds that holds up to some part and for none after it. */
function lastPart<S extends Shape>(
  parts: readonly Part<S>[],
  holds: (part: Part<S>) => boolean,
): Part<S> | undefined {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const part = parts[middle];
    if (part !== undefined && holds(part)) low = middle + 1;
    else high = middle;
  }
  return parts[low - 1];
}
