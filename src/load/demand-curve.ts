/** The demand curve of a service: the fewest replicas that hold each rate within an SLO. */

/** How many requests a second so many replicas hold. */
export interface DemandPoint {
  /** At least 1. */
  readonly replicas: number;
  /** Up to this rate (included) they hold the SLO, requests a second. */
  readonly maxRatePerSecond: number;
  /** `measured`: found by a capacity search with that many replicas; `modelled`: extrapolated from those. */
  readonly kind: 'measured' | 'modelled';
  /** The load generator gave out before the replicas did: they hold more than this, nobody knows how much. */
  readonly isAtLeast: boolean;
}

/** What a capacity search found, as far as other runs need it. */
export interface DemandCurve {
  /** Rising in replicas; a rate never falls from one to the next. At least one. */
  readonly points: readonly DemandPoint[];
  /** What "holds" meant when it was measured, in words: `99 % of requests within 300ms`. */
  readonly sloText: string;
  /** Where it is from, in words: the file that holds it. */
  readonly source: string;
}
