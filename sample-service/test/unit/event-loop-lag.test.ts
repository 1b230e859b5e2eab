import { describe, expect, it } from 'vitest';
import { EventLoopLag, LAG_TICK_MS } from '../../src/event-loop-lag.js';

describe('EventLoopLag', () => {
  it('is 0 while ticks come on time', () => {
    const lag = new EventLoopLag(0);

    lag.tick(LAG_TICK_MS);
    lag.tick(2 * LAG_TICK_MS);

    expect(lag.worstMs(2 * LAG_TICK_MS + 1)).toBe(0);
  });

  it('counts a tick that is overdue already, before it comes', () => {
    const lag = new EventLoopLag(0);

    expect(lag.worstMs(LAG_TICK_MS + 70)).toBe(70);
  });

  it('remembers the worst tick for a second after it came', () => {
    const lag = new EventLoopLag(0);
    lag.tick(LAG_TICK_MS + 350);
    for (let nowMs = 850; nowMs <= 1_600; nowMs += LAG_TICK_MS) lag.tick(nowMs);
    const cameMs = LAG_TICK_MS + 350;

    expect(lag.worstMs(cameMs + 1_000)).toBe(350);
    expect(lag.worstMs(cameMs + 1_001)).toBe(0);
  });

  it('does not add up the delays of a loop that is always a little late', () => {
    const lag = new EventLoopLag(0);
    for (let tick = 1; tick <= 10; tick++) lag.tick(tick * (LAG_TICK_MS + 3));

    expect(lag.worstMs(10 * (LAG_TICK_MS + 3))).toBe(3);
  });
});
