/** When a cluster's own HPA synced, from what it left behind: its status, its writes, its events. */
import { DEFAULT_SYNC_PERIOD_MS } from '../autoscaling/hpa/settings.js';
import type { HorizontalPodAutoscalerStatus } from '../core/autoscaling-objects.js';
import type { HpaRecord, KubeEventRecord, Timeline } from '../timeline/record.js';
import { observedSpan, recordsOf } from './run-facts.js';

/** One sync of a cluster's own HPA. */
export interface RealSync {
  /** When it decided, ms since the run began: just before the first thing that it wrote was seen. */
  readonly t: number;
  /** `inferred`: nothing was seen of it, as it changed nothing; the period says that it was there. */
  readonly evidence: 'status' | 'inferred';
  /** The status after it. */
  readonly told: HorizontalPodAutoscalerStatus;
  /** Its event, when it rescaled. */
  readonly event: string | undefined;
}

/** The writes of one sync and their events come within this time. */
const SYNC_SPAN_MS = 2_000;
/** What was seen so shortly before the first write was there when it was decided. */
const BEFORE_WRITE_MS = 5;
/** Changes of status closer than this are of one sync. */
const LEAST_PERIOD_MS = 1_000;

/**
 * The syncs of one HPA, in order of time: one for each change of its status, and between them as many
 * as the period leaves room for. Empty when no change of its status was seen.
 */
export function realSyncs(timeline: Timeline, hpa: string): readonly RealSync[] {
  const records = recordsOf(timeline, 'hpa').filter(({ name }) => name === hpa);
  const [first] = records;
  const seen = records.flatMap((record, index) => {
    const sync = seenSync(record, records[index - 1], { timeline, hpa });
    return sync === undefined ? [] : [sync];
  });
  if (first === undefined || seen.length === 0) return [];
  const periodMs = periodOf(seen);
  const exact = notTooClose(seen, periodMs);
  const filled = exact.flatMap((sync, index) => {
    const before = exact[index - 1];
    return [...inferredBefore(sync, before, { first, periodMs }), sync];
  });
  const last = exact.at(-1);
  return last === undefined ? filled : [...filled, ...inferredAfter(last, timeline, periodMs)];
}

/**
 * How long after a sync the next one begins, from the syncs that were seen: whole seconds, as the
 * controller's flag is set in practice, and syncs drift by milliseconds.
 */
function periodOf(seen: readonly RealSync[]): number {
  const gaps = seen
    .map(({ t }, index) => t - (seen[index - 1]?.t ?? -Infinity))
    .filter((gap) => gap > LEAST_PERIOD_MS && Number.isFinite(gap))
    .sort((a, b) => a - b);
  // a sync that changed nothing makes a gap longer, nothing makes it shorter
  const gap = gaps[Math.floor(gaps.length / 4)] ?? DEFAULT_SYNC_PERIOD_MS;
  return Math.max(1, Math.round(gap / 1_000)) * 1_000;
}

/**
 * Syncs are seen late, by milliseconds, but are never closer than a period: one that seems to be was
 * earlier than it was seen. Policies count changes within periods of just that length.
 *
 * @see Source: kubernetes `podautoscaler/rate_limiters.go`, `FixedItemIntervalRateLimiter`.
 */
function notTooClose(seen: readonly RealSync[], periodMs: number): readonly RealSync[] {
  let nextT = Infinity;
  return seen
    .toReversed()
    .map((sync) => {
      const latestT = nextT - periodMs;
      nextT = sync.t > latestT && sync.t < latestT + SYNC_SPAN_MS ? latestT : sync.t;
      return { t: nextT, evidence: sync.evidence, told: sync.told, event: sync.event };
    })
    .toReversed();
}

interface Of {
  readonly timeline: Timeline;
  readonly hpa: string;
}

function seenSync(record: HpaRecord, before: HpaRecord | undefined, of: Of): RealSync | undefined {
  const { status, t } = record;
  if (status === undefined || before === undefined) return undefined;
  if (JSON.stringify(status) === JSON.stringify(before.status)) return undefined;
  const hasScaled = status.lastScaleTime !== before.status?.lastScaleTime;
  if (!hasScaled)
    return { t: t - BEFORE_WRITE_MS, evidence: 'status', told: status, event: undefined };
  const { firstT, event } = writesOf(record, of);
  return { t: firstT - BEFORE_WRITE_MS, evidence: 'status', told: status, event: event?.message };
}

/** A rescale is written to the scale first, then come the event and the status. */
function writesOf(
  { t, status }: HpaRecord,
  { timeline, hpa }: Of,
): { readonly firstT: number; readonly event: KubeEventRecord | undefined } {
  const isNear = (other: { readonly t: number }): boolean => Math.abs(other.t - t) <= SYNC_SPAN_MS;
  const desired = status?.desiredReplicas;
  const workloads = recordsOf(timeline, 'workload');
  const written = workloads.find(
    (workload, index) =>
      isNear(workload) &&
      workload.specReplicas === desired &&
      workloads[index - 1]?.specReplicas !== desired,
  );
  const event = recordsOf(timeline, 'event').find(
    (each) =>
      isNear(each) &&
      each.object === `HorizontalPodAutoscaler/${hpa}` &&
      each.reason === 'SuccessfulRescale' &&
      each.message.startsWith(`New size: ${desired};`),
  );
  return { firstT: Math.min(t, written?.t ?? t, event?.t ?? t), event };
}

function inferredBefore(
  sync: RealSync,
  before: RealSync | undefined,
  { first, periodMs }: { readonly first: HpaRecord; readonly periodMs: number },
): readonly RealSync[] {
  if (before !== undefined) return between(before, sync.t, periodMs);
  // what it had told when it was first seen
  const { status } = first;
  if (status === undefined) return [];
  const count = Math.floor((sync.t - first.t) / periodMs);
  return Array.from({ length: count }, (_, index) => ({
    t: sync.t - (count - index) * periodMs,
    evidence: 'inferred' as const,
    told: status,
    event: undefined,
  })).filter(({ t }) => t >= first.t);
}

/** Syncs drift: those between two that were seen are spread evenly. */
function between(before: RealSync, toT: number, periodMs: number): readonly RealSync[] {
  const count = Math.round((toT - before.t) / periodMs);
  return Array.from({ length: Math.max(0, count - 1) }, (_, index) => ({
    t: before.t + ((index + 1) * (toT - before.t)) / count,
    evidence: 'inferred' as const,
    told: before.told,
    event: undefined,
  }));
}

function inferredAfter(last: RealSync, timeline: Timeline, periodMs: number): readonly RealSync[] {
  const { toT } = observedSpan(timeline);
  const count = Math.max(0, Math.floor((toT - last.t) / periodMs));
  return Array.from({ length: count }, (_, index) => ({
    t: last.t + (index + 1) * periodMs,
    evidence: 'inferred' as const,
    told: last.told,
    event: undefined,
  }));
}
