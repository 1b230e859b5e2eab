import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.js';
import { kindMarkup } from '../../../../src/report/html/kind-section.js';
import { senderMarkup } from '../../../../src/report/html/sender-section.js';
import type { LoadSecond, SenderAudit } from '../../../../src/load/sender.js';
import type { Timeline, TimelineRecord } from '../../../../src/timeline/record.js';
import { aTimeline } from '../../../support/a-timeline.js';

const AUDIT: SenderAudit = {
  sendLagP99Ms: 2.1,
  sendLagMaxMs: 6.3,
  gcPauseMs: 40,
  gcLongestMs: 3,
  cpuMs: 9_000,
  machineShare: 0.25,
  elapsedMs: 60_000,
  maxRssBytes: 90 * 2 ** 20,
  processes: 3,
  isSaturated: false,
};

function cells(markup: { toString(): string } | undefined): string {
  return (markup?.toString() ?? '').replaceAll(/<[^>]+>/g, '|').replaceAll(/\|[|\s]*/g, '|');
}

describe('the load generator on a page', () => {
  it('tells what it measured of itself', () => {
    const text = cells(senderMarkup({ kind: 'kept-up', engine: 'undici 7', audit: AUDIT }));

    expect(text).toContain('|It kept up: ');
    expect(text).toContain('|sent by|undici 7|processes|3|');
    expect(text).toContain('|from due to sent, on a free connection|p99 2.1ms, at most 6.3ms|');
    expect(text).toContain('|event loop late, the worst process|not measured|');
    expect(text).toContain('|CPU|0.15 of a core over 1m 00s, 25 % of the machine|');
    expect(text).toContain('|stopped to collect garbage|40ms in all, at most 3.0ms at a time|');
    expect(text).toContain('|most memory, the largest process|90 MiB|');
  });

  it('says first when it fell behind', () => {
    const audit = { ...AUDIT, isSaturated: true, because: 'it sent late' };
    const verdict = { kind: 'saturated', because: 'it sent late', engine: 'e', audit } as const;

    expect(cells(senderMarkup(verdict))).toContain('|It fell behind: it sent late.|');
  });

  it('says so when nothing was sent', () => {
    const text = cells(senderMarkup({ kind: 'unknown', because: 'no load was sent' }));

    expect(text).toBe('|The load generator|Not audited: no load was sent.|');
  });
});

/** A run whose seconds have two kinds of request, of which one fails. */
function twoKinds(): Timeline {
  const { header, records } = aTimeline();
  const none = { dropped: 0, unsent: 0, unanswered: 0 };
  const kindsOf = ({ due, sent, answered, failed, responseTime, serviceTime }: LoadSecond) => ({
    browse: { ...none, due, sent, answered, failed, responseTime, serviceTime },
    'shop/<buy>': {
      ...none,
      due: 1,
      sent: 1,
      answered: {},
      failed: { check: 1 },
      responseTime: '',
      serviceTime: '',
    },
  });
  const withKinds = (record: TimelineRecord): TimelineRecord =>
    record.kind === 'load'
      ? { ...record, load: { ...record.load, byRequest: kindsOf(record.load) } }
      : record;
  return { header, records: records.map(withKinds) };
}

describe('kinds of request on a page', () => {
  it('are a table with errors and times, escaped', () => {
    const text = cells(kindMarkup(analyze(twoKinds())));

    expect(text).toMatch(/\|Each kind of request\|/);
    expect(text).toMatch(/\|browse\|3,870\|/);
    expect(text).toMatch(/\|shop\/&lt;buy&gt;\|\d+\|\d+ \(100 %\)\|-\|-\|-\|-\|-\|-\|/);
  });

  it('are not there for a load with one kind', () => {
    expect(kindMarkup(analyze(aTimeline()))).toBeUndefined();
  });
});
