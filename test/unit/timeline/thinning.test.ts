import { describe, expect, it } from 'vitest';
import type { TimelineRecord } from '../../../src/timeline/record.js';
import { thinned } from '../../../src/timeline/thinning.js';

/** What is kept of some records where what repeats is told once in 100 ms. */
function kept(records: readonly TimelineRecord[]): readonly number[] {
  const all: number[] = [];
  const sink = thinned(({ t }) => all.push(t), 100);
  for (const record of records) sink(record);
  return all;
}

const decision = (
  t: number,
  kind: string,
  { toReplicas = 3, error }: { toReplicas?: number; error?: string } = {},
): TimelineRecord => ({
  kind: 'hpa-decision',
  t,
  name: 'web',
  decision: { decision: { kind, fromReplicas: 3, toReplicas }, error, sync: { of: t } },
});

const state = (
  t: number,
  desiredReplicas: number,
  reason = 'ReadyForNewScale',
): TimelineRecord => ({
  kind: 'hpa',
  t,
  name: 'web',
  minReplicas: 1,
  maxReplicas: 9,
  status: {
    currentReplicas: 3,
    desiredReplicas,
    conditions: [{ type: 'AbleToScale', status: 'True', reason }],
  },
});

const metrics = (t: number): TimelineRecord => ({ kind: 'pod-metrics', t, pods: [] });
const note = (t: number): TimelineRecord => ({ kind: 'note', t, text: 'something' });

describe('a thinned timeline', () => {
  it.each<readonly [string, readonly TimelineRecord[], readonly number[]]>([
    ['metrics once a period', [0, 50, 99, 100, 150, 200].map(metrics), [0, 100, 200]],
    ['what does not repeat always', [0, 1, 2].map(note), [0, 1, 2]],
    [
      'a decision that changes nothing once a period',
      [0, 40, 80, 120].map((t) => decision(t, 'hold')),
      [0, 120],
    ],
    [
      'a decision that differs always, and the return to what was before',
      [decision(0, 'hold'), decision(15, 'rescale', { toReplicas: 5 }), decision(30, 'hold')],
      [0, 15, 30],
    ],
    [
      'a decision that failed',
      [
        decision(0, 'hold'),
        decision(15, 'hold', { error: 'conflict' }),
        decision(30, 'hold', { error: 'conflict' }),
      ],
      [0, 15],
    ],
    [
      'a state of the HPA whose sizes or conditions changed',
      [state(0, 3), state(15, 3), state(30, 4), state(45, 4, 'BackoffBoth')],
      [0, 30, 45],
    ],
  ])('keeps %s', (_, records, expected) => {
    expect(kept(records)).toEqual(expected);
  });
});
