import { describe, expect, it } from 'vitest';
import { accountingFaults, mergeSecond, totalOf } from '../../../src/load/accounting.js';
import { LatencyHistogram } from '../../../src/load/histogram.js';
import type { LoadSecond } from '../../../src/load/sender.js';

function encoded(...timesMs: readonly number[]): string {
  const histogram = new LatencyHistogram();
  for (const timeMs of timesMs) histogram.recordMs(timeMs);
  return histogram.encode();
}

const good: LoadSecond = {
  second: 3,
  due: 10,
  dropped: 1,
  unsent: 2,
  sent: 7,
  late: 1,
  answered: { '2xx': 3, '5xx': 1 },
  failed: { reset: 2 },
  unanswered: 1,
  responseTime: encoded(1, 2, 3, 4),
  serviceTime: encoded(1, 1, 1, 1),
  byPod: { 'web-1': 3 },
};

describe('the identities of a second', () => {
  it('hold in a good one', () => {
    expect(accountingFaults(good)).toEqual([]);
  });

  it.each([
    { name: 'an arrival that vanished', change: { due: 11 }, fault: 'due = dropped + unsent' },
    { name: 'an answer too many', change: { answered: { '2xx': 5 } }, fault: 'sent = answered' },
    { name: 'an answer without a time', change: { responseTime: encoded(1) }, fault: 'response' },
    { name: 'no service times at all', change: { serviceTime: '' }, fault: 'service times' },
    { name: 'more late than sent', change: { late: 8 }, fault: 'late is at most sent' },
    { name: 'more pods than answers', change: { byPod: { a: 5 } }, fault: 'answers by pod' },
    { name: 'a negative count', change: { dropped: -1, due: 8 }, fault: 'whole number' },
  ])('tell of $name', ({ change, fault }) => {
    const faults = accountingFaults({ ...good, ...change });

    expect(faults.join('; ')).toContain(fault);
  });
});

describe('the identities of several kinds of request', () => {
  const kind = {
    due: 4,
    dropped: 0,
    unsent: 0,
    sent: 4,
    answered: { '2xx': 2 },
    failed: { check: 1 },
    unanswered: 1,
    responseTime: encoded(1, 2),
    serviceTime: encoded(1, 1),
  };
  const mixed: LoadSecond = {
    ...good,
    ...kind,
    due: 8,
    sent: 8,
    late: 0,
    answered: { '2xx': 4 },
    failed: { check: 2 },
    unanswered: 2,
    responseTime: encoded(1, 1, 2, 2),
    serviceTime: encoded(1, 1, 1, 1),
    byRequest: { a: kind, b: kind },
    failedChecks: { 'a: status 500': 1, 'b: json id': 1 },
    sessions: { started: 3, finished: 1, failed: 1 },
  };

  it('hold in a good second, and in the sum of two', () => {
    expect(accountingFaults(mixed)).toEqual([]);
    const both = mergeSecond([mixed, mixed]);
    expect(accountingFaults(both)).toEqual([]);
    expect(both).toMatchObject({
      byRequest: { a: { due: 8, failed: { check: 2 } } },
      failedChecks: { 'a: status 500': 2 },
      sessions: { started: 6, finished: 2, failed: 2 },
    });
  });

  it('hold in the sum of senders of which one had no request of a kind', () => {
    const { b: _none, ...byRequest } = { a: kind, b: kind };
    const alone = { ...mixed, ...kind, byRequest, failedChecks: { 'a: status 500': 1 } };

    const both = mergeSecond([mixed, alone]);

    expect(accountingFaults(both)).toEqual([]);
    expect(both.byRequest).toMatchObject({ a: { due: 8 }, b: { due: 4 } });
  });

  it.each([
    {
      name: 'a kind that does not add up',
      change: { byRequest: { a: { ...kind, unanswered: 0 }, b: kind } },
      fault: 'a: sent = answered + failed + unanswered',
    },
    {
      name: 'a kind that is missing',
      change: { byRequest: { a: kind } },
      fault: 'due of all kinds',
    },
    {
      name: 'a failure of another sort',
      change: { byRequest: { a: { ...kind, failed: { reset: 1 } }, b: kind } },
      fault: 'failed reset of all kinds',
    },
    {
      name: 'a failed check without a name',
      change: { failedChecks: { 'a: status 500': 1 } },
      fault: 'failed checks by name',
    },
    {
      name: 'a part of a session',
      change: { sessions: { started: 0.5, finished: 0, failed: 0 } },
      fault: 'whole number',
    },
  ])('tell of $name', ({ change, fault }) => {
    expect(accountingFaults({ ...mixed, ...change }).join('; ')).toContain(fault);
  });
});

describe('sums of seconds', () => {
  it('add every count and merge the histograms', () => {
    const total = totalOf([good, { ...good, byPod: { 'web-2': 4 }, failed: { timeout: 2 } }]);

    expect(total).toMatchObject({
      due: 20,
      sent: 14,
      answered: { '2xx': 6, '5xx': 2 },
      failed: { reset: 2, timeout: 2 },
      byPod: { 'web-1': 3, 'web-2': 4 },
    });
    expect(accountingFaults(total)).toEqual([]);
  });

  it('of nothing are nothing, and add up', () => {
    expect(totalOf([])).toMatchObject({ due: 0, responseTime: '' });
    expect(accountingFaults(totalOf([]))).toEqual([]);
  });

  it('refuse to join different seconds', () => {
    expect(() => mergeSecond([good, { ...good, second: 4 }])).toThrow(RangeError);
    expect(mergeSecond([good, good])).toMatchObject({ second: 3, due: 20 });
  });
});
