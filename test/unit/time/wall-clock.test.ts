import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WallClock } from '../../../src/time/wall-clock.js';

describe('WallClock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs what is due now in the next turn of the event loop, in order', () => {
    const clock = new WallClock();
    const seen: string[] = [];
    clock.after(0, () => seen.push('a'));
    clock.after(-5, () => seen.push('b'));
    clock.after(0, () => seen.push('cancelled'))();

    expect(seen).toEqual([]);
    vi.advanceTimersByTime(0);

    expect(seen).toEqual(['a', 'b']);
  });

  it('waits longer than a timer of 31 bits can', () => {
    const clock = new WallClock();
    const thirtyDaysMs = 30 * 86_400_000;
    let ran = 0;
    clock.after(thirtyDaysMs, () => ran++);
    const cancel = clock.after(thirtyDaysMs, () => ran++);

    vi.advanceTimersByTime(thirtyDaysMs - 1);
    expect(ran).toBe(0);
    cancel();
    vi.advanceTimersByTime(1);

    expect(ran).toBe(1);
  });
});
