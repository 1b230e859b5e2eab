/** What a report says of a cluster whose containers are restarted sooner than upstream's. */
import { goDuration } from '../../core/go-duration.js';
import { DEFAULT_BACK_OFF } from '../../control-plane/kubelet/back-off.js';
import type { EmbeddedSettings } from '../../experiment/experiment.js';

/** A sentence when the back-off of crashing containers is not upstream's; none when it is. */
export function backOffNote({
  crashLoopBackOff,
}: Pick<EmbeddedSettings, 'crashLoopBackOff'>): readonly string[] {
  if (crashLoopBackOff === undefined) return [];
  const { initialMs, maximumMs } = crashLoopBackOff;
  const isUpstream =
    initialMs === DEFAULT_BACK_OFF.initialMs && maximumMs === DEFAULT_BACK_OFF.maximumMs;
  if (isUpstream) return [];
  const set = `${goDuration(initialMs)} doubling to ${goDuration(maximumMs)}`;
  const real = `${goDuration(DEFAULT_BACK_OFF.initialMs)} doubling to ${goDuration(DEFAULT_BACK_OFF.maximumMs)}`;
  return [
    `the experiment has crashing containers wait ${set} (CrashLoopBackOff); a real node: ${real}`,
  ];
}
