/** The syncs of a real cluster's HPA, reconstructed from what was observed, against its own log. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hpaDecisions } from '../../../src/analysis/hpa-decisions.js';
import { reconstructSyncs } from '../../../src/analysis/reconstruct-syncs.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';
import { type RealRun, realRun } from '../../support/real-run.js';

/** A sync that was seen is this close to its line in the log, one that is inferred too. */
const NEAR_MS = 500;

interface LoggedSync {
  readonly atMs: number;
  proposed?: number;
  settled?: number;
}

function loggedSyncs(run: RealRun): readonly LoggedSync[] {
  const file = new URL(`../../vectors/real-cluster/${run}-hpa-controller.log.gz`, import.meta.url);
  const syncs: LoggedSync[] = [];
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    const time = /^I(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{3})/.exec(line);
    if (time === null) continue;
    const atMs = Date.parse(`2026-${time[1]}-${time[2]}T${time[3]}Z`);
    const count = Number(/desiredReplicas=(\d+)/.exec(line)?.[1]);
    if (line.includes('Proposing desired replicas')) syncs.push({ atMs, proposed: count });
    const last = syncs.at(-1);
    if (last !== undefined && atMs - last.atMs < 1_000) {
      if (/Decided not to scale|Successfully rescaled/.test(line)) last.settled = count;
    }
  }
  return syncs;
}

function wanting8InPlaceOf9(record: TimelineRecord): TimelineRecord {
  if (record.kind !== 'hpa' || record.status?.desiredReplicas !== 9) return record;
  return { ...record, status: { ...record.status, desiredReplicas: 8 } };
}

describe('a real cluster, reconstructed', () => {
  it.each([
    { run: 'B-nominal-stab30', name: 'with a behavior: 3 to 7 to 9, and down after 30 s' },
    { run: 'D-nominal-scaleup', name: 'without a behavior: 3 to 6 to 8' },
    { run: 'E-ramp-target70', name: 'on a ramp, at another target' },
  ] as const)('asks for the same at the same syncs, $name', ({ run }) => {
    const timeline = realRun(run);

    const made = reconstructSyncs(timeline);

    if (made.kind !== 'measured') throw new Error(made.because);
    const logged = loggedSyncs(run);
    const pairs = made.value.syncs.map(({ decision, real }) => {
      const { atMs, steps, toReplicas } = decision;
      const highest = steps.find((step) => step.kind === 'highest');
      const log = logged.find((each) => Math.abs(each.atMs - atMs) < NEAR_MS);
      const ours = { proposed: highest?.replicas, settled: toReplicas, agrees: real?.agrees };
      return { ours, log: { proposed: log?.proposed, settled: log?.settled, agrees: true } };
    });
    expect(pairs.length).toBeGreaterThanOrEqual(20);
    expect(pairs.map(({ ours }) => ours)).toEqual(pairs.map(({ log }) => log));
  });

  it('tells the words of the real HPA beside its own', () => {
    const decisions = hpaDecisions(realRun('B-nominal-stab30'));

    if (decisions.kind !== 'measured') throw new Error(decisions.because);
    const rescale = decisions.value.find(({ kind }) => kind === 'rescale');
    expect(rescale).toMatchObject({ origin: 'reconstructed', from: 3, to: 7 });
    expect(rescale?.words).toEqual(
      expect.arrayContaining([
        '  reconstructed: modelled from what was observed',
        '  the real HPA wanted 7, as here; it said:',
        '    New size: 7; reason: cpu resource utilization (percentage of request) above target',
        '    AbleToScale True, SucceededRescale: the HPA controller was able to update the target scale to 7',
      ]),
    );
  });

  it('says where the real HPA wanted something else', () => {
    const { header, records } = realRun('B-nominal-stab30');
    const changed = records.map(wanting8InPlaceOf9);

    const decisions = hpaDecisions({ header, records: changed });

    if (decisions.kind !== 'measured') throw new Error(decisions.because);
    const doubted = decisions.value.filter(({ real }) => real?.agrees === false);
    expect(doubted.length).toBeGreaterThan(0);
    expect(doubted[0]?.words).toContain('  the real HPA wanted 8, NOT as here; it said:');
  });

  it('finds the syncs that left no trace', () => {
    const { header, records } = realRun('B-nominal-stab30');
    const removed = records.filter(
      (record) => record.kind !== 'hpa' || record.t < 30_000 || record.t > 70_000,
    );

    const made = reconstructSyncs({ header, records: removed });

    const all = reconstructSyncs({ header, records });
    if (made.kind !== 'measured' || all.kind !== 'measured') throw new Error('expected syncs');
    const distances = made.value.syncs.map(({ t }, index) =>
      Math.abs(t - (all.value.syncs[index]?.t ?? Number.NaN)),
    );
    expect(Math.max(...distances)).toBeLessThan(500);
    expect(made.value.notes).toContain(
      '3 of 23 syncs left no trace, as they changed nothing: when they were is inferred from the period',
    );
  });

  it.each([
    { name: 'an HPA', without: 'hpa', because: /no spec of its HPA/ },
    { name: 'a header with an experiment', without: 'experiment', because: /no experiment/ },
  ] as const)('is absent without $name', ({ without, because }) => {
    const { header, records } = realRun('B-nominal-stab30');
    const timeline =
      without === 'hpa'
        ? {
            header: { ...header, manifests: [] },
            records: records.filter(({ kind }) => kind !== 'hpa'),
          }
        : { header: { ...header, experiment: {} }, records };

    const made = reconstructSyncs(timeline);

    expect(made).toMatchObject({ kind: 'no-data', because: expect.stringMatching(because) });
  });
});
