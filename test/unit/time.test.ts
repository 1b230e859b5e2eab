import { describe, expect, it } from 'vitest';
import { EventHeap } from '../../src/time/event-heap.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';

describe('VirtualClock', () => {
  it('runs tasks in order of due time and not of insertion, each at its own instant', () => {
    const clock = new VirtualClock(1_000);
    const seen: string[] = [];
    clock.after(300, () => seen.push(`late@${clock.now()}`));
    clock.after(100, () => seen.push(`early@${clock.now()}`));
    const tick = (): void => {
      seen.push(`tick@${clock.now()}`);
      clock.after(50, tick);
    };
    clock.after(50, tick);

    clock.advance(300);

    expect(seen).toEqual([
      'tick@1050',
      'early@1100',
      'tick@1100',
      'tick@1150',
      'tick@1200',
      'tick@1250',
      'late@1300',
      'tick@1300',
    ]);
    expect(clock.now()).toBe(1_300);
  });

  it('does not run a cancelled task', () => {
    const clock = new VirtualClock(0);
    let ran = false;
    const cancel = clock.after(10, () => {
      ran = true;
    });

    cancel();
    clock.advance(20);

    expect(ran).toBe(false);
  });

  it('lets code that awaits sleep go on between two instants', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    const poller = async (): Promise<void> => {
      for (let turn = 0; turn < 3; turn++) {
        await clock.sleep(10);
        seen.push(clock.now());
      }
    };

    const done = poller();
    await clock.advanceAsync(100);
    await done;

    expect(seen).toEqual([10, 20, 30]);
  });

  it('runs until a promise is settled, also where nobody sleeps and something is always due', async () => {
    const clock = new VirtualClock(0);
    const beat = (): void => void clock.after(100, beat);
    beat();
    const settled = new Promise<string>((resolve) => {
      clock.after(5_050, () => resolve('done'));
    });

    expect(await clock.runUntil(settled)).toBe('done');
    expect(clock.now()).toBeLessThanOrEqual(6_100);
  });

  it('says so when a promise waits for nothing', async () => {
    const clock = new VirtualClock(0);
    clock.after(10, () => undefined);

    await expect(clock.runUntil(new Promise(() => undefined))).rejects.toThrow(
      /nothing is due any more/,
    );
  });

  it('rejects a sleep with the reason of its signal', async () => {
    const clock = new VirtualClock(0);
    const controller = new AbortController();
    const sleeping = clock.sleep(1_000, controller.signal);

    controller.abort(new Error('enough'));

    await expect(sleeping).rejects.toThrow('enough');
  });
});

describe('EventHeap', () => {
  it('gives entries in order of time and equal times in order of insertion', () => {
    const heap = new EventHeap<number>();
    const times = [5, 3, 5, 1, 3, 3, 9, 0, 5];
    times.forEach((time, index) => heap.push(time, index));

    const order: number[] = [];
    while (heap.size > 0) order.push(heap.pop()?.value ?? -1);

    const expected = times
      .map((time, index) => ({ time, index }))
      .sort((a, b) => a.time - b.time || a.index - b.index)
      .map(({ index }) => index);
    expect(order).toEqual(expected);
  });
});
