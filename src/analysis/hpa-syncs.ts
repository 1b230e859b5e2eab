/** The HPA's syncs of a run: what each read and what was decided from it. */
import { isRecordedDecision, recordedDecisionFault } from '../autoscaling/hpa/decision-schema.js';
import { DEFAULT_HPA_SETTINGS } from '../autoscaling/hpa/settings.js';
import type { HpaDecisionRecord, Timeline } from '../timeline/record.js';
import type { HpaSync, HpaSyncs } from './hpa-sync.js';
import { type Measure, measured, noData, valueOf } from './measure.js';
import { reconstructSyncs } from './reconstruct-syncs.js';
import { experimentOf, phaseStart, recordsOf } from './run-facts.js';

/**
 * The syncs of a run: those on record, or, of a cluster whose own HPA tells no steps, reconstructed
 * ones. Absent when there is none, or when one is of a shape that this version cannot
 * read: decisions that are left out would mislead.
 */
export function hpaSyncs(timeline: Timeline): Measure<HpaSyncs> {
  const records = decisionRecords(timeline);
  if (records.length === 0) {
    const isReal = timeline.header.environment.target === 'kubernetes';
    return isReal ? reconstructSyncs(timeline) : noData('the run holds no decision of an HPA');
  }
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
