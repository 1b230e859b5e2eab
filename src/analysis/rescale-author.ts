/** Who set a size: the HPA, or someone else. */
import { decisionOf, type HpaWords } from './hpa-reason.js';
import type { Rescale } from './replicas.js';

/**
 * - `hpa`: a decision on record, or its event, says so.
 * - `other`: the HPA's words are on record and none of them is about this: `kubectl scale`, a rollout.
 * - `unknown`: nothing that the HPA said was recorded.
 */
export type RescaleAuthor = 'hpa' | 'other' | 'unknown';

/** Why a size that someone else set has no cause. */
export const NOT_BY_HPA =
  'the HPA did not set this size: someone else did (kubectl scale, a rollout)';

/** The HPA's word and the new size come by different ways, on a busy machine this far apart. */
const WORD_SKEW_MS = 10_000;

/**
 * Who made a rescale. A word of the HPA counts when it names the same size within 10 s; where the
 * observation ended before that, nothing is concluded from its absence.
 *
 * @param endT - end of the observation, ms since the run began.
 */
export function rescaleAuthor(
  rescale: Rescale,
  { decisions, events }: HpaWords,
  endT: number,
): RescaleAuthor {
  const isNear = ({ t }: { readonly t: number }): boolean =>
    Math.abs(t - rescale.t) <= WORD_SKEW_MS;
  const isDecided = decisions.some((record) => {
    if (!isNear(record)) return false;
    const decision = decisionOf(record);
    return decision?.kind === 'rescale' && decision.toReplicas === rescale.to;
  });
  if (isDecided || events.some((event) => isNear(event) && saysSize(event, rescale.to))) {
    return 'hpa';
  }
  const isCutOff = endT - rescale.t < WORD_SKEW_MS;
  return isCutOff || decisions.length + events.length === 0 ? 'unknown' : 'other';
}

/** Upstream's event: `New size: 7; reason: ...` (podautoscaler/horizontal.go, `reconcileAutoscaler`). */
function saysSize({ reason, message }: HpaWords['events'][number], size: number): boolean {
  return reason === 'SuccessfulRescale' && message.startsWith(`New size: ${size};`);
}
