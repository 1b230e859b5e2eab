/** A run of the embedded cluster with its decisions taken away: the reconstruction must find them again. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HpaSyncs } from '../../../src/analysis/hpa-sync.js';
import { hpaSyncs } from '../../../src/analysis/hpa-syncs.js';
import { type Measure, valueOf } from '../../../src/analysis/measure.js';
import { reconstructSyncs } from '../../../src/analysis/reconstruct-syncs.js';
import { experimentOf } from '../../../src/analysis/run-facts.js';
import type { HpaDecision } from '../../../src/autoscaling/hpa/decision.js';
import { decodeTimeline } from '../../../src/timeline/codec.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';

const FILE = new URL('../../vectors/embedded-run/spike.ndjson.gz', import.meta.url);
const { timeline } = decodeTimeline(gunzipSync(readFileSync(FILE)).toString('utf8'), 'spike');

function decisionsOf(syncs: Measure<HpaSyncs>): readonly HpaDecision[] {
  if (syncs.kind !== 'measured') throw new Error(syncs.because);
  return syncs.value.syncs.map(({ decision }) => decision);
}

/** Everything but the instants, which are observed and not known. */
function essence({ kind, fromReplicas, toReplicas, reason, steps }: HpaDecision): unknown {
  const metrics = steps.filter((step) => step.kind === 'metric');
  const later = steps.flatMap((step) => {
    if (step.kind === 'metric') return [];
    return [{ replicas: step.replicas, reason: 'reason' in step ? step.reason : '' }];
  });
  return { kind, fromReplicas, toReplicas, reason, metrics, later };
}

describe('a run of the embedded cluster without its decisions', () => {
  const recorded = hpaSyncs(timeline);
  const { header, records } = timeline;
  const observed = records.filter(({ kind }) => kind !== 'hpa-decision');

  it('is decided the same at every sync, from pod groups to the size', () => {
    const { hpaController } = valueOf(experimentOf(timeline))?.embedded ?? {};

    const made = decisionsOf(reconstructSyncs({ header, records: observed }, hpaController));

    const known = decisionsOf(recorded);
    expect(known).toHaveLength(14);
    expect(made.map(essence)).toEqual(known.map(essence));
    const apart = made.map(({ atMs }, index) => Math.abs(atMs - (known[index]?.atMs ?? 0)));
    expect(Math.max(...apart)).toBeLessThan(100);
  });

  it('comes to the same sizes without the fields that older timelines lack', () => {
    const older = observed.map(withoutNewFields);

    const made = decisionsOf(reconstructSyncs({ header, records: older }));

    expect(made.map(({ toReplicas }) => toReplicas)).toEqual(
      decisionsOf(recorded).map(({ toReplicas }) => toReplicas),
    );
  });
});

function withoutNewFields(record: TimelineRecord): TimelineRecord {
  if (record.kind === 'hpa') {
    const { spec: _spec, ...rest } = record;
    return rest;
  }
  if (record.kind !== 'pod') return record;
  const { startTime: _start, labels: _labels, resources: _resources, ...rest } = record;
  return rest;
}
