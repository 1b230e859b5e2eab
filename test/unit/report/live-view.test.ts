import { describe, expect, it } from 'vitest';
import { liveView, progressLine, type RunSnapshot } from '../../../src/report/live-view.js';

const IN_SPIKE: RunSnapshot = {
  experiment: 'spike',
  phase: 'load',
  stage: 'spike',
  elapsedMs: 72_000,
  remainingMs: 128_400,
  loadShare: 0.25,
  plannedPerSecond: 45,
  sentPerSecond: 44.8,
  p50Ms: 61.2,
  p99Ms: 1_240,
  errors: 3,
  requests: 1_035,
  inFlight: 12,
  readyReplicas: 3,
  desiredReplicas: 7,
  maxReplicas: 10,
  cpuPercent: 187.6,
  targetCpuPercent: 60,
  lastEvent: 'New size: 7; reason: cpu resource utilization (percentage of request) above target',
};
const DEPLOYING: RunSnapshot = {
  experiment: 'spike',
  phase: 'deploy',
  stage: undefined,
  elapsedMs: 1_500,
  remainingMs: undefined,
  loadShare: undefined,
  plannedPerSecond: undefined,
  sentPerSecond: undefined,
  p50Ms: undefined,
  p99Ms: undefined,
  errors: 0,
  requests: 0,
  inFlight: undefined,
  readyReplicas: undefined,
  desiredReplicas: undefined,
  maxReplicas: undefined,
  cpuPercent: undefined,
  targetCpuPercent: undefined,
  lastEvent: undefined,
};

describe('the live view', () => {
  it('tells phase, time, rate against the profile, latency, errors, replicas and CPU', () => {
    expect(liveView(IN_SPIKE, 100)).toEqual([
      'spike      load: spike, 1:12 since the start, 2:08 left',
      '           ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 25 %',
      'requests   45/s sent of 45/s   12 under way   3 errors of 1,035',
      'response   p50 61ms   p99 1.24s',
      'pods       3 ready of 7 desired (at most 10)',
      'CPU        188 % of the requests, target 60 %',
      'last       New size: 7; reason: cpu resource utilization (percentage of request) above target',
    ]);
  });

  it('has as many lines when hardly anything is known', () => {
    expect(liveView(DEPLOYING, 80)).toEqual([
      'spike      deploying, 0:02 since the start',
      '',
      'requests   -/s sent of -/s   - under way   0 errors of 0',
      'response   p50 -   p99 -',
      'pods       - ready of - desired',
      'CPU        - of the requests, target -',
      'last       -',
    ]);
  });

  it('says whose percentiles they are where several processes send', () => {
    const of = { ...IN_SPIKE, processes: 3 };

    expect(liveView(of, 100)).toContain(
      'response   p50 61ms   p99 1.24s (the slowest of 3 processes)',
    );
    expect(progressLine(of)).toContain('| p99 1.24s (slowest process) |');
  });

  it.each([20, 40, 60])('keeps within %d columns', (columns) => {
    expect(liveView(IN_SPIKE, columns).filter((line) => line.length > columns)).toEqual([]);
  });
});

describe('the progress line', () => {
  it('tells the same in one line', () => {
    expect(progressLine(IN_SPIKE)).toBe(
      '1:12 load: spike | 2:08 left | 45/s sent of 45/s | p99 1.24s | 3 errors of 1,035 | ' +
        'pods 3 ready of 7 desired (at most 10) | CPU 188 % of the requests, target 60 %',
    );
  });

  it('leaves out what is not known', () => {
    expect(progressLine(DEPLOYING)).toBe('0:02 deploying');
  });
});
