/** Laws of what load workers tell: nothing lost, nothing twice, whatever the way does to it. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountingFaults, totalOf } from '../../src/load/accounting.js';
import { SharedSeconds } from '../../src/load/merge-shares.js';
import type { LoadSecond } from '../../src/load/sender.js';
import { WorkerLines } from '../../src/load/senders/worker-lines.js';
import { toldLine } from '../../src/load/senders/worker-messages.js';
import { aLoadSecond } from '../support/a-timeline.js';

const deliveries = fc.array(fc.nat({ max: 20 }), { maxLength: 60 });

describe('numbered lines', () => {
  it('are told in order, each once, as far as they came, and the rest is counted', () => {
    fc.assert(
      fc.property(deliveries, (numbers) => {
        const told: string[] = [];
        const lines = new WorkerLines((message) => {
          told.push(message.kind === 'failed' ? message.message : '');
        });

        for (const n of numbers) lines.take(toldLine(n, { kind: 'failed', message: String(n) }));
        lines.giveUp();

        const came = [...new Set(numbers)].toSorted((a, b) => a - b);
        expect(told).toEqual(came.map(String));
        const last = came.at(-1);
        expect(lines.lost).toBe(last === undefined ? 0 : last + 1 - came.length);
      }),
    );
  });
});

describe('seconds of several workers', () => {
  const shares = fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 8 }), {
    minLength: 1,
    maxLength: 5,
  });

  it('are all in the sum, in order, each second once, whenever workers tell and end', () => {
    fc.assert(
      fc.property(shares, fc.infiniteStream(fc.nat()), (dues, picks) => {
        const merged: LoadSecond[] = [];
        const seconds = new SharedSeconds(dues.length, (second) => merged.push(second));
        const waiting = dues.map((due, index) => ({ index, left: due.map(secondOf) }));
        const whole = waiting.flatMap(({ left }) => left);

        while (waiting.length > 0) {
          const at = (picks.next().value ?? 0) % waiting.length;
          const [share] = waiting.slice(at, at + 1);
          const next = share?.left.shift();
          if (share !== undefined && next !== undefined) seconds.add(share.index, next);
          else if (share !== undefined) {
            seconds.ended(share.index);
            waiting.splice(at, 1);
          }
        }

        expect(merged.map(({ second }) => second)).toEqual(
          [...new Set(whole.map(({ second }) => second))].toSorted((a, b) => a - b),
        );
        expect(totalOf(merged)).toEqual(totalOf(whole));
        expect(merged.flatMap(accountingFaults)).toEqual([]);
      }),
    );
  });
});

function secondOf(due: number, second: number): LoadSecond {
  return aLoadSecond(second, { timesMs: Array.from({ length: due }, (_, n) => 3 + n * second) });
}
