/** Which pod answered in which seconds of the load. */
import { spanMs } from '../load/load-span.js';
import type { LoadRecord } from '../timeline/record.js';

/** First and last second in which a pod answered a request that was due in it, ms since the run began. */
export interface ServedSpan {
  /** Begin of the first. */
  readonly firstT: number;
  /** End of the last. */
  readonly lastT: number;
}

/**
 * The seconds in which each pod answered, by pod name. Empty when the answers do not name their pod
 * (response header `x-pod-name`).
 */
export function servedSpans(seconds: readonly LoadRecord[]): ReadonlyMap<string, ServedSpan> {
  const spans = new Map<string, ServedSpan>();
  for (const { t, load } of seconds) {
    for (const name in load.byPod) {
      if ((load.byPod[name] ?? 0) === 0) continue;
      spans.set(name, { firstT: spans.get(name)?.firstT ?? t, lastT: t + spanMs(load) });
    }
  }
  return spans;
}
