import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountingFaults, totalOf } from '../../../src/load/accounting.js';
import { type Account, LoadLedger } from '../../../src/load/ledger.js';
import type { LoadSecond } from '../../../src/load/sender.js';

function aLedger(
  durationMs: number,
  { kinds = ['request'], hasSteps = false } = {},
): { ledger: LoadLedger; told: LoadSecond[] } {
  const told: LoadSecond[] = [];
  const onSecond = (second: LoadSecond): number => told.push(second);
  return { ledger: new LoadLedger({ durationMs, kinds, hasSteps, onSecond }), told };
}

const ok = { status: 200, podName: 'web-1', responseMs: 12, serviceMs: 10 };

describe('the ledger', () => {
  it('tells a second when it has passed and all it has is settled', () => {
    const { ledger, told } = aLedger(3_000);
    const account = ledger.due(500, 0);
    ledger.sent(account, false);

    ledger.passed(1_000);
    expect(told).toEqual([]);
    ledger.answered(account, ok);

    expect(told).toMatchObject([
      { second: 0, due: 1, sent: 1, answered: { '2xx': 1 }, byPod: { 'web-1': 1 } },
    ]);
  });

  it('tells seconds in order, however they are settled', () => {
    const { ledger, told } = aLedger(3_000);
    const first = ledger.due(500, 0);
    const second = ledger.due(1_500, 0);
    for (const account of [first, second]) ledger.sent(account, false);
    ledger.passed(2_000);

    ledger.answered(second, ok);
    expect(told).toEqual([]);
    ledger.failed(first, 'reset');

    expect(told.map((each) => each.second)).toEqual([0, 1]);
  });

  it('tells seconds in which nothing was due', () => {
    const { ledger, told } = aLedger(3_000);

    ledger.passed(Number.POSITIVE_INFINITY);

    expect(told.map(({ second, due }) => [second, due])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
  });

  it('books what is due at the very end on the last second', () => {
    const { ledger, told } = aLedger(2_000);
    ledger.dropped(ledger.due(2_000, 0));

    ledger.passed(Number.POSITIVE_INFINITY);

    expect(told.map(({ due }) => due)).toEqual([0, 1]);
  });

  it('at an early end tells the rest as unsent and unanswered', () => {
    const { ledger, told } = aLedger(60_000);
    ledger.due(100, 0);
    ledger.sent(ledger.due(200, 0), true);

    ledger.close();

    expect(told).toMatchObject([{ second: 0, due: 2, unsent: 1, sent: 1, late: 1, unanswered: 1 }]);
  });

  it('tells several kinds of request apart, and the whole', () => {
    const { ledger, told } = aLedger(3_000, { kinds: ['browse', 'buy/login', 'buy/pay'] });
    const browse = ledger.due(100, 0);
    const login = ledger.due(200, 1);
    for (const account of [browse, login]) ledger.sent(account, false);
    ledger.answered(browse, ok);
    ledger.failed(login, 'check', 'buy/login: status 503');

    ledger.passed(1_000);

    expect(told).toMatchObject([
      {
        due: 2,
        sent: 2,
        answered: { '2xx': 1 },
        failed: { check: 1 },
        failedChecks: { 'buy/login: status 503': 1 },
        byRequest: {
          browse: { due: 1, sent: 1, answered: { '2xx': 1 }, failed: {} },
          'buy/login': { due: 1, sent: 1, answered: {}, failed: { check: 1 }, responseTime: '' },
        },
      },
    ]);
    expect(Object.keys(told[0]?.byRequest ?? {})).toEqual(['browse', 'buy/login']);
    expect(told.flatMap(accountingFaults)).toEqual([]);
  });

  it('tells of one kind alone no kinds, and of sessions of one step no sessions', () => {
    const { ledger, told } = aLedger(1_000);

    ledger.passed(Number.POSITIVE_INFINITY);

    expect(told[0]).not.toHaveProperty('byRequest');
    expect(told[0]).not.toHaveProperty('sessions');
    expect(told[0]).not.toHaveProperty('failedChecks');
  });

  it('counts sessions in the second in which they begin, end or fail, late ones in the last', () => {
    const { ledger, told } = aLedger(2_000, { hasSteps: true });
    const first = ledger.due(100, 0);
    ledger.session(100, 'started');
    ledger.sent(first, false);
    ledger.session(1_300, 'failed');
    ledger.session(9_000, 'finished');
    ledger.answered(first, ok);

    ledger.passed(Number.POSITIVE_INFINITY);

    expect(told.map(({ sessions }) => sessions)).toEqual([
      { started: 1, finished: 0, failed: 0 },
      { started: 0, finished: 1, failed: 1 },
    ]);
  });

  it('adds up whatever happens, each second once and in order', () => {
    const fate = fc.record({
      gapMs: fc.integer({ min: 0, max: 900 }),
      fate: fc.constantFrom('dropped', 'waits', 'sent', 'answered', 'failed', 'checked'),
      settlesAfter: fc.integer({ min: 0, max: 20 }),
      kind: fc.integer({ min: 0, max: 2 }),
      check: fc.constantFrom('status 503', 'json id'),
    });
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 60 }), (fates) => {
        const { ledger, told } = aLedger(60_000, { kinds: ['a', 'b', 'c'], hasSteps: true });
        const open: { account: Account; fate: string; check: string; left: number }[] = [];
        let nowMs = 0;
        for (const each of fates) {
          nowMs = Math.min(nowMs + each.gapMs, 59_000);
          const account = ledger.due(nowMs, each.kind);
          if (each.fate === 'dropped') ledger.dropped(account);
          else if (each.fate !== 'waits') {
            ledger.sent(account, false);
            open.push({ account, fate: each.fate, check: each.check, left: each.settlesAfter });
          }
          ledger.passed(nowMs);
          for (const one of open) {
            one.left--;
            if (one.left !== 0) continue;
            if (one.fate === 'answered') ledger.answered(one.account, ok);
            if (one.fate === 'failed') ledger.failed(one.account, 'other');
            if (one.fate === 'checked') ledger.failed(one.account, 'check', one.check);
          }
        }
        ledger.close();
        expect(told.flatMap(accountingFaults)).toEqual([]);
        expect(totalOf(told).due).toBe(fates.length);
        expect(told.map(({ second }) => second)).toEqual(told.map((_, index) => index));
      }),
      { numRuns: 50 },
    );
  });
});
