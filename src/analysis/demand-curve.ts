/** How many replicas a rate demands, read from a demand curve. */
import type { DemandCurve, DemandPoint } from '../load/demand-curve.js';
import { measured, noData, notReached, type Measure } from './measure.js';

export type { DemandCurve, DemandPoint } from '../load/demand-curve.js';

/**
 * The point of the fewest replicas that hold a rate; 1 replica holds a rate of 0 as well.
 *
 * Not reached beyond the curve's highest rate: nothing is extrapolated here.
 */
export function demandAt(curve: DemandCurve, ratePerSecond: number): Measure<DemandPoint> {
  if (!(ratePerSecond >= 0)) return noData(`expected a rate, got ${ratePerSecond}`);
  const point = curve.points.find(({ maxRatePerSecond }) => ratePerSecond <= maxRatePerSecond);
  if (point !== undefined) return measured(point);
  const last = curve.points.at(-1);
  return notReached(
    last === undefined
      ? 'the demand curve holds no point'
      : `the demand curve ends at ${last.maxRatePerSecond}/s with ${last.replicas} replicas`,
  );
}
