/** One pod that a scale-down removed. */
import { measured, noData, notReached, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import type { ServedSpan } from './served-seconds.js';

/** A pod that a scale-down removed; instants are ms since the run began. */
export interface RemovedPod {
  readonly name: string;
  /** Seen to terminate; of a pod that was only seen gone, absent. */
  readonly terminatingT: Measure;
  readonly outOfEndpointsT: Measure;
  /** End of the last second in which a request was due that it answered; resolution 1 s. */
  readonly lastRequestT: Measure;
  readonly goneT: Measure;
  /** From the decision to gone. */
  readonly latencyMs: Measure;
}

/** What became of a removed pod; `decisionT` is when the size was changed. */
export function removedPodOf(
  pod: PodHistory,
  decisionT: number,
  served: ReadonlyMap<string, ServedSpan>,
): RemovedPod {
  const span = served.get(pod.name);
  const { terminatingT, leftEndpointsT, endpointT, goneT } = pod;
  return {
    name: pod.name,
    terminatingT: seen(terminatingT, 'it was not seen to terminate'),
    outOfEndpointsT:
      endpointT === undefined
        ? noData('it was never seen in the endpoints')
        : seen(leftEndpointsT, 'it was not seen to leave the endpoints'),
    lastRequestT:
      served.size === 0
        ? noData('the answers do not name the pod that gave them')
        : seen(span && Math.min(span.lastT, goneT ?? Infinity), 'it answered no request'),
    goneT: seen(goneT, 'it was not seen gone'),
    latencyMs:
      goneT === undefined ? notReached('it was not seen gone') : measured(goneT - decisionT),
  };
}

function seen(t: number | undefined, because: string): Measure {
  return t === undefined ? notReached(because) : measured(t);
}
