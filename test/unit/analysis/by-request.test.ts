import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { loadByRequest } from '../../../src/analysis/by-request.js';
import { jsonReport } from '../../../src/report/json/json-report.js';
import { textReport } from '../../../src/report/text-report.js';
import type { LoadRecord, Timeline } from '../../../src/timeline/record.js';
import { aLoadSecond, aTimeline } from '../../support/a-timeline.js';

/** A second with two kinds: so many of `browse`, and a `shop/buy` that failed a check. */
function second(index: number, browses: number): LoadRecord {
  const timesMs = Array.from({ length: browses }, () => 20);
  const { due, sent, answered, responseTime, serviceTime } = aLoadSecond(index, { timesMs });
  const none = { dropped: 0, unsent: 0, unanswered: 0 };
  const load = aLoadSecond(index, {
    timesMs,
    due: due + 1,
    sent: sent + 1,
    failed: { check: 1 },
    byRequest: {
      browse: { ...none, due, sent, answered, failed: {}, responseTime, serviceTime },
      'shop/buy': {
        ...none,
        due: 1,
        sent: 1,
        answered: {},
        failed: { check: 1 },
        responseTime: '',
        serviceTime: '',
      },
    },
    failedChecks: { 'shop/buy: status 503': 1 },
    sessions: { started: 3, finished: 1, failed: 1 },
  });
  return { t: 28_500 + index * 1_000, kind: 'load', load };
}

const SECONDS = Array.from({ length: 12 }, (_, index) => second(index, 10));

describe('a load by kind of request', () => {
  it('has counts, errors and times of each kind', () => {
    const { kinds, sessions, failedChecks } = loadByRequest(SECONDS);

    expect(kinds).toMatchObject({
      kind: 'measured',
      value: [
        { name: 'browse', due: 120, answered: { '2xx': 120 }, errors: 0 },
        {
          name: 'shop/buy',
          due: 12,
          failed: { check: 12 },
          errors: 12,
          errorShare: { kind: 'measured', value: 1 },
          responseTimes: { count: 0, p50Ms: { kind: 'no-data' } },
        },
      ],
    });
    const [browse] = kinds.kind === 'measured' ? kinds.value : [];
    expect(browse?.responseTimes.p99Ms).toMatchObject({ kind: 'measured' });
    expect(browse?.responseTimes.p999Ms).toMatchObject({ kind: 'no-data' });
    expect(sessions).toMatchObject({ value: { started: 36, finished: 12, failed: 12 } });
    expect(failedChecks).toEqual({ 'shop/buy: status 503': 12 });
  });

  it('is absent for a load with one kind, of sessions with one step', () => {
    const load = { t: 0, kind: 'load', load: aLoadSecond(0, { timesMs: [1] }) } as const;

    expect(loadByRequest([load])).toMatchObject({
      kinds: { kind: 'no-data' },
      sessions: { kind: 'no-data' },
      failedChecks: {},
    });
  });
});

describe('reports of a load by kind of request', () => {
  const plain = aTimeline({});
  const others = plain.records.filter(({ kind }) => kind !== 'load');
  const mixed: Timeline = { ...plain, records: [...others, ...SECONDS] };

  it('show each kind, the sessions and the checks that failed', () => {
    const text = textReport(mixed, analyze(mixed), { columns: 100, isColored: false });

    expect(text).toMatch(/^browse +120 +0 +20/m);
    expect(text).toMatch(/^shop\/buy +12 +12 \(100/m);
    expect(text).toContain(
      'sessions of several steps: 36 started, 12 finished, 12 failed, 12 cut off by the end',
    );
    expect(text).toContain('failed checks: 12 shop/buy: status 503');
  });

  it('have them as data', () => {
    const { load } = jsonReport(mixed, analyze(mixed));

    expect(load).toMatchObject({
      byRequest: [
        { name: 'browse', due: 120 },
        { name: 'shop/buy', failedByKind: { check: 12 } },
      ],
      sessions: { started: 36, finished: 12, failed: 12 },
      failedChecks: { 'shop/buy: status 503': 12 },
    });
  });

  it('say nothing of kinds where there is one', () => {
    const text = textReport(plain, analyze(plain), { columns: 100, isColored: false });

    expect(text).not.toContain('Kind of request');
    expect(jsonReport(plain, analyze(plain)).load).not.toHaveProperty('byRequest');
  });
});

describe('a timeline of an earlier version', () => {
  it('whose experiment asks one request for all is read as before', () => {
    const now = aTimeline({});
    const header = JSON.parse(JSON.stringify(now.header));
    header.experiment.load.request = { method: 'GET', path: '/work', headers: {} };
    delete header.experiment.load.requests;

    expect(analyze({ ...now, header })).toEqual(analyze(now));
  });
});
