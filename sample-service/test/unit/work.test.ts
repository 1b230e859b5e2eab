import { describe, expect, it } from 'vitest';
import { burnCpu, cpuMeter } from '../../src/work.js';
import { askedCpuMs } from '../../src/work-route.js';
import { settings } from '../settings.js';

/** A meter that moves on by a set step each time someone looks. */
function steppingMeter(stepMs: number): { meter: () => number; looks: () => number } {
  let looks = 0;
  return { meter: () => stepMs * looks++, looks: () => looks };
}

describe('burnCpu', () => {
  it('goes on until the meter has moved on by what was asked, however often it takes', () => {
    const slow = steppingMeter(0.25);
    const fast = steppingMeter(2);

    expect(burnCpu(10, slow.meter).cpuMs).toBe(10);
    expect(burnCpu(10, fast.meter).cpuMs).toBe(10);
    expect(slow.looks()).toBeGreaterThan(fast.looks());
  });

  it('counts what was used before it was called, when told from where', () => {
    const { meter } = steppingMeter(1);
    const from = meter();
    for (let look = 0; look < 5; look++) meter();

    expect(burnCpu(8, meter, from).cpuMs).toBe(8);
  });

  it('does nothing when that was more than asked', () => {
    const { meter, looks } = steppingMeter(10);
    const from = meter();
    meter();

    const { cpuMs } = burnCpu(5, meter, from);

    expect(cpuMs).toBe(20);
    expect(looks()).toBe(3);
  });
});

describe('cpuMeter', () => {
  it('rises while this thread computes', () => {
    const meter = cpuMeter();
    const before = meter();

    const { cpuMs } = burnCpu(2, meter);

    expect(cpuMs).toBeGreaterThanOrEqual(2);
    expect(meter() - before).toBeGreaterThanOrEqual(cpuMs);
  });
});

describe('askedCpuMs', () => {
  const config = settings({ WORK_CPU_MS: '30', WORK_CPU_MS_MAX: '100' });

  it.each([
    ['nothing asked is the default', undefined, 30],
    ['a number is taken', '12.5', 12.5],
    ['0 is a number', '0', 0],
    ['the bound itself is allowed', '100', 100],
  ])('%s', (_name, given, cpuMs) => {
    expect(askedCpuMs(given, config)).toEqual({ kind: 'cpu', cpuMs });
  });

  it.each([
    ['above the bound', '100.1', '"100.1"'],
    ['below 0', '-1', '"-1"'],
    ['not a number', 'much', '"much"'],
    ['empty', '', '""'],
    ['given twice', ['1', '2'], '["1","2"]'],
  ])('%s is refused with what was expected', (_name, given, shown) => {
    expect(askedCpuMs(given, config)).toEqual({
      kind: 'fault',
      message: `cpuMs: expected a number from 0 to 100 (WORK_CPU_MS_MAX), got ${shown}`,
    });
  });
});
