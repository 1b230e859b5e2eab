import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountingFaults, totalOf } from '../../../src/load/accounting.js';
import { type Account, LoadLedger } from '../../../src/load/ledger.js';
import type { LoadSecond } from '../../../src/load/sender.js';

function aLedger(durationMs: number): { ledger: LoadLedger; told: LoadSecond[] } {
  const told: LoadSecond[] = [];
  return { ledger: new LoadLedger({ durationMs, onSecond: (second) => told.push(second) }), told };
}

const ok = { status: 200, podName: 'web-1', responseMs: 12, serviceMs: 10 };

describe('the ledger', () => {
  it('tells a second when it has passed and all it has is settled', () => {
    const { ledger, told } = aLedger(3_000);
    const account = ledger.due(500);
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
    const first = ledger.due(500);
    const second = ledger.due(1_500);
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
    ledger.dropped(ledger.due(2_000));

    ledger.passed(Number.POSITIVE_INFINITY);

    expect(told.map(({ due }) => due)).toEqual([0, 1]);
  });

  it('at an early end tells the rest as unsent and unanswered', () => {
    const { ledger, told } = aLedger(60_000);
    ledger.due(100);
    ledger.sent(ledger.due(200), true);

    ledger.close();

    expect(told).toMatchObject([{ second: 0, due: 2, unsent: 1, sent: 1, late: 1, unanswered: 1 }]);
  });

  it('adds up whatever happens, each second once and in order', () => {
    const fate = fc.record({
      gapMs: fc.integer({ min: 0, max: 900 }),
      fate: fc.constantFrom('dropped', 'waits', 'sent', 'answered', 'failed'),
      settlesAfter: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 60 }), (fates) => {
        const { ledger, told } = aLedger(60_000);
        const open: { account: Account; fate: string; left: number }[] = [];
        let nowMs = 0;
        for (const each of fates) {
          nowMs = Math.min(nowMs + each.gapMs, 59_000);
          const account = ledger.due(nowMs);
          if (each.fate === 'dropped') ledger.dropped(account);
          else if (each.fate !== 'waits') {
            ledger.sent(account, false);
            open.push({ account, fate: each.fate, left: each.settlesAfter });
          }
          ledger.passed(nowMs);
          for (const one of open) {
            one.left--;
            if (one.left !== 0) continue;
            if (one.fate === 'answered') ledger.answered(one.account, ok);
            if (one.fate === 'failed') ledger.failed(one.account, 'other');
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
