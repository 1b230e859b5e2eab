import { describe, expect, it } from 'vitest';
import {
  initialProbeState,
  mayProbe,
  probeStateForNewContainer,
  recordProbeOutcome,
} from '../../../src/probe/probe-state.js';
import type { ProbeKind, ProbeState } from '../../../src/probe/probe-state.js';

/** Plays `s` (success) and `f` (failure) and gives the verdicts after each: S, F or U, `!` on hold. */
function play(kind: ProbeKind, outcomes: string, successThreshold = 1): string {
  let state = initialProbeState(kind);
  return Array.from(outcomes)
    .map((letter) => {
      state = recordProbeOutcome(state, letter === 's' ? 'success' : 'failure', {
        kind,
        thresholds: { successThreshold, failureThreshold: 3 },
      });
      return state.verdict.charAt(0).toUpperCase() + (state.isOnHold ? '!' : '');
    })
    .join('');
}

describe('verdicts', () => {
  it.each([
    { name: 'readiness begins as failed', kind: 'readiness', outcomes: 'f', verdicts: 'F' },
    { name: 'one success makes ready', kind: 'readiness', outcomes: 'fs', verdicts: 'FS' },
    {
      name: 'three failures in a row make unready',
      kind: 'readiness',
      outcomes: 'sffsfff',
      verdicts: 'SSSSSSF',
    },
    {
      name: 'a success threshold of two needs two in a row',
      kind: 'readiness',
      outcomes: 'sfss',
      success: 2,
      verdicts: 'FFFS',
    },
    { name: 'liveness begins as healthy', kind: 'liveness', outcomes: 'ff', verdicts: 'SS' },
    {
      name: 'a failed liveness probe goes on hold',
      kind: 'liveness',
      outcomes: 'fff',
      verdicts: 'SSF!',
    },
    {
      name: 'a startup probe knows nothing until a threshold is reached',
      kind: 'startup',
      outcomes: 'ffs',
      verdicts: 'UUS!',
    },
    { name: 'a startup probe fails for good', kind: 'startup', outcomes: 'fff', verdicts: 'UUF!' },
  ] as const)('$name', (row) => {
    expect(play(row.kind, row.outcomes, 'success' in row ? row.success : 1)).toBe(row.verdicts);
  });

  it('counts failures of the former container against the next, as upstream does', () => {
    const thresholds = { successThreshold: 1, failureThreshold: 3 };
    let state = initialProbeState('liveness');
    state = recordProbeOutcome(state, 'failure', { kind: 'liveness', thresholds });
    state = recordProbeOutcome(state, 'failure', { kind: 'liveness', thresholds });
    state = probeStateForNewContainer(state, 'liveness');
    state = recordProbeOutcome(state, 'failure', { kind: 'liveness', thresholds });

    expect(state.verdict).toBe('failure');
  });

  it('begins a new container as healthy and asks again', () => {
    const held: ProbeState = { verdict: 'failure', lastOutcome: 'failure', run: 0, isOnHold: true };

    expect(probeStateForNewContainer(held, 'liveness')).toEqual({
      ...held,
      verdict: 'success',
      isOnHold: false,
    });
  });
});

describe('when a probe may run', () => {
  const running = { startedAtMs: 10_900, isStarted: true, isTerminating: false };
  const waiting = { ...running, startedAtMs: undefined };
  it.each([
    {
      name: 'not without a container',
      kind: 'readiness',
      target: waiting,
      nowMs: 99_000,
      may: false,
    },
    { name: 'not before the delay', kind: 'readiness', target: running, nowMs: 14_999, may: false },
    {
      name: 'from the delay on, counted from the whole second of the start',
      kind: 'readiness',
      target: running,
      nowMs: 15_000,
      may: true,
    },
    {
      name: 'readiness and liveness wait for the startup probe',
      kind: 'liveness',
      target: { ...running, isStarted: false },
      nowMs: 99_000,
      may: false,
    },
    {
      name: 'the startup probe runs until the container is started',
      kind: 'startup',
      target: { ...running, isStarted: false },
      nowMs: 99_000,
      may: true,
    },
    {
      name: 'the startup probe then rests',
      kind: 'startup',
      target: running,
      nowMs: 99_000,
      may: false,
    },
    {
      name: 'liveness is not asked of a pod that is being deleted',
      kind: 'liveness',
      target: { ...running, isTerminating: true },
      nowMs: 99_000,
      may: false,
    },
    {
      name: 'readiness is',
      kind: 'readiness',
      target: { ...running, isTerminating: true },
      nowMs: 99_000,
      may: true,
    },
  ] as const)('$name', ({ kind, target, nowMs, may }) => {
    const probe = { kind, state: initialProbeState(kind), initialDelaySeconds: 5 };

    expect(mayProbe(probe, target, nowMs)).toBe(may);
  });
});
