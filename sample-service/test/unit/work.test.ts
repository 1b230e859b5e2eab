import { describe, expect, it } from 'vitest';
import { CpuAccount, cpuMeter } from '../../src/work.js';
import { askedCpuMs } from '../../src/work-route.js';
import { settings } from '../settings.js';

/** A meter that a test moves on, and that moves on by 0.1 ms each time someone looks. */
function aMeter() {
  const state = { usedMs: 0, looks: 0 };
  const meter = (): number => {
    state.looks++;
    return (state.usedMs += 0.1);
  };
  return { meter, use: (ms: number) => (state.usedMs += ms), usedMs: () => state.usedMs, state };
}

/** One request on a connection of its own, with what it costs before and after its work. */
function request(
  { meter, use, usedMs }: ReturnType<typeof aMeter>,
  account: CpuAccount,
  costs: { readonly headMs: number; readonly workMs: number; readonly tailMs: number },
): number {
  const before = usedMs();
  account.begin();
  use(costs.headMs);
  account.work(costs.workMs);
  use(costs.tailMs);
  account.end(true);
  meter();
  return usedMs() - before;
}

describe('CpuAccount', () => {
  it('works less by what it took to read the request', () => {
    const meter = aMeter();
    const account = new CpuAccount(meter.meter);

    const costMs = request(meter, account, { headMs: 1, workMs: 10, tailMs: 0 });

    expect(costMs).toBeGreaterThanOrEqual(10);
    expect(costMs).toBeLessThan(10.6);
  });

  it('takes what it took to answer off the next request, so that all together cost what was asked', () => {
    const meter = aMeter();
    const account = new CpuAccount(meter.meter);

    let costMs = 0;
    for (let sent = 0; sent < 100; sent++) {
      costMs += request(meter, account, { headMs: 0.7, workMs: 10, tailMs: 0.6 });
    }

    expect(costMs / 100).toBeGreaterThan(9.9);
    expect(costMs / 100).toBeLessThan(10.3);
  });

  it('does not make a request free that follows many cheap ones', () => {
    const meter = aMeter();
    const account = new CpuAccount(meter.meter);
    for (let sent = 0; sent < 100; sent++) {
      request(meter, account, { headMs: 1, workMs: 0, tailMs: 1 });
    }

    const costMs = request(meter, account, { headMs: 0, workMs: 50, tailMs: 0 });

    expect(costMs).toBeGreaterThan(44);
    expect(costMs).toBeLessThan(46);
  });

  it('does not count what is used while no request is open, nor what probes cost', () => {
    const meter = aMeter();
    const account = new CpuAccount(meter.meter);
    meter.use(500);
    account.begin();
    meter.use(3);
    account.end(false);
    meter.use(500);

    expect(request(meter, account, { headMs: 0, workMs: 10, tailMs: 0 })).toBeGreaterThan(9.9);
  });

  it('counts what overlaps once', () => {
    const meter = aMeter();
    const account = new CpuAccount(meter.meter);
    const before = meter.usedMs();
    for (let open = 0; open < 4; open++) account.begin();
    for (let open = 0; open < 4; open++) account.work(10);
    for (let open = 0; open < 4; open++) account.end(true);

    const costMs = meter.usedMs() - before;

    expect(costMs).toBeGreaterThanOrEqual(40);
    expect(costMs).toBeLessThan(42);
  });
});

describe('cpuMeter', () => {
  it('rises while this process computes', () => {
    const before = cpuMeter();
    const account = new CpuAccount(cpuMeter);

    account.begin();
    account.work(3);

    expect(cpuMeter() - before).toBeGreaterThanOrEqual(3);
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
