/** A rate over time as mathematics: the rate, its integral, and the inverse of the integral. */

/** A stretch in which a rate is one, or goes one way from one to another. */
export interface RatePiece {
  readonly lengthMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** A stretch of time with a known arrival rate. Instants are ms since its beginning. */
export interface Shape {
  readonly durationMs: number;
  /** Arrivals over the whole duration: the integral of the rate. Need not be a whole number. */
  readonly totalArrivals: number;
  /** The highest rate there is. */
  readonly peakPerSecond: number;
  /** Its rises, falls and levels in their order, without a gap. */
  readonly pieces: readonly RatePiece[];
  /** Rate at an instant; at a jump the rate after it. Outside of [0, durationMs) it is 0. */
  ratePerSecondAt(elapsedMs: number): number;
  /** The exact integral of the rate from 0 to `elapsedMs`; constant outside of the duration. */
  arrivalsBefore(elapsedMs: number): number;
  /**
   * The first instant at which `arrivalsBefore` reaches `arrivals`: its inverse.
   *
   * @param arrivals - in [0, totalArrivals], fractions allowed; outside of it the nearer end counts.
   */
  dueMs(arrivals: number): number;
}

/**
 * A rate that goes in a straight line from one value to another.
 *
 * With a = rate at the start and b = rise of the rate, both per ms, the integral is
 * N(t) = a t + b t²/2, and its inverse t = 2 N / (a + sqrt(a² + 2 b N)): that form of the quadratic's
 * root loses no digits when b is near 0 and needs no special case when b is 0.
 */
export function linear(fromPerSecond: number, toPerSecond: number, durationMs: number): Shape {
  const startPerMs = fromPerSecond / 1_000;
  const risePerMs = (toPerSecond - fromPerSecond) / 1_000 / durationMs;
  const totalArrivals = ((fromPerSecond + toPerSecond) / 2_000) * durationMs;
  return {
    durationMs,
    totalArrivals,
    peakPerSecond: Math.max(fromPerSecond, toPerSecond),
    pieces: [{ lengthMs: durationMs, fromPerSecond, toPerSecond }],
    ratePerSecondAt: (elapsedMs) =>
      elapsedMs < 0 || elapsedMs >= durationMs
        ? 0
        : fromPerSecond + (toPerSecond - fromPerSecond) * (elapsedMs / durationMs),
    arrivalsBefore: (elapsedMs) => {
      if (elapsedMs <= 0) return 0;
      if (elapsedMs >= durationMs) return totalArrivals;
      return startPerMs * elapsedMs + (risePerMs * elapsedMs * elapsedMs) / 2;
    },
    dueMs: (arrivals) => {
      if (arrivals <= 0) return 0;
      // a ramp down to 0 may take the root's argument a rounding error below 0 at its very end
      const root = Math.sqrt(Math.max(0, startPerMs * startPerMs + 2 * risePerMs * arrivals));
      const dueMs = (2 * arrivals) / (startPerMs + root);
      return dueMs <= durationMs ? dueMs : durationMs; // also when the rate is 0 all along
    },
  };
}
