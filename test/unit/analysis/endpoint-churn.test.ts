import { describe, expect, it } from 'vitest';
import { endpointChurn } from '../../../src/analysis/endpoint-churn.js';
import { measured } from '../../../src/analysis/measure.js';
import { podHistories } from '../../../src/analysis/pod-history.js';
import type { EndpointsRecord, PodRecord } from '../../../src/timeline/record.js';
import { aHeader, aPodRecord } from '../../support/a-timeline.js';

const HOUR_MS = 3_600_000;
const SPAN = { fromT: 0, toT: HOUR_MS };

function endpointsAt(t: number, ...ready: readonly string[]): EndpointsRecord {
  return { kind: 'endpoints', t, ready, notReady: [] };
}

function podsOf(...records: readonly (Partial<PodRecord> & { readonly t: number })[]) {
  return podHistories({ header: aHeader(), records: records.map((of) => aPodRecord(of)) });
}

describe('endpoint churn', () => {
  it.each([
    { name: 'is none of endpoints that stay', records: [endpointsAt(0, 'a', 'b')], counts: [0, 0] },
    {
      name: 'counts each pod that comes or goes after the first',
      records: [endpointsAt(0), endpointsAt(1, 'a'), endpointsAt(2, 'b', 'c'), endpointsAt(3)],
      counts: [2, 3],
    },
    {
      name: 'does not count what the tear-down does',
      records: [endpointsAt(0, 'a'), endpointsAt(HOUR_MS + 1)],
      counts: [0, 0],
    },
  ])('$name', ({ records, counts: [added = 0, removed = 0] }) => {
    expect(endpointChurn(records, [], SPAN)).toMatchObject({
      added,
      removed,
      churn: measured(added + removed),
    });
  });

  it('an hour counts from the first ready endpoint', () => {
    const records = [endpointsAt(HOUR_MS / 2, 'a'), endpointsAt(HOUR_MS * 0.75)];

    expect(endpointChurn(records, [], SPAN).churnPerHour).toEqual(measured(2));
  });

  it.each([
    ['endpoints were not observed', []],
    ['no endpoint was ever ready', [endpointsAt(1)]],
  ])('is absent when %s', (because, records) => {
    expect(endpointChurn(records, [], SPAN).churn).toEqual({ kind: 'no-data', because });
  });
});

describe('the smallest ready share', () => {
  const A = { name: 'a' };
  const B = { name: 'b' };
  const ready = { isReady: true };

  it('is 1 while pods start and are deleted', () => {
    const pods = podsOf(
      { t: 0, ...A, ...ready },
      { t: 10, ...B },
      { t: 50, ...B, ...ready },
      { t: 70, ...B, ...ready, isTerminating: true },
      { t: 80, ...B, change: 'deleted' },
    );

    expect(endpointChurn([], pods, SPAN).smallestReadyShare).toEqual(measured({ share: 1, t: 0 }));
  });

  it('is what was left when most had dropped out at once', () => {
    const pods = podsOf(
      { t: 0, ...A, ...ready },
      { t: 0, ...B, ...ready },
      { t: 0, name: 'c', ...ready },
      { t: 10, ...A },
      { t: 20, ...B },
      { t: 30, ...A, ...ready },
      { t: 40, name: 'c' },
      { t: 50, ...B, ...ready },
    );

    expect(endpointChurn([], pods, SPAN).smallestReadyShare).toEqual(
      measured({ share: 1 / 3, t: 20 }),
    );
  });

  it('is 0 of one pod that dropped out', () => {
    const pods = podsOf({ t: 0, ...A, ...ready }, { t: 10, ...A });

    expect(endpointChurn([], pods, SPAN).smallestReadyShare).toMatchObject({ value: { share: 0 } });
  });

  it('is absent when no pod was ever ready', () => {
    expect(endpointChurn([], podsOf({ t: 0 }), SPAN).smallestReadyShare.kind).toBe('no-data');
  });
});
