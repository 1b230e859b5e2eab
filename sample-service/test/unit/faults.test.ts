import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFaults } from '../../src/faults.js';
import { heldMemory } from '../../src/held-memory.js';
import { settings } from '../settings.js';

const MIB = 1_048_576;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('startFaults', () => {
  it('sets nothing off by default', () => {
    startFaults(settings(), { elapsedMs: 0, crash: () => undefined });

    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    {
      name: 'counts from the start of the process',
      after: '5000',
      elapsedMs: 1_200,
      delayMs: 3_800,
    },
    {
      name: 'crashes at once when the time has passed',
      after: '1000',
      elapsedMs: 1_200,
      delayMs: 0,
    },
  ])('$name', ({ after, elapsedMs, delayMs }) => {
    const crashes: number[] = [];
    const crash = (): void => void crashes.push(Date.now());
    const startedMs = Date.now();

    startFaults(settings({ CRASH_AFTER_MS: after }), { elapsedMs, crash });
    vi.runAllTimers();

    expect(crashes.map((atMs) => atMs - startedMs)).toEqual([delayMs]);
  });

  it('takes memory at the rate that was asked for', () => {
    const before = process.memoryUsage().arrayBuffers;

    const stop = startFaults(settings({ LEAK_KIB_PER_SECOND: '4096' }), {
      elapsedMs: 0,
      crash: () => undefined,
    });
    vi.advanceTimersByTime(5_000);

    const takenMib = (process.memoryUsage().arrayBuffers - before) / MIB;
    expect(Math.round(takenMib)).toBe(20);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('heldMemory', () => {
  it('is written to, so that the kernel has to give it', () => {
    const held = heldMemory(3);

    expect(held).toHaveLength(3_072);
    expect(held.every((byte) => byte !== 0)).toBe(true);
  });
});
