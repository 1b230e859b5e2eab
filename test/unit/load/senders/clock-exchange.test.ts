import { describe, expect, it } from 'vitest';
import { ClockExchange } from '../../../../src/load/senders/clock-exchange.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

describe('the comparison of two clocks', () => {
  it('is exact where both ways take the same time', () => {
    const { exchange, question } = withClock();

    question({ thereMs: 4, backMs: 4, skewMs: 90_000 });

    expect(exchange.best).toEqual({ offsetMs: 90_000, uncertaintyMs: 4 });
  });

  it('is wrong by no more than it says, however unlike the ways are', () => {
    const { exchange, question } = withClock();

    question({ thereMs: 30, backMs: 2, skewMs: -500 });

    const { offsetMs, uncertaintyMs } = exchange.best ?? { offsetMs: 0, uncertaintyMs: 0 };
    expect(Math.abs(offsetMs + 500)).toBeLessThanOrEqual(uncertaintyMs);
  });

  it('keeps what the quickest answer told', () => {
    const { exchange, question } = withClock();

    question({ thereMs: 50, backMs: 10, skewMs: 7 });
    question({ thereMs: 1, backMs: 1, skewMs: 7 });
    question({ thereMs: 9, backMs: 40, skewMs: 7 });

    expect(exchange.best).toEqual({ offsetMs: 7, uncertaintyMs: 1 });
    expect(exchange.answered).toBe(3);
  });

  it('takes nothing from an answer to no question, or to one of before the last answer', () => {
    const { exchange, clock } = withClock();
    const first = exchange.ask();
    const second = exchange.ask();
    clock.advance(2);
    exchange.answer(second, clock.now());

    exchange.answer(first, 0);
    exchange.answer(99, 0);

    expect(exchange.answered).toBe(1);
  });
});

function withClock() {
  const clock = new VirtualClock(1_000);
  const exchange = new ClockExchange(clock);
  const question = (of: { thereMs: number; backMs: number; skewMs: number }): void => {
    const n = exchange.ask();
    clock.advance(of.thereMs);
    const atMs = clock.now() + of.skewMs;
    clock.advance(of.backMs);
    exchange.answer(n, atMs);
  };
  return { clock, exchange, question };
}
