/** Remembers a change of size, for policies to count. */
import type { CompiledSpec } from './compiled-hpa.js';
import type { HpaMemory, ScaleEvent } from './memory.js';

/** A change that the API accepted. */
export interface ScaleChange {
  readonly fromReplicas: number;
  readonly toReplicas: number;
}

/**
 * The memory with a change of size in it. Without `behavior` there are no policies and nothing is kept.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `storeScaleEvent` and `markScaleEventsOutdated`.
 */
export function recordScale(
  memory: HpaMemory,
  { behavior, fromReplicas, toReplicas }: ScaleChange & Pick<CompiledSpec, 'behavior'>,
  nowMs: number,
): HpaMemory {
  if (behavior === undefined) return memory;
  if (toReplicas > fromReplicas) {
    const cutoffMs = nowMs - behavior.scaleUp.longestPeriodSeconds * 1_000;
    const change = toReplicas - fromReplicas;
    return { ...memory, scaleUps: withEvent(memory.scaleUps, { change, nowMs, cutoffMs }) };
  }
  const cutoffMs = nowMs - behavior.scaleDown.longestPeriodSeconds * 1_000;
  const change = fromReplicas - toReplicas;
  return { ...memory, scaleDowns: withEvent(memory.scaleDowns, { change, nowMs, cutoffMs }) };
}

/** The last outdated event gives up its place; events that no policy counts any more stay until then. */
function withEvent(
  events: readonly ScaleEvent[],
  of: { readonly change: number; readonly nowMs: number; readonly cutoffMs: number },
): readonly ScaleEvent[] {
  const next = events.map((event) =>
    event.atMs < of.cutoffMs && !event.isOutdated ? { ...event, isOutdated: true } : event,
  );
  const present: ScaleEvent = { change: of.change, atMs: of.nowMs, isOutdated: false };
  const oldIndex = next.findLastIndex(({ isOutdated }) => isOutdated);
  if (oldIndex >= 0) next[oldIndex] = present;
  else next.push(present);
  return next;
}
