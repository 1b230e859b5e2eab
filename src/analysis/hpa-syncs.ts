/** The HPA's syncs of a run: what each read and what was decided from it. */
import { isRecordedDecision, recordedDecisionFault } from '../autoscaling/hpa/decision-schema.js';
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import { DEFAULT_HPA_SETTINGS, type HpaSettings } from '../autoscaling/hpa/settings.js';
import type { SyncReading } from '../autoscaling/hpa/sync-reading.js';
import type { HpaDecisionRecord, Timeline } from '../timeline/record.js';
import { type Measure, measured, noData, valueOf } from './measure.js';
import { experimentOf, phaseStart, recordsOf } from './run-facts.js';

/** What the cluster's own HPA told of a sync. */
export interface RealDecision {
  /** `status.desiredReplicas` after the sync. */
  readonly desiredReplicas: number;
  /** Its conditions in its own words, and its event when it rescaled. */
  readonly said: readonly string[];
  /** Whether it wants what was decided here. */
  readonly agrees: boolean;
}

/** One sync. */
export interface HpaSync {
  /** ms since the run began. */
  readonly t: number;
  readonly decision: HpaDecision;
  readonly sync: SyncReading;
  /** Undefined: the decision itself is on record. */
  readonly real: RealDecision | undefined;
}

/** The syncs of a run, in order of time. */
export interface HpaSyncs {
  readonly settings: HpaSettings;
  /** At least one. */
  readonly syncs: readonly HpaSync[];
  /** What a reader must know, in sentences; empty when all is on record. */
  readonly notes: readonly string[];
}

/**
 * The syncs on record. Absent when there is none, or when one is of a shape that this version cannot
 * read: decisions that are left out would mislead.
 */
export function hpaSyncs(timeline: Timeline): Measure<HpaSyncs> {
  const records = decisionRecords(timeline);
  if (records.length === 0) return noData('the run holds no decision of an HPA');
  const startedMs = Date.parse(timeline.header.startedAt);
  const syncs: HpaSync[] = [];
  for (const { t, decision: content } of records) {
    if (!isRecordedDecision(content)) {
      const fault = recordedDecisionFault(content) ?? '';
      const seconds = (t / 1_000).toFixed(1);
      return noData(
        `its decisions are of another version's shape (at ${seconds} s of the run, ${fault})`,
      );
    }
    const { decision, sync } = content;
    // when it was decided, not when that was told
    syncs.push({ t: decision.atMs - startedMs, decision, sync, real: undefined });
  }
  const settings = valueOf(experimentOf(timeline))?.embedded.hpaController ?? DEFAULT_HPA_SETTINGS;
  return measured({ settings, syncs, notes: [] });
}

/** Those of the HPA under test, where it is known which that is. */
function decisionRecords(timeline: Timeline): readonly HpaDecisionRecord[] {
  const all = recordsOf(timeline, 'hpa-decision');
  const name = valueOf(experimentOf(timeline))?.hpa;
  const own = all.filter((record) => record.name === name);
  return own.length > 0 ? own : all;
}

/**
 * The instant that times are counted from, ms since the epoch: the first request, as in the report's
 * plots; without one the beginning of the run.
 */
export function originMs(timeline: Timeline): number {
  return Date.parse(timeline.header.startedAt) + (valueOf(phaseStart(timeline, 'load')) ?? 0);
}
