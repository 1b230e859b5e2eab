import { describe, expect, it } from 'vitest';
import { unreadyReasons } from '../../src/readiness.js';
import { settings } from '../settings.js';

const RUNNING = { elapsedMs: 10_000, isDraining: false, eventLoopLagMs: 0 };

describe('unreadyReasons', () => {
  it.each([
    { name: 'a running service is ready', env: {}, state: {}, expected: [] },
    {
      name: 'it is not while it starts',
      env: { START_DELAY_MS: '10001' },
      state: {},
      expected: ['starting'],
    },
    {
      name: 'it is from the end of the delay on',
      env: { START_DELAY_MS: '10000' },
      state: {},
      expected: [],
    },
    {
      name: 'it is not while it drains',
      env: {},
      state: { isDraining: true },
      expected: ['draining'],
    },
    {
      name: 'it is not while its event loop is later than allowed',
      env: { READY_MAX_EVENT_LOOP_LAG_MS: '200' },
      state: { eventLoopLagMs: 200.1 },
      expected: ['overloaded'],
    },
    {
      name: 'it is while its event loop is as late as allowed',
      env: { READY_MAX_EVENT_LOOP_LAG_MS: '200' },
      state: { eventLoopLagMs: 200 },
      expected: [],
    },
    {
      name: 'lateness does not matter unless asked',
      env: {},
      state: { eventLoopLagMs: 60_000 },
      expected: [],
    },
    {
      name: 'it fails from the set time on',
      env: { READY_FAIL_FROM_MS: '10000' },
      state: {},
      expected: ['fault'],
    },
    {
      name: 'it does not fail before',
      env: { READY_FAIL_FROM_MS: '10001' },
      state: {},
      expected: [],
    },
    {
      name: 'it fails until the set time',
      env: { READY_FAIL_TO_MS: '10001' },
      state: {},
      expected: ['fault'],
    },
    {
      name: 'it does not fail from then on',
      env: { READY_FAIL_TO_MS: '10000' },
      state: {},
      expected: [],
    },
    {
      name: 'it tells every reason',
      env: { START_DELAY_MS: '10001', READY_FAIL_FROM_MS: '0', READY_MAX_EVENT_LOOP_LAG_MS: '1' },
      state: { isDraining: true, eventLoopLagMs: 2 },
      expected: ['starting', 'draining', 'overloaded', 'fault'],
    },
  ])('$name', ({ env, state, expected }) => {
    const reasons = unreadyReasons(settings(env), { ...RUNNING, ...state });

    expect(reasons.map(({ reason }) => reason)).toEqual(expected);
  });
});
