/** Which stretches of the load a report tells one by one. */
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import type { LoadStretch } from '../analysis/requests.js';

const MOST_PIECES = 12;

/** Pieces of the plan tell more than its stages, until there are too many of them to be told apart. */
export function toldStretches({ stretches, stages }: Analysis): readonly LoadStretch[] {
  const pieces = valueOf(stretches) ?? [];
  if (pieces.length <= MOST_PIECES) return pieces;
  return valueOf(stages)?.map(({ load }) => load) ?? pieces;
}
