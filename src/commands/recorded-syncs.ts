/** The HPA's syncs of a run, as its timeline has them. */
import { phaseStart } from '../analysis/run-facts.js';
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import type { SyncReading } from '../autoscaling/hpa/sync-reading.js';
import { fieldOf, isRecord } from '../core/json.js';
import type { Timeline } from '../timeline/record.js';

/** One sync: what was read and what was decided from it. */
export interface RecordedDecision {
  readonly decision: HpaDecision;
  readonly sync: SyncReading;
}

/** Every sync on record, in order of time. */
export function recordedDecisions({ records }: Timeline): readonly RecordedDecision[] {
  return records
    .filter((record) => record.kind === 'hpa-decision')
    .map(({ decision }) => decision)
    .filter(isRecordedDecision);
}

/** Our own records: a timeline of another version was refused when it was read. */
function isRecordedDecision(value: unknown): value is RecordedDecision {
  const decision = fieldOf(value, 'decision');
  return (
    isRecord(decision) &&
    typeof decision['atMs'] === 'number' &&
    Array.isArray(decision['steps']) &&
    isRecord(fieldOf(value, 'sync'))
  );
}

/**
 * The instant that times are counted from, ms since the epoch: the first request, as in the report's
 * plots; without one the beginning of the run.
 */
export function originMs(timeline: Timeline): number {
  const load = phaseStart(timeline, 'load');
  return Date.parse(timeline.header.startedAt) + (load.kind === 'measured' ? load.value : 0);
}
