/** `replay`: a rate that was recorded. */
import type { RatePoint } from '../profile-spec.js';
import { sequence } from '../sequence.js';
import { linear } from '../shape.js';
import { rateFaults, type StageKind } from './stage-kind.js';

/** How many faults of points are told one by one. */
const TOLD_FAULTS = 5;

/** Each point's rate holds until the next point; the last one's until the end of the stage. */
export const replay: StageKind<'replay'> = {
  faults: (stage) => {
    const faults = stage.points.flatMap((point, index) => pointFaults(stage.points, point, index));
    if (stage.points.length === 0) return ['points: expected at least one point, got none'];
    const last = stage.points.at(-1);
    if (last !== undefined && last.atMs >= stage.durationMs) {
      faults.push(
        `durationMs: expected more than the ${last.atMs} ms at which the last point lies, got ${stage.durationMs}`,
      );
    }
    const more = faults.length - TOLD_FAULTS;
    return more <= 0
      ? faults
      : [...faults.slice(0, TOLD_FAULTS), `points: and ${more} more faults`];
  },
  shape: ({ points, durationMs }) =>
    sequence(
      points.map(({ atMs, ratePerSecond }, index) => {
        const untilMs = points[index + 1]?.atMs ?? durationMs;
        return linear(ratePerSecond, ratePerSecond, untilMs - atMs);
      }),
    ),
};

function pointFaults(
  points: readonly RatePoint[],
  { atMs, ratePerSecond }: RatePoint,
  index: number,
): readonly string[] {
  const place = `points[${index}]`;
  const before = points[index - 1];
  const isInOrder = before === undefined ? atMs === 0 : atMs > before.atMs;
  const wanted = before === undefined ? '0' : `more than ${before.atMs}`;
  return [
    ...(isInOrder ? [] : [`${place}.atMs: expected ${wanted}, got ${atMs}`]),
    ...rateFaults(`${place}.ratePerSecond`, ratePerSecond),
  ];
}
