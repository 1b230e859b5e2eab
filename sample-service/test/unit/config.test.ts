import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { settings } from '../settings.js';

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(settings()).toEqual({
      host: '0.0.0.0',
      port: 8_000,
      podName: undefined,
      workCpuMs: 20,
      workCpuMsMax: 5_000,
      cpuScale: 1,
      requestMemoryKib: 0,
      startDelayMs: 0,
      readyMaxEventLoopLagMs: undefined,
      readyFailure: undefined,
      crashAfterMs: undefined,
      leakKibPerSecond: 0,
      drainDelayMs: 0,
      shutdownGraceMs: 10_000,
      logRequests: false,
    });
  });

  it('reads every variable', () => {
    const config = settings({
      HOST: '127.0.0.1',
      PORT: '0',
      POD_NAME: 'a-pod',
      WORK_CPU_MS: '12.5',
      WORK_CPU_MS_MAX: '60000',
      CPU_SCALE: '0.3',
      REQUEST_MEMORY_KIB: '512',
      START_DELAY_MS: '3000',
      READY_MAX_EVENT_LOOP_LAG_MS: '250',
      READY_FAIL_FROM_MS: '1000',
      READY_FAIL_TO_MS: '2000',
      CRASH_AFTER_MS: '0',
      LEAK_KIB_PER_SECOND: '64',
      DRAIN_DELAY_MS: '500',
      SHUTDOWN_GRACE_MS: '4000',
      LOG_REQUESTS: 'true',
    });

    expect(config).toEqual({
      host: '127.0.0.1',
      port: 0,
      podName: 'a-pod',
      workCpuMs: 12.5,
      workCpuMsMax: 60_000,
      cpuScale: 0.3,
      requestMemoryKib: 512,
      startDelayMs: 3_000,
      readyMaxEventLoopLagMs: 250,
      readyFailure: { fromMs: 1_000, toMs: 2_000 },
      crashAfterMs: 0,
      leakKibPerSecond: 64,
      drainDelayMs: 500,
      shutdownGraceMs: 4_000,
      logRequests: true,
    });
  });

  it.each([
    ['an empty variable counts as not set', { PORT: '', POD_NAME: ' ' }, {}],
    ['spaces around a value do not matter', { PORT: ' 81 ' }, { port: 81 }],
    [
      'a failure of readiness without an end is for good',
      { READY_FAIL_FROM_MS: '5' },
      { readyFailure: { fromMs: 5, toMs: undefined } },
    ],
    [
      'a failure of readiness without a beginning begins at once',
      { READY_FAIL_TO_MS: '5' },
      { readyFailure: { fromMs: 0, toMs: 5 } },
    ],
  ])('%s', (_name, env, expected) => {
    expect(settings(env)).toEqual({ ...settings(), ...expected });
  });

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '80.5', 'a whole number from 0 to 65535'],
    ['PORT', '0x50', 'a whole number from 0 to 65535'],
    ['PORT', '1e3', 'a whole number from 0 to 65535'],
    ['WORK_CPU_MS', '-1', 'a number from 0 to 60000'],
    ['WORK_CPU_MS', 'NaN', 'a number from 0 to 60000'],
    ['WORK_CPU_MS_MAX', 'Infinity', 'a number from 0 to 60000'],
    ['CPU_SCALE', '0', 'a number from 0.001 to 10'],
    ['REQUEST_MEMORY_KIB', '1 MiB', 'a whole number from 0 to 1048576'],
    ['START_DELAY_MS', '5s', 'a whole number from 0 to 86400000'],
    ['READY_MAX_EVENT_LOOP_LAG_MS', '0', 'a whole number from 1 to 86400000'],
    ['LOG_REQUESTS', 'yes', 'true or false'],
  ])('refuses %s=%s: expected %s', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toEqual({
      kind: 'faults',
      faults: [`${name}: expected ${expected}, got "${value}"`],
    });
  });

  it.each([
    [
      'more work by default than a request may ask for',
      { WORK_CPU_MS: '50', WORK_CPU_MS_MAX: '40' },
      'WORK_CPU_MS: expected at most WORK_CPU_MS_MAX (40), got 50',
    ],
    [
      'a failure of readiness that ends before it begins',
      { READY_FAIL_FROM_MS: '9', READY_FAIL_TO_MS: '9' },
      'READY_FAIL_TO_MS: expected more than READY_FAIL_FROM_MS (9), got 9',
    ],
    [
      'a drain that takes the whole grace period',
      { DRAIN_DELAY_MS: '10000' },
      'DRAIN_DELAY_MS: expected less than SHUTDOWN_GRACE_MS (10000), got 10000',
    ],
  ])('refuses %s', (_name, env, fault) => {
    expect(readConfig(env)).toEqual({ kind: 'faults', faults: [fault] });
  });

  it('tells all faults at once, but none that follows from another', () => {
    const read = readConfig({
      PORT: 'http',
      WORK_CPU_MS: '10',
      WORK_CPU_MS_MAX: 'much',
      READY_FAIL_FROM_MS: 'soon',
      READY_FAIL_TO_MS: '0',
      DRAIN_DELAY_MS: '20000',
    });

    if (read.kind !== 'faults') throw new Error('expected faults');
    const named = new Set(read.faults.map((fault) => fault.split(':')[0]));
    expect(read.faults).toHaveLength(5);
    expect(named).toEqual(
      new Set([
        'DRAIN_DELAY_MS',
        'PORT',
        'READY_FAIL_FROM_MS',
        'READY_FAIL_TO_MS',
        'WORK_CPU_MS_MAX',
      ]),
    );
  });
});
